"""Nothing vanishes in the middle of a picture."""

import pytest

from askance.edge.score.lost_in_middle import lost_in_middle
from askance.edge.values import Measure
from support_scenes import CAR, LORE, PERSON
from support_tracks import MIDDLE, Seen, view

ANY = Measure("lost_in_middle")
THRICE = [[Seen(7, score=0.9)], [Seen(7, score=0.8)], [Seen(7, score=0.7)]]


def test_a_track_that_ends_far_from_the_border_has_lost_its_object() -> None:
    signal = lost_in_middle(view(*THRICE, now=[], after=[[], []]), ANY, lore=LORE)

    assert signal.value == pytest.approx(0.8)
    assert (signal.objects, signal.text) == ((), "track 7 (car) vanished 200 px from the border after 3 frames")


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
    ],
)
def test_anything_else_is_no_loss(before: list[list[Seen]], now: list[Seen], after: list[list[Seen]]) -> None:
    assert lost_in_middle(view(*before, now=now, after=after), ANY, lore=LORE).value == 0


def test_a_candidate_below_the_threshold_hides_nothing() -> None:
    seen = view(*THRICE, now=[Seen(8, PERSON, 0.3, MIDDLE)], after=[[]])

    assert lost_in_middle(seen, ANY, lore=LORE).value > 0


def test_only_the_labels_that_were_asked_for_count() -> None:
    seen = view(*THRICE, now=[], after=[[]])

    assert lost_in_middle(seen, Measure("lost_in_middle", frozenset({PERSON})), lore=LORE).value == 0
    assert lost_in_middle(seen, Measure("lost_in_middle", frozenset({CAR})), lore=LORE).value > 0
