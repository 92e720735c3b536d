"""Cases become one signal: each adds doubt, none takes any away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.cases import Case, mean, reported_scores, wanted, weigh
from askance.edge.values import Measure
from support_scenes import CAR, PERSON
from support_tracks import Seen, moment

doubts = st.lists(st.floats(0, 1), max_size=12)


def value(found: list[float]) -> float:
    return weigh("x", [Case(doubt, index, str(index)) for index, doubt in enumerate(found)], nothing="").value


def test_the_most_doubtful_case_speaks_and_the_others_are_counted() -> None:
    signal = weigh("x", [Case(0.5, 3, "b"), Case(0.9, None, "a"), Case(0.5, 1, "c")], nothing="nothing")

    assert signal.value == pytest.approx(1 - 0.5 * 0.5 * 0.1)
    assert (signal.objects, signal.text) == ((3, 1), "a, and 2 more")


def test_no_case_is_no_doubt() -> None:
    assert weigh("x", [], nothing="nothing is wrong").text == "nothing is wrong"
    assert weigh("x", [Case(0.0, 1, "a")], nothing="nothing").objects == ()


@given(doubts, st.floats(0, 1))
def test_one_more_case_never_lowers_the_value_and_their_order_does_not_matter(found: list[float], more: float) -> None:
    assert value(found) == pytest.approx(value(found[::-1]), abs=1e-12)
    assert value(found) - 1e-12 <= value([*found, more]) <= 1.0


def test_labels_choose_and_scores_are_those_of_reports() -> None:
    moments = [moment([Seen(1, CAR, 0.9)]), moment([Seen(1, CAR, 0.2)]), moment([]), moment([Seen(1, PERSON, 0.5)])]

    assert reported_scores(moments, 1) == pytest.approx([0.9, 0.5])
    assert reported_scores(moments, 2) == []
    assert mean([1.0, 1.0, 1.0000001]) == 1.0
    assert [wanted(Measure("x", frozenset({CAR})), label) for label in (CAR, PERSON)] == [True, False]
    assert wanted(Measure("x"), PERSON)
