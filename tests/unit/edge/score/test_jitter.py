"""Boxes that are not where the frames around put them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.jitter import USUAL, jitter
from askance.edge.values import Measure
from askance.edge.view import View
from support_scenes import CAR, LORE, PERSON, SIZE
from support_tracks import Seen, moment, view

ANY = Measure("jitter")


def at(left: float, *, label: int = CAR, score: float = 0.9, width: float = 100.0) -> list[Seen]:
    return [Seen(1, label, score, (left, 100.0, left + width, 200.0))]


def test_a_box_half_of_which_lies_elsewhere_jumps() -> None:
    signal = jitter(view(at(100), now=at(160), after=[at(120)]), ANY, lore=LORE)

    assert signal.value == pytest.approx((1 - 50 / 150 - USUAL) / (1 - USUAL))
    assert (signal.objects, signal.text) == (
        (0,),
        "the box of car (track 1) jumps: it overlaps the expected place by 0.33",
    )


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param([at(100)], at(160), [at(220)], id="even motion"),
        pytest.param([at(100)], at(105), [at(100)], id="trembling"),
        pytest.param([at(100)], at(160), [], id="nothing is known after"),
        pytest.param([], at(160), [at(100)], id="nothing is known before"),
        pytest.param([at(100)], at(160, score=0.3), [at(100)], id="it is not reported"),
        pytest.param([at(100, score=0.3)], at(160), [at(100)], id="not reported before"),
        pytest.param([at(100)], at(160), [at(100, score=0.3)], id="not reported after"),
    ],
)
def test_anything_else_is_no_jump(before: list[list[Seen]], now: list[Seen], after: list[list[Seen]]) -> None:
    assert jitter(view(*before, now=now, after=after), ANY, lore=LORE).value == 0


def test_motion_is_interpolated_by_time_over_frames_that_miss_the_object() -> None:
    assert jitter(view(at(100), [], now=at(180), after=[at(220)]), ANY, lore=LORE).value == 0
    assert jitter(view(at(100), now=at(140), after=[[], at(220)]), ANY, lore=LORE).value == 0


@pytest.mark.parametrize(("seconds", "jumps"), [(0.2, True), (0.5, True), (1.0, False), (10.0, False)])
def test_where_frames_lie_far_apart_nothing_is_even(seconds: float, *, jumps: bool) -> None:
    one, two, three = (
        moment(at(left), at_ns=int(number * seconds * 1e9)) for number, left in enumerate((100, 190, 100))
    )

    assert (jitter(View(two, SIZE, (one,), (three,)), ANY, lore=LORE).value > 0) == jumps


def test_only_the_labels_that_were_asked_for_count() -> None:
    seen = view(at(100), now=at(190), after=[at(100)])

    assert jitter(seen, Measure("jitter", frozenset({PERSON})), lore=LORE).value == 0


@given(st.floats(0, 300), st.floats(0, 300))
def test_a_box_that_lies_farther_off_never_counts_less(one: float, other: float) -> None:
    near, far = sorted((one, other))
    values = [jitter(view(at(100), now=at(100 + by), after=[at(100)]), ANY, lore=LORE).value for by in (near, far)]

    assert 0 <= values[0] <= values[1] <= 1


def test_boxes_without_area_do_no_harm() -> None:
    assert jitter(view(at(100, width=0), now=at(100, width=0), after=[at(100, width=0)]), ANY, lore=LORE).value == 1
