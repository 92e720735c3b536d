"""Masks that are undecided inside are doubtful."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from askance.edge.score.mask_dispersion import dispersions, mask_dispersion
from askance.edge.shapes import Region, Scope, Whole
from askance.edge.values import Floats, Measure, Signal
from support_forms import shaped
from support_scenes import CAR, LORE, PERSON, scene, still

ANY = Measure("mask_dispersion")
INSIDE = np.ones((2, 2), np.bool_)
masks = arrays.arrays(
    np.float32, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.floats(0, 1, width=32)
)


def mask(level: float, *, side: int = 16, rim: float | None = None) -> Region:
    """A square mask that is as probable everywhere, but perhaps for its rim."""
    soft = np.full((side, side), level if rim is None else rim, np.float32)
    soft[1:-1, 1:-1] = level
    return Region(0, 0, INSIDE, Scope.INSTANCE, soft)


def measured(*regions: Region | None, wish: Measure = ANY, scores: list[float] | None = None) -> Signal:
    signal = mask_dispersion(still(shaped(*regions, scores=scores)), wish, lore=LORE)
    assert signal is not None
    return signal


@pytest.mark.parametrize(("level", "expected"), [(1.0, 0.0), (0.5, 1.0), (0.75, 0.5), (0.25, 0.5)])
def test_an_even_mask_counts_what_a_cell_does(level: float, expected: float) -> None:
    assert measured(mask(level)).value == pytest.approx(expected, abs=1e-6)


def test_an_undecided_rim_says_nothing_of_the_object_and_one_that_is_all_rim_counts_whole() -> None:
    assert measured(mask(1.0, rim=0.5)).value == pytest.approx(0.0, abs=0.2)
    assert measured(mask(0.5, rim=0.0)).value > 0.9
    line = np.zeros((16, 16), np.float32)
    line[:, 8] = 0.5
    assert dispersions([line]) == pytest.approx([1.0])
    assert dispersions([np.zeros((3, 3), np.float32)]) == [0.0]


def test_the_most_undecided_object_speaks() -> None:
    signal = measured(mask(1.0), mask(0.75), mask(0.7), mask(0.95), scores=[0.9, 0.8, 0.7, 0.6])
    assert (signal.objects, signal.text) == ((2, 1), "the mask of car at 0.70 is 60% undecided inside, and 1 more")


def test_only_reported_objects_with_a_label_that_was_asked_for_count() -> None:
    nothing = Signal("mask_dispersion", 0.0, (), "no mask that is undecided")
    assert measured(mask(0.5), scores=[0.3]) == nothing
    assert measured(mask(0.5), wish=Measure("mask_dispersion", frozenset({PERSON}))) == nothing
    assert measured(Region(0, 0, INSIDE, Scope.INSTANCE)) == nothing


@pytest.mark.parametrize("found", [scene((CAR, 0.9)), shaped(Whole()), shaped(None)], ids=["boxes", "tags", "no shape"])
def test_a_detector_without_masks_has_no_dispersion(found: object) -> None:
    assert mask_dispersion(still(found), ANY, lore=LORE) is None  # type: ignore[arg-type]  # the list has one type


@given(st.lists(masks, max_size=6), st.integers(0, 99))
def test_the_order_of_objects_does_not_matter_and_one_more_never_lowers_the_value(
    given_: list[Floats], seed: int
) -> None:
    regions = [Region(0, 0, INSIDE, Scope.INSTANCE, each) for each in given_]
    shuffled = Random(seed).sample(regions, len(regions))  # noqa: S311 (a test's shuffle)
    first, more = mask(0.9), mask(0.6)
    assert measured(first, *regions).value == pytest.approx(measured(*shuffled, first).value)
    assert 0 <= measured(first, *regions).value <= measured(first, *regions, more).value + 1e-9 <= 1 + 1e-9


@given(st.floats(0, 0.5, width=32), st.floats(0, 0.5, width=32), st.integers(1, 50))
def test_a_mask_nearer_to_a_half_never_counts_less(one: float, other: float, side: int) -> None:
    low, high = sorted((one, other))
    assert measured(mask(low, side=side)).value <= measured(mask(high, side=side)).value + 1e-6
