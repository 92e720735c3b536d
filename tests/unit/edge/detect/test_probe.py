"""Tests of what speaks against a model file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode import Candidates
from askance.edge.detect.probe import KEPT, SHIFT, Pairs, drift_faults, join, output_faults, pair, score_faults

BOXES = [[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]]


def seen(*objects: tuple[int, int, float]) -> Candidates:
    """Candidates of (place, column, score)."""
    return Candidates(
        np.array([BOXES[place] for place, _, _ in objects], np.float64).reshape(-1, 4),
        np.array([score for _, _, score in objects], np.float64),
        np.array([column for _, column, _ in objects], np.intp),
    )


def pairs(source: list[float], file: list[float]) -> Pairs:
    scores = np.array(file)
    return Pairs(np.array(source), scores, np.where(np.isnan(scores), np.nan, 1.0))


def test_a_file_that_sees_the_same_keeps_everything() -> None:
    found = seen((0, 1, 0.9), (1, 2, 0.4))
    got = pair(found, found)
    assert (1.0, 0.0, 1.0) == (got.kept, got.shift, got.overlap)


def test_what_is_lost_weighs_by_its_score() -> None:
    got = pair(seen((0, 1, 0.9), (1, 2, 0.3)), seen((0, 1, 0.7)))
    assert pytest.approx((0.75, 0.2)) == (got.kept, got.shift)


def test_another_class_on_the_same_place_is_another_object() -> None:
    assert pair(seen((0, 1, 0.9)), seen((0, 2, 0.9))).kept == 0.0


def test_a_box_far_away_is_another_object() -> None:
    assert pair(seen((0, 1, 0.9)), seen((1, 1, 0.9))).kept == 0.0


def test_one_box_is_the_partner_of_one_candidate_alone() -> None:
    got = pair(seen((0, 1, 0.9), (0, 1, 0.8)), seen((0, 1, 0.9)))
    assert [False, True] == np.isnan(got.file).tolist()


def test_candidates_that_the_source_doubts_are_not_asked_for() -> None:
    assert 1 == len(pair(seen((0, 1, 0.9), (1, 1, 0.1)), seen()).source)


def test_nothing_to_compare_has_no_figures() -> None:
    got = pair(seen(), seen((0, 1, 0.9)))
    assert (None, None, None) == (got.kept, got.shift, got.overlap)


def test_frames_are_put_together() -> None:
    one, other = pairs([0.9], [0.8]), pairs([0.5], [np.nan])
    assert pytest.approx(0.9 / 1.4) == join([one, other]).kept


@pytest.mark.parametrize(
    ("source", "file", "said"),
    [
        pytest.param([0.9, 0.9], [0.9, 0.9], "", id="the same"),
        pytest.param([0.9, 0.9], [0.9, np.nan], "it sees 50 % of what its source sees", id="half is lost"),
        pytest.param([0.9, 0.9], [np.nan, np.nan], "it sees 0 % of what its source sees", id="all is lost"),
        pytest.param([0.9, 0.9], [0.5, 0.5], "its scores are 0.40 away", id="doubt"),
        pytest.param([0.9], [np.nan], "", id="too little to judge by"),
    ],
)
def test_a_file_that_sees_other_things_is_faulty(source: list[float], file: list[float], said: str) -> None:
    faults = drift_faults(pairs(source, file))
    assert bool(said) == bool(faults)
    assert said in "".join(faults)


@given(st.lists(st.tuples(st.floats(0.2, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_a_file_is_faulty_only_beyond_the_bars(scores: list[tuple[float, float]]) -> None:
    got = pairs([one for one, _ in scores], [np.nan if other < 0.05 else other for _, other in scores])
    if not drift_faults(got) and got.source.sum() >= 1.0:
        assert got.kept is not None
        assert got.kept >= KEPT
        assert got.shift is None or got.shift <= SHIFT


def smooth(size: int = 4000) -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(0, 3, size).astype(np.float32)


def stepped(size: int = 4000, step: float = 0.1) -> NDArray[np.float32]:
    return (np.clip(np.round(smooth(size) / step), -120, 120) * np.float32(step)).astype(np.float32)


@pytest.mark.parametrize(
    ("outputs", "boxes", "said"),
    [
        pytest.param({"a": smooth()}, True, "", id="floating point"),
        pytest.param({"a": stepped()}, True, "output a was rounded to 8 bits", id="one scale"),
        pytest.param({"a": stepped()}, False, "", id="a classifier may"),
        pytest.param({"a": stepped(), "b": smooth()}, True, "output a was rounded", id="boxes alone"),
        pytest.param({name: stepped() for name in "abc"}, True, "", id="a scale for each map"),
        pytest.param({"a": 1 / (1 + np.exp(-stepped()))}, True, "", id="steps before a sigmoid"),
        pytest.param({"a": stepped(100)}, True, "", id="too few to judge by"),
        pytest.param({"a": np.zeros(4000, np.float32)}, True, "output a is exactly 0 everywhere", id="zeros"),
        pytest.param({"a": np.ones(4000, np.float32)}, True, "", id="a constant"),
        pytest.param({"a": np.zeros(4000, np.int64)}, True, "", id="a choice of class"),
        pytest.param({"a": np.repeat(smooth(300), 20)}, True, "", id="few in the sample, many in all"),
    ],
)
def test_outputs_that_no_detector_has_are_named(
    outputs: dict[str, NDArray[np.generic]], *, boxes: bool, said: str
) -> None:
    faults = output_faults([outputs], boxes=boxes)
    assert bool(said) == bool(faults)
    assert said in "".join(faults)


def test_many_values_that_a_sample_misses_are_no_steps() -> None:
    values = np.zeros(40_000, np.float32)
    values[1::20] = np.random.default_rng(2).normal(size=2000)
    assert () == output_faults([{"a": values}], boxes=True)


def test_scores_of_exactly_zero_are_a_ruined_head() -> None:
    assert "8-bit scale" in score_faults([0.0, 0.0])[0]
    assert () == score_faults([0.0, 0.001])
    assert () == score_faults([])
