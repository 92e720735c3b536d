"""Shapes of one kind are found among the candidates, and along a track."""

from askance.edge.score.forms import Place, reported_forms, track_forms
from askance.edge.shapes import Turned, Whole
from askance.edge.values import Measure
from support_forms import course, shaped
from support_scenes import CAR, PERSON, scene

ANY = Measure("x")
ONE, TWO = Turned((1.0, 1.0), (4.0, 2.0), 10.0), Turned((1.0, 1.0), (4.0, 2.0), 20.0)


def test_reported_shapes_of_the_kind_are_found_by_row() -> None:
    found = shaped(ONE, Whole(), None, TWO, scores=[0.9, 0.8, 0.7, 0.3])

    assert reported_forms(found, Turned, wish=ANY) == {0: ONE}
    assert reported_forms(found, Turned, wish=Measure("x", frozenset({PERSON}))) == {}


def test_a_detector_without_the_kind_is_told_from_one_that_reports_none() -> None:
    assert reported_forms(shaped(TWO, scores=[0.3]), Turned, wish=ANY) == {}
    assert reported_forms(shaped(Whole()), Turned, wish=ANY) is None
    assert reported_forms(scene((CAR, 0.9)), Turned, wish=ANY) is None


def test_a_track_is_followed_through_moments_that_report_it_so() -> None:
    view = course(ONE, None, Whole(), TWO, now=ONE)

    assert list(track_forms(view.before[::-1], 1, kind=Turned)) == [
        (Place(view.before[3], 0), TWO),
        (Place(view.before[0], 0), ONE),
    ]
    assert list(track_forms(view.before, 2, kind=Turned)) == []
