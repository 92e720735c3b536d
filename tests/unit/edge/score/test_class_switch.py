"""One track has one class; where it has two, one of them is wrong."""

import pytest

from askance.edge.score.class_switch import class_switch
from askance.edge.values import Measure
from support_scenes import BICYCLE, CAR, LORE, PERSON
from support_tracks import Seen, view

ANY = Measure("class_switch")


def test_an_object_that_differs_from_its_neighbours_is_doubted() -> None:
    seen = view([Seen(1)], [Seen(1)], now=[Seen(1, PERSON, 0.8)], after=[[Seen(1)]])
    signal = class_switch(seen, ANY, lore=LORE)

    assert signal.value == pytest.approx(0.8)
    assert (signal.objects, signal.text) == ((0,), "track 1 is person here, and car in 3 frames around")


def test_a_smaller_majority_is_less_doubt() -> None:
    seen = view([Seen(1)], [Seen(1)], now=[Seen(1, PERSON, 0.8)], after=[[Seen(1, BICYCLE)]])

    assert class_switch(seen, ANY, lore=LORE).value == pytest.approx(0.8 * 2 / 3)


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        pytest.param([[Seen(1)], [Seen(1)]], [Seen(1)], [], id="the same class"),
        pytest.param([[Seen(1)]], [Seen(1, PERSON)], [], id="one frame is no majority"),
        pytest.param([[Seen(1)], [Seen(1)]], [Seen(1, PERSON, 0.3)], [], id="it is not reported"),
        pytest.param([[Seen(1)], [Seen(1)]], [Seen(2, PERSON)], [], id="another track"),
        pytest.param([[Seen(1)], [Seen(1)]], [Seen(1, PERSON)], [[Seen(1, PERSON)]] * 2, id="as many agree with it"),
        pytest.param([[Seen(1)]], [Seen(1, PERSON)], [[Seen(1, BICYCLE)]], id="the others are of two minds"),
        pytest.param([[Seen(1, score=0.3)]] * 3, [Seen(1, PERSON)], [], id="the others were not reported"),
    ],
)
def test_anything_else_is_no_switch(before: list[list[Seen]], now: list[Seen], after: list[list[Seen]]) -> None:
    assert class_switch(view(*before, now=now, after=after), ANY, lore=LORE).value == 0


@pytest.mark.parametrize(("label", "counts"), [(PERSON, True), (CAR, True), (BICYCLE, False)])
def test_one_of_the_two_classes_has_to_be_asked_for(label: int, *, counts: bool) -> None:
    seen = view([Seen(1)], [Seen(1)], now=[Seen(1, PERSON)])

    assert counts == (class_switch(seen, Measure("class_switch", frozenset({label})), lore=LORE).value > 0)
