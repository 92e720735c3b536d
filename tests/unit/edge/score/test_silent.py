"""A track whose object the detector only whispers of."""

import pytest

from askance.edge.score.silent import silent
from askance.edge.values import Measure
from support_scenes import CAR, LORE, PERSON
from support_tracks import Seen, view

ANY = Measure("silent")


def test_a_candidate_on_a_track_that_was_reported_twice_is_probably_the_object() -> None:
    seen = view([Seen(2, score=0.9)], [Seen(2, score=0.7)], now=[Seen(3, PERSON), Seen(2, score=0.31)])
    signal = silent(seen, ANY, lore=LORE)

    assert signal.value == pytest.approx(0.8)
    assert (signal.objects, signal.text) == ((1,), "car (track 2) has dropped to 0.31, after 0.80")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param([[Seen(2)]], [Seen(2, score=0.3)], id="once is not enough"),
        pytest.param([[Seen(2)], [Seen(2)]], [Seen(2)], id="it is reported"),
        pytest.param([[Seen(2)], [Seen(2)]], [], id="no candidate is left"),
        pytest.param([[Seen(2)], [Seen(2)]], [Seen(score=0.3)], id="the candidate is nobody's"),
        pytest.param([], [Seen(2, score=0.3)], id="nothing is known before"),
        pytest.param([[Seen(2, PERSON)]] * 2, [Seen(2, CAR, 0.1)], id="it was something else"),
        pytest.param([[Seen(2)], [Seen(2, PERSON)]], [Seen(2, PERSON, 0.3)], id="once under this label"),
        pytest.param([[Seen(2)], [Seen(2, PERSON)]] * 2, [Seen(2, CAR, 0.3)], id="it was something else last"),
    ],
)
def test_anything_else_says_nothing(before: list[list[Seen]], now: list[Seen]) -> None:
    assert silent(view(*before, now=now), ANY, lore=LORE).value == 0


def test_a_track_is_spoken_of_as_what_it_was_last() -> None:
    before = [[Seen(2, PERSON, 0.6)], [Seen(2, CAR, 0.9)], [Seen(2, PERSON, 0.8)]]
    signal = silent(view(*before, now=[Seen(2, PERSON, 0.2)]), ANY, lore=LORE)

    assert signal.value == pytest.approx(0.7)
    assert signal.text == "person (track 2) has dropped to 0.20, after 0.70"


def test_only_the_labels_that_were_asked_for_count() -> None:
    seen = view([Seen(2)], [Seen(2)], now=[Seen(2, CAR, 0.3)])

    assert silent(seen, Measure("silent", frozenset({PERSON})), lore=LORE).value == 0
