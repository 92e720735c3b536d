"""What is there before and after a frame is missed in it."""

import pytest

from askance.edge.score.flicker import flicker
from askance.edge.values import Measure
from support_scenes import CAR, LORE, PERSON
from support_tracks import Seen, view

ANY = Measure("flicker")


def test_an_object_that_is_back_in_the_next_frame_was_missed() -> None:
    signal = flicker(view([Seen(4, score=0.8)], now=[], after=[[Seen(4, score=0.6)]]), ANY, lore=LORE)

    assert signal.value == pytest.approx(0.7)
    assert signal.objects == ()
    assert signal.text == "car (track 4) is reported before and after this frame and not in it"


def test_the_candidate_that_is_left_of_it_is_named() -> None:
    seen = view([Seen(4)], now=[Seen(5, PERSON), Seen(4, CAR, 0.2)], after=[[], [Seen(4)]])

    assert flicker(seen, ANY, lore=LORE).objects == (1,)


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param([[Seen(4)]], [Seen(4)], [[Seen(4)]], id="it is there"),
        pytest.param([[]], [], [[Seen(4)]], id="it was not there before"),
        pytest.param([[Seen(4)]], [], [[]], id="it does not come back"),
        pytest.param([[Seen(4, score=0.3)]], [], [[Seen(4)]], id="it was never reported before"),
        pytest.param([[Seen(4)]], [], [[Seen(4, score=0.3)]], id="it is not reported again"),
        pytest.param([[Seen(4)]], [], [], id="nothing is known after"),
        pytest.param([], [Seen(4)], [[Seen(4)]], id="nothing is known before"),
    ],
)
def test_anything_else_is_no_flicker(before: list[list[Seen]], now: list[Seen], after: list[list[Seen]]) -> None:
    assert flicker(view(*before, now=now, after=after), ANY, lore=LORE).value == 0


def test_only_the_labels_that_were_asked_for_count() -> None:
    seen = view([Seen(4, PERSON)], now=[], after=[[Seen(4, PERSON)]])

    assert flicker(seen, Measure("flicker", frozenset({CAR})), lore=LORE).value == 0
    assert flicker(seen, Measure("flicker", frozenset({PERSON})), lore=LORE).value > 0
