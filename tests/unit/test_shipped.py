"""Tests of where the shipped folders are looked for."""

from pathlib import Path
from typing import get_args

import pytest

from askance import shipped
from askance.errors import MissingPartError


@pytest.mark.parametrize("part", get_args(shipped.Part))
def test_the_installed_program_finds_every_part(part: shipped.Part) -> None:
    assert shipped.folder(part).name == part
    assert shipped.folder(part).is_dir()


def test_in_a_checkout_the_folders_stand_two_levels_above_the_package(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    assert shipped.folder("models", package=tmp_path / "agent" / "askance") == tmp_path / "models"


def test_in_a_wheel_they_stand_inside_the_package_and_come_first(tmp_path: Path) -> None:
    package = tmp_path / "agent" / "askance"
    inside = package / "shipped" / "models"
    inside.mkdir(parents=True)
    (tmp_path / "models").mkdir()
    assert shipped.folder("models", package=package) == inside


def test_a_part_that_did_not_come_along_is_named_with_both_places(tmp_path: Path) -> None:
    package = tmp_path / "agent" / "askance"
    with pytest.raises(MissingPartError, match="the folder config did not come") as caught:
        shipped.folder("config", package=package)
    assert str(package / "shipped" / "config") in str(caught.value)
    assert "install askance again" in (caught.value.hint or "")
