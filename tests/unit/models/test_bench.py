"""Tests of timing: who is timed, what is chosen, and that the figures are there."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from askance.edge.detect.package import Package, load_package
from askance.errors import ModelError
from askance.models.bench import Timing, Variant, choose, run, variants
from support_models import ANCHORS, convolutional, fixed, silent, write_package


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return load_package(write_package(tmp_path / "tiny", convolutional()))


def strided(folder: Path) -> Package:
    """A model whose sides are open."""
    model: Any = silent()
    for axis, name in ((1, "height"), (2, "width")):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
    onnx.checker.check_model(model)
    given = load_package(write_package(folder, model)).card.input.model_dump()
    return load_package(write_package(folder, model, input={**given, "resize": "letterbox", "stride": 8}))


def timing(package: Package, threads: int, *, wall: float, cpu: float, faults: tuple[str, ...] = ()) -> Timing:
    return Timing(Variant(package, threads, square=False), wall, 0.1, cpu, faults)


def test_each_model_is_tried_with_each_number_of_threads(package: Package) -> None:
    names = [each.name for each in variants([package], threads=[1, 2])]
    assert ["tiny, 1 thread", "tiny, 2 threads"] == names


def test_an_input_with_a_stride_is_tried_in_full_as_well(tmp_path: Path) -> None:
    listed = variants([strided(tmp_path / "open")], threads=[1])
    assert ["open, 1 thread", "open, 1 thread, square"] == [each.name for each in listed]
    timings = run(listed, size=(64, 32), rounds=5, progress=lambda _done, _total: None)
    assert 2 == len(timings)


def test_every_round_meets_every_variant(package: Package) -> None:
    told: list[tuple[int, int]] = []
    timings = run(
        variants([package], threads=[1, 2]),
        size=(64, 32),
        rounds=6,
        progress=lambda done, total: told.append((done, total)),
    )
    assert (9, 9) == told[-1]
    assert all(each.wall > 0 and each.cpu > 0 and each.spread >= 0 for each in timings)
    assert all(each.faults == () for each in timings)


def test_a_ruined_file_is_timed_and_never_chosen(tmp_path: Path, package: Package) -> None:
    nothing = fixed(np.ones((ANCHORS, 4), np.float32), np.full((ANCHORS, 3), -2000, np.float32))
    ruined = load_package(write_package(tmp_path / "ruined", nothing))
    timings = run(
        variants([ruined, package], threads=[1]), size=(64, 32), rounds=5, progress=lambda _done, _total: None
    )
    assert "every score is exactly 0" in timings[0].faults[0]
    assert package == choose(timings).variant.package
    with pytest.raises(ModelError, match="none of these may run") as caught:
        choose(timings[:1])
    assert "askance models check" in (caught.value.hint or "")


def test_the_fastest_is_chosen_and_of_equals_the_one_with_less_cpu_time(package: Package) -> None:
    one, two = timing(package, 1, wall=10, cpu=10), timing(package, 2, wall=6, cpu=12)
    assert two == choose([one, two])
    assert one == choose([one, timing(package, 2, wall=9.5, cpu=15)])
