"""Tests of the drift report in words and as data."""

import json

import numpy as np

from askance.edge.detect.probe import Pairs
from askance.models.drift import Drift
from askance.models.report import document, lines


def drift(*file: float, ap50: tuple[float, float] | None = None) -> Drift:
    scores = np.array(file, np.float64)
    pairs = Pairs(np.full(len(file), 0.8), scores, np.where(np.isnan(scores), np.nan, 0.9))
    return Drift(photos=3, pairs=pairs, bytes=(4_000_000, 1_000_000), ms=(20.0, 10.0), ratio=0.51, ap50=ap50)


def test_each_figure_has_its_line() -> None:
    assert [
        "size: 1.00 of 4.00 MB",
        "speed: 10.0 of 20.0 ms a frame, 0.51 of the time",
        "boxes kept: 50.0 % by score, of 2 in 3 pictures",
        "mean IoU of those: 0.900",
        "mean score shift: 0.100",
        "AP50: 0.100, in floating point 0.500",
    ] == lines(drift(0.7, np.nan, ap50=(0.5, 0.1)))


def test_what_is_not_known_is_a_dash() -> None:
    assert "boxes kept: - by score, of 0 in 3 pictures" in lines(drift())
    assert "mean score shift: -" in lines(drift(np.nan))


def test_the_data_can_be_written_as_json_and_names_the_faults() -> None:
    data = document(drift(np.nan, np.nan), source="a.onnx", on="3 photos")
    assert ["it sees 0 % of what its source sees, and has to see 75 %"] == data["faults"]
    assert data == json.loads(json.dumps(data))
