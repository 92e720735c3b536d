"""What candidates look like in numbers."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detections import Detections
from askance.edge.score.statistics import BINS, NAMES, TOGETHER, statistics, statistics_together
from support_scenes import CAR, PERSON, SIZE, scene

FLOOR = 0.05
numbers = st.floats(0, 640, width=32)
candidates = st.lists(
    st.tuples(numbers, numbers, numbers, numbers, st.floats(0, 1, width=32), st.integers(0, 5)), max_size=30
)


def seen(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(
        boxes=table[:, :4],
        scores=table[:, 4],
        label_ids=table[:, 5].astype(np.int32),
        class_scores=None,
        reported=table[:, 4] >= 0.5,
    )


def named(detections: Detections, *, floor: float = FLOOR) -> dict[str, float]:
    return dict(zip(NAMES, statistics(detections, size=SIZE, floor=floor).tolist(), strict=True))


def test_every_number_has_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(statistics(scene(), size=SIZE, floor=FLOOR))


def test_an_empty_frame_is_all_zeros() -> None:
    assert not statistics(scene(), size=SIZE, floor=FLOOR).any()
    assert not statistics(scene((CAR, 0.04)), size=SIZE, floor=FLOOR).any()


def test_each_score_falls_into_one_bin() -> None:
    got = named(scene(*[(CAR, score) for score in (0.95, 0.6, 0.55, 0.45, 0.35, 0.25, 0.15, 0.07, 0.06)]))
    bins = [got[name] for name in NAMES[: len(BINS) + 1]]
    assert bins == [2, 1, 1, 1, 1, 1, 2]
    assert got["candidates"] == sum(bins)


def test_sums_are_of_all_of_the_reported_and_of_the_others() -> None:
    got = named(scene((CAR, 0.75), (CAR, 0.25)))
    assert (got["reported"], got["score_sum"], got["unreported_sum"], got["reported_doubt"]) == (1, 1.0, 0.25, 0.25)
    assert got["variance"] == pytest.approx(2 * 0.1875)
    assert got["entropy"] == got["entropy_top"] == pytest.approx(2 * 0.811278, abs=1e-6)


def test_the_top_of_the_entropy_is_twenty_candidates() -> None:
    got = named(scene(*[(CAR, 0.5)] * 25))
    assert (got["entropy"], got["entropy_top"]) == (25.0, 20.0)


def test_small_objects_are_small_in_the_frame() -> None:
    box = (0.0, 0.0, 40.0, 40.0, 0.5, CAR)
    assert named(seen(box))["entropy_small"] == 1.0
    assert statistics(seen(box), size=(64, 48), floor=FLOOR)[NAMES.index("entropy_small")] == 0.0


def test_a_place_is_contested_by_another_label_alone() -> None:
    one, same, far = (0.0, 0.0, 100.0, 100.0, 0.9, CAR), (0.0, 0.0, 100.0, 60.0, 0.3, CAR), (300.0, 300.0, 340.0, 340.0)
    rival = (0.0, 0.0, 100.0, 90.0, 0.2, PERSON)

    def contested(*rows: tuple[float, float, float, float, float, int]) -> float:
        found = seen(*rows, (*far, 0.4, PERSON))
        together = statistics_together(found, size=SIZE, floor=FLOOR)
        assert len(together) == len(TOGETHER)
        np.testing.assert_array_equal(together[:-1], statistics(found, size=SIZE, floor=FLOOR))
        return float(together[TOGETHER.index("contested")])

    assert contested(one, same) == 0
    assert contested(one, same, rival) == 3
    assert contested(one, same, (*rival[:4], 0.01, PERSON)) == 0


def test_labels_are_counted_and_the_most_frequent_named() -> None:
    got = named(scene((CAR, 0.8), (CAR, 0.2), (PERSON, 0.2)))
    assert (got["labels"], got["labels_claimed"], got["most_of_a_label"]) == (2, 1, 2)
    assert got["most_score_of_a_label"] == pytest.approx(1.0)
    assert got["best_score"] == pytest.approx(0.8)


@given(candidates, st.integers(0, 2**16))
def test_the_order_of_candidates_does_not_matter(
    rows: list[tuple[float, float, float, float, float, int]], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(rows))
    expected = statistics(seen(*rows), size=SIZE, floor=FLOOR)
    got = statistics(seen(*[rows[place] for place in order]), size=SIZE, floor=FLOOR)
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(candidates, st.floats(0, 1))
def test_every_number_is_finite_and_none_is_below_zero(
    rows: list[tuple[float, float, float, float, float, int]], floor: float
) -> None:
    got = statistics(seen(*rows), size=SIZE, floor=floor)
    assert np.isfinite(got).all()
    assert (got >= 0).all()


def test_class_scores_that_are_not_known_change_nothing() -> None:
    plain = scene((CAR, 0.4), (PERSON, 0.3))
    odd = replace(plain, class_scores=np.full((2, 80), np.nan, np.float32))
    assert named(odd) == named(plain)


def test_a_hundred_candidates_cost_little() -> None:
    random = np.random.default_rng(1)
    corners = random.uniform(0, 300, (100, 2))
    table = np.concatenate([corners, corners + random.uniform(5, 300, (100, 2)), random.random((100, 1))], axis=1)
    full = seen(*[(*row, place % 20) for place, row in enumerate(table.tolist())])
    taken: list[float] = []
    for _ in range(50):
        begun = time.perf_counter()
        statistics(full, size=SIZE, floor=0.0)
        taken.append(time.perf_counter() - begun)
    # ten times what it takes: a loop over pairs would take longer still
    assert min(taken) < 3e-3
