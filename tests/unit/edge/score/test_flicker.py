"""What is there before and after a frame is missed in it."""

import pytest

from askance.edge.score.flicker import flicker
from askance.edge.values import Measure
from support_scenes import CAR, LORE, PERSON
from support_tracks import Seen, view

ANY = Measure("flicker")
TWICE = [[Seen(4)], [Seen(4)]]


def test_an_object_that_is_back_in_the_next_frame_was_missed() -> None:
    signal = flicker(
        view([Seen(4, score=0.8)], [Seen(4, score=0.7)], now=[], after=[[Seen(4, score=0.6)]]), ANY, lore=LORE
    )

    assert signal.value == pytest.approx(0.7)
    assert signal.objects == ()
    assert signal.text == "car (track 4) is reported before and after this frame and not in it"


def test_the_candidate_that_is_left_of_it_is_named() -> None:
    seen = view([Seen(4)], [Seen(4)], now=[Seen(5, PERSON), Seen(4, CAR, 0.2)], after=[[], [Seen(4)]])

    assert flicker(seen, ANY, lore=LORE).objects == (1,)


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param(TWICE, [Seen(4)], [[Seen(4)]], id="it is there"),
        pytest.param([[]], [], [[Seen(4)]] * 3, id="it was not there before"),
        pytest.param(TWICE, [], [[]], id="it does not come back"),
        pytest.param([[Seen(4, score=0.3)]], [], [[Seen(4)]] * 3, id="it was never reported before"),
        pytest.param(TWICE, [], [[Seen(4, score=0.3)]], id="it is not reported again"),
        pytest.param(TWICE, [], [], id="nothing is known after"),
        pytest.param([], [Seen(4)], [[Seen(4)]] * 3, id="nothing is known before"),
        pytest.param([[Seen(4)]], [], [[Seen(4)]], id="one may have left, and another come"),
        pytest.param(TWICE, [], [[Seen(4, PERSON)]] * 2, id="it comes back as something else"),
        pytest.param(TWICE, [Seen(6)], [[Seen(4)]], id="another track may be it"),
    ],
)
def test_anything_else_is_no_flicker(before: list[list[Seen]], now: list[Seen], after: list[list[Seen]]) -> None:
    assert flicker(view(*before, now=now, after=after), ANY, lore=LORE).value == 0


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Seen(6, PERSON), id="of another label"),
        pytest.param(Seen(6, CAR, 0.9, (0.0, 0.0, 60.0, 60.0)), id="far away"),
        pytest.param(Seen(6, CAR, 0.4), id="not reported"),
    ],
)
def test_what_cannot_be_the_object_excuses_nothing(other: Seen) -> None:
    assert flicker(view(*TWICE, now=[other], after=[[Seen(4)]]), ANY, lore=LORE).value > 0


def test_whom_other_frames_show_beside_it_is_not_the_object() -> None:
    both = [Seen(4), Seen(6, box=(340.0, 200.0, 400.0, 260.0))]

    assert flicker(view(both, both, now=both[1:], after=[both]), ANY, lore=LORE).value > 0


def test_whom_another_track_may_have_been_given_to_is_not_missed() -> None:
    """Each walker is taken for the one ahead, and the first for nobody."""
    first, second = Seen(6, box=(240.0, 200.0, 300.0, 260.0)), Seen(4)
    now = [Seen(9, box=(210.0, 200.0, 270.0, 260.0)), Seen(6, box=(270.0, 200.0, 330.0, 260.0))]

    assert flicker(view([first, second], [first, second], now=now, after=[[second]]), ANY, lore=LORE).value == 0
    assert flicker(view([first, second], [first, second], now=now[1:], after=[[second]]), ANY, lore=LORE).value > 0


def test_a_candidate_of_another_label_is_not_pointed_at() -> None:
    """A person had walked past, and what the track leads to is the bicycle behind."""
    signal = flicker(view(*TWICE, now=[Seen(4, PERSON, 0.2)], after=[[Seen(4)]]), ANY, lore=LORE)

    assert (signal.value > 0, signal.objects) == (True, ())


def test_only_the_labels_that_were_asked_for_count() -> None:
    seen = view(*[[Seen(4, PERSON)]] * 2, now=[], after=[[Seen(4, PERSON)]])

    assert flicker(seen, Measure("flicker", frozenset({CAR})), lore=LORE).value == 0
    assert flicker(seen, Measure("flicker", frozenset({PERSON})), lore=LORE).value > 0
