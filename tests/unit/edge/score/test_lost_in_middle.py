"""Nothing vanishes in the middle of a picture."""

import pytest

from askance.edge.score.lost_in_middle import lost_in_middle
from askance.edge.values import Measure
from askance.edge.view import View
from support_scenes import CAR, LORE, PERSON, SIZE
from support_tracks import MIDDLE, Seen, moment, view

ANY = Measure("lost_in_middle")
THRICE = [[Seen(7, score=0.9)], [Seen(7, score=0.8)], [Seen(7, score=0.7)]]
ASIDE = (335.0, 200.0, 395.0, 260.0)


def test_a_track_that_ends_far_from_the_border_has_lost_its_object() -> None:
    signal = lost_in_middle(view(*THRICE, now=[], after=[[], []]), ANY, lore=LORE)

    assert signal.value == pytest.approx(0.8)
    assert (signal.objects, signal.text) == ((), "track 7 (car) vanished 200 px from the border after 3 frames")


def test_a_track_is_said_to_be_as_old_as_it_is_however_few_frames_are_remembered() -> None:
    frames = [moment(found, at_ns=at * 10**8, sightings=98 + at) for at, found in enumerate([*THRICE, [], []])]
    signal = lost_in_middle(View(frames[3], SIZE, tuple(frames[:3]), tuple(frames[4:])), ANY, lore=LORE)

    assert signal.text == "track 7 (car) vanished 200 px from the border after 100 frames"


def edge(left: float) -> list[list[Seen]]:
    return [[Seen(7, box=(left, 200.0, left + 60, 260.0))]] * 3


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param(edge(10.0), [], [[]], id="it left on the left"),
        pytest.param(edge(570.0), [], [[]], id="it left on the right"),
        pytest.param(THRICE, [Seen(7)], [[]], id="it is there"),
        pytest.param(THRICE, [Seen(7, score=0.1)], [[]], id="it is whispered of"),
        pytest.param(THRICE, [], [[], [Seen(7)]], id="it comes back"),
        pytest.param(THRICE, [], [], id="nothing is known after"),
        pytest.param([], [], [[]], id="nothing is known before"),
        pytest.param(THRICE[1:], [], [[]], id="it was seen twice only"),
        pytest.param([*THRICE, []], [], [[]], id="it was lost before"),
        pytest.param([*THRICE[1:], [Seen(7, score=0.3)]], [], [[]], id="it had faded before"),
        pytest.param(THRICE, [Seen(8, PERSON, 0.9, (250.0, 150.0, 400.0, 300.0))], [[]], id="another one hides it"),
        pytest.param(THRICE, [Seen(8, CAR, 0.9, ASIDE)], [[]], id="it is followed anew"),
        pytest.param(THRICE, [], [[], [Seen(8, CAR, 0.9, ASIDE)]], id="it is followed anew after a frame"),
        pytest.param(THRICE, [], [[Seen(8, PERSON, 0.9, (0.0, 0.0, 50.0, 50.0))]], id="the film was cut"),
    ],
)
def test_anything_else_is_no_loss(before: list[list[Seen]], now: list[Seen], after: list[list[Seen]]) -> None:
    assert lost_in_middle(view(*before, now=now, after=after), ANY, lore=LORE).value == 0


def test_whom_frames_before_show_beside_it_is_not_it() -> None:
    beside = Seen(8, CAR, 0.9, ASIDE)

    assert lost_in_middle(view(*[[Seen(7), beside]] * 3, now=[beside], after=[[beside]]), ANY, lore=LORE).value > 0


@pytest.mark.parametrize(("seconds", "lost"), [(0.2, True), (1.0, True), (2.5, False), (10.0, False)])
def test_where_frames_lie_far_apart_an_object_may_have_left(seconds: float, *, lost: bool) -> None:
    """In the middle of the picture, 230 pixels from the nearest side, and 60 wide and high."""
    frames = [moment(found, at_ns=int(at * seconds * 1e9)) for at, found in enumerate([*THRICE, [], []])]
    seen = View(frames[3], SIZE, tuple(frames[:3]), tuple(frames[4:]))

    assert (lost_in_middle(seen, ANY, lore=LORE).value > 0) == lost


def test_a_candidate_below_the_threshold_hides_nothing() -> None:
    seen = view(*THRICE, now=[Seen(8, PERSON, 0.3, MIDDLE)], after=[[]])

    assert lost_in_middle(seen, ANY, lore=LORE).value > 0


def test_only_the_labels_that_were_asked_for_count() -> None:
    seen = view(*THRICE, now=[], after=[[]])

    assert lost_in_middle(seen, Measure("lost_in_middle", frozenset({PERSON})), lore=LORE).value == 0
    assert lost_in_middle(seen, Measure("lost_in_middle", frozenset({CAR})), lore=LORE).value > 0
