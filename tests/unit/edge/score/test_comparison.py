"""What further looks contradict is summed up, named, and never counted twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detections import Detections
from askance.edge.score.comparison import HALF, compare
from askance.edge.values import Measure, Signal
from askance.edge.view import Again
from support_looks import look, looked, seen
from support_scenes import BICYCLE, CAR, NAMES, PERSON
from support_tracks import Seen

HERE, THERE, ELSEWHERE = (0.0, 0.0, 50.0, 50.0), (100.0, 100.0, 150.0, 150.0), (200.0, 200.0, 250.0, 250.0)
ANY = Measure("second_look")
scores = st.floats(0, 1, width=16).map(float)


def compared(first: Detections, *again: Again, wish: Measure = ANY) -> Signal:
    return compare(looked(first, *again), wish, names=NAMES, who="a second look", nothing="nobody has looked")


def test_without_a_look_of_the_signal_there_is_nothing_to_say() -> None:
    other = look("fp32", Seen(score=0.9), signal="disagreement")

    assert Signal("second_look", 0.0, (), "nobody has looked") == compared(seen(Seen(score=0.75)), other)


def test_looks_that_agree_are_no_doubt() -> None:
    same = Seen(score=0.75)

    signal = compared(seen(same), look("tiles", same), look("mirror", same))

    assert Signal("second_look", 0.0, (), "a second look (tiles, mirror) finds the same") == signal


def test_an_object_that_is_found_and_one_that_is_not_confirmed_both_count() -> None:
    first = seen(Seen(label=CAR, score=0.75, box=HERE), Seen(label=PERSON, score=0.25, box=THERE))
    tiles = look("tiles", Seen(label=CAR, score=0.25, box=HERE), Seen(label=PERSON, score=0.875, box=THERE))

    signal = compared(first, tiles)

    assert (0.5 + 0.625) / (HALF + 0.5 + 0.625) == pytest.approx(signal.value)
    assert (1, 0) == signal.objects
    assert (
        "a second look (tiles) finds 1 object that the first missed: person 0.88; "
        "is less sure of 1 object that the first reported: car 0.75"
    ) == signal.text


def test_an_object_that_several_looks_find_counts_once_by_the_best() -> None:
    looks = [look(name, Seen(score=score)) for name, score in (("tiles", 0.75), ("mirror", 0.5), ("other", 0.25))]

    assert 0.75 / (HALF + 0.75) == pytest.approx(compared(seen(), *looks).value)


def test_one_look_that_confirms_is_enough() -> None:
    assert 0.0 == compared(seen(Seen(score=0.75)), look("mirror"), look("tiles", Seen(score=0.875))).value


def test_what_no_look_could_see_is_not_held_against_the_first() -> None:
    first = seen(Seen(label=CAR, score=0.75))

    assert 0.0 == compared(first, look("people", labels=frozenset({PERSON}))).value
    assert 0.0 < compared(first, look("cars", labels=frozenset({CAR}))).value


def test_a_whisper_of_a_look_counts_and_is_not_called_a_find() -> None:
    signal = compared(seen(Seen(score=0.125)), look("tiles", Seen(score=0.375)))

    assert 0.25 / (HALF + 0.25) == pytest.approx(signal.value)
    assert (0,) == signal.objects
    assert "a second look (tiles) is surer of 1 object than the first: car 0.38" == signal.text


def test_only_the_labels_that_were_asked_for_count_and_long_lists_are_cut() -> None:
    places = [(100.0 * at, 0.0, 100.0 * at + 50, 50.0) for at in range(5)]
    cars = look("tiles", *(Seen(label=CAR, score=0.75, box=box) for box in places))

    signal = compared(seen(), cars)

    assert (
        "a second look (tiles) finds 5 objects that the first missed: car 0.75, car 0.75, car 0.75, ..." == signal.text
    )
    assert () == signal.objects
    assert 0.0 == compared(seen(), cars, wish=Measure("second_look", frozenset({BICYCLE}))).value
    assert signal.value == compared(seen(), cars, wish=Measure("second_look", frozenset({CAR}))).value


@given(st.lists(scores, max_size=5), scores, scores)
def test_the_value_never_falls_with_what_a_look_gains(others: list[float], one: float, other: float) -> None:
    less, more = sorted((one, other))
    rest = [Seen(score=score, box=(100.0 * at, 100.0, 100.0 * at + 50, 150.0)) for at, score in enumerate(others)]

    values = [compared(seen(), look("tiles", Seen(score=score, box=HERE), *rest)).value for score in (less, more)]

    assert 0 <= values[0] <= values[1] < 1


@given(scores, scores, scores)
def test_the_value_never_falls_with_what_is_less_confirmed(first: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    reported = seen(Seen(score=max(first, 0.5), box=ELSEWHERE))

    values = [compared(reported, look("tiles", Seen(score=score, box=ELSEWHERE))).value for score in (more, less)]

    assert 0 <= values[0] <= values[1] < 1
