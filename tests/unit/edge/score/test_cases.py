"""Cases become one signal: each adds doubt, none takes any away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.cases import Case, absent, connected, mean_score, own, wanted, weigh
from askance.edge.values import Measure, Signal
from askance.edge.view import Report
from support_scenes import CAR, PERSON
from support_tracks import Seen, moment

NOTHING = Signal("x", 0.0, (), "nothing is wrong")

doubts = st.lists(st.floats(0, 1), max_size=12)


def value(found: list[float]) -> float:
    return weigh([Case(doubt, index, str(index)) for index, doubt in enumerate(found)], nothing=NOTHING).value


def test_the_most_doubtful_case_speaks_and_the_others_are_counted() -> None:
    signal = weigh([Case(0.5, 3, "b"), Case(0.9, None, "a"), Case(0.5, 1, "c")], nothing=NOTHING)

    assert signal.value == pytest.approx(1 - 0.5 * 0.5 * 0.1)
    assert (signal.name, signal.objects, signal.text) == ("x", (3, 1), "a, and 2 more")


def test_no_case_is_no_doubt() -> None:
    assert weigh([], nothing=NOTHING) == NOTHING
    assert weigh([Case(0.0, 1, "a")], nothing=NOTHING) == NOTHING


@given(doubts, st.floats(0, 1))
def test_one_more_case_never_lowers_the_value_and_their_order_does_not_matter(found: list[float], more: float) -> None:
    assert value(found) == pytest.approx(value(found[::-1]), abs=1e-12)
    assert value(found) - 1e-12 <= value([*found, more]) <= 1.0


def test_labels_choose() -> None:
    assert [wanted(Measure("x", frozenset({CAR})), label) for label in (CAR, PERSON)] == [True, False]
    assert wanted(Measure("x"), PERSON)


def test_a_mean_is_of_the_scores_of_reports_and_never_above_1() -> None:
    low, high, odd = (Report(0, CAR, score, (0, 0, 1, 1), 0) for score in (0.4, 0.8, 1.0000001))

    assert mean_score([low, high]) == pytest.approx(0.6)
    assert mean_score([odd]) == 1.0


def test_a_track_is_absent_that_no_moment_has_a_candidate_of() -> None:
    moments = [moment([Seen(1), Seen(2, score=0.2)]), moment([]), moment([Seen(3)])]

    assert list(absent([5, 3, 4, 2, 1], moments)) == [5, 4]
    assert list(absent([5, 3], [])) == [5, 3]


def test_a_candidate_is_an_objects_own_under_its_label() -> None:
    seen = moment([Seen(1, CAR, 0.9), Seen(2, PERSON, 0.2)])

    assert [own(seen, 1, label=CAR), own(seen, 2, label=PERSON)] == [0, 1]
    assert [own(seen, 2, label=CAR), own(seen, 3, label=CAR)] == [None, None]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([Seen(1), Seen(2)], [Seen(2), Seen(3)], True),
        ([Seen(1)], [Seen(2)], False),
        ([], [Seen(2)], True),
        ([Seen(1)], [], True),
        ([Seen(1), Seen(2, score=0.2)], [Seen(2)], False),
    ],
)
def test_frames_are_connected_by_what_both_report(before: list[Seen], after: list[Seen], *, expected: bool) -> None:
    assert connected(moment(before), moment(after)) == expected
