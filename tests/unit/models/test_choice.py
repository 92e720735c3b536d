"""Tests of how a choice is written down."""

import json
from pathlib import Path

import pytest

from askance.edge.config import DetectorSection
from askance.edge.detect.package import Package, load_package
from askance.errors import ModelError
from askance.models.bench import Timing, Variant
from askance.models.choice import section, table, write_figures
from support_models import silent, write_package


@pytest.fixture
def timings(tmp_path: Path) -> list[Timing]:
    package = load_package(write_package(tmp_path / "tiny", silent()))
    walls = (10.0, 5.0)
    return [
        Timing(Variant(package, threads, square=False), wall, 0.5, wall, ()) for threads, wall in enumerate(walls, 1)
    ]


def test_the_section_is_one_that_the_agent_takes(tmp_path: Path, timings: list[Timing]) -> None:
    chosen = DetectorSection.model_validate(section(timings[1]))
    assert ("tiny", tmp_path.resolve(), 2) == (chosen.model, chosen.models, chosen.threads)


def test_a_bare_file_is_named_itself(tmp_path: Path, timings: list[Timing]) -> None:
    package = timings[0].variant.package
    bare = Package(package.card, tmp_path)
    assert "model.onnx" == section(Timing(Variant(bare, 1, square=False), 1, 1, 1, ()))["model"]


def test_ratios_are_to_the_first_and_the_choice_is_marked(timings: list[Timing]) -> None:
    rows = table(timings, timings[1])
    assert [(1.0, False), (0.5, True)] == [(row["ratio"], row["chosen"]) for row in rows]


def test_the_figures_stand_beside_the_card(timings: list[Timing]) -> None:
    data = json.loads(write_figures(timings, timings[1], size=(640, 360)).read_text())
    assert ([640, 360], 2) == (data["frame"], data["detector"]["threads"])
    assert data["cpu"]


def test_a_folder_that_cannot_be_written_is_named(timings: list[Timing]) -> None:
    (timings[0].variant.package.folder / "bench.json").mkdir()
    with pytest.raises(ModelError, match=r"cannot write .*bench.json") as caught:
        write_figures(timings, timings[0], size=(1, 1))
    assert "--write" in (caught.value.hint or "")
