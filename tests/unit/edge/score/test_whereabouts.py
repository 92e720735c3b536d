"""Where an object may be that a frame lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.whereabouts import in_place, may_leave, near
from askance.edge.view import Report
from support_scenes import CAR, PERSON
from support_tracks import MIDDLE, Seen, moment

BOX = (300.0, 200.0, 360.0, 300.0)
REPORT = Report(0, CAR, 0.9, MIDDLE, 0)


@pytest.mark.parametrize(
    ("box", "way", "leaves"),
    [
        (BOX, 0.0, False),
        (BOX, 2.2, False),
        (BOX, 2.4, True),  # downwards
        ((10.0, 200.0, 70.0, 300.0), 0.6, False),
        ((10.0, 200.0, 70.0, 300.0), 0.7, True),
        ((570.0, 200.0, 630.0, 300.0), 0.7, True),
        ((300.0, 20.0, 360.0, 120.0), 0.8, True),
    ],
)
def test_what_moves_far_enough_may_be_outside(
    box: tuple[float, float, float, float], way: float, *, leaves: bool
) -> None:
    assert may_leave(box, way=way, size=(640, 480)) == leaves


@pytest.mark.parametrize(
    ("other", "way", "expected"),
    [
        pytest.param(Seen(2), 0.0, True, id="on its place"),
        pytest.param(Seen(2, PERSON), 0.0, False, id="another label"),
        pytest.param(Seen(2, score=0.4), 0.0, False, id="not reported"),
        pytest.param(Seen(5), 0.0, False, id="known to be another"),
        pytest.param(Seen(2, box=(340.0, 200.0, 400.0, 260.0)), 0.0, False, id="beside"),
        pytest.param(Seen(2, box=(340.0, 200.0, 400.0, 260.0)), 0.2, True, id="beside, and it moves"),
        pytest.param(Seen(2, box=(300.0, 160.0, 360.0, 220.0)), 0.0, False, id="above"),
        pytest.param(Seen(2, box=(300.0, 160.0, 360.0, 220.0)), 0.2, True, id="above, and it moves"),
    ],
)
def test_what_is_reported_near_by_may_be_the_object(other: Seen, way: float, *, expected: bool) -> None:
    assert near(REPORT, moment([other]), way=way, but={5}) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Seen(score=0.05), True),
        (Seen(2, box=(325.0, 200.0, 385.0, 260.0)), True),
        (Seen(2, box=(340.0, 200.0, 400.0, 260.0)), False),
        (Seen(2, PERSON), False),
    ],
)
def test_any_candidate_of_its_label_lies_on_its_place(other: Seen, *, expected: bool) -> None:
    assert in_place(REPORT, moment([other])) == expected
    assert not in_place(REPORT, moment([]))


def test_boxes_without_area_lie_nowhere() -> None:
    point = (300.0, 200.0, 300.0, 200.0)

    assert not in_place(Report(0, CAR, 0.9, point, 0), moment([Seen(box=point)]))


@given(st.floats(0, 10), st.floats(0, 10))
def test_what_moves_farther_may_be_in_no_fewer_places(one: float, other: float) -> None:
    short, far = sorted((one, other))
    aside = moment([Seen(2, box=(400.0, 250.0, 460.0, 310.0))])

    assert may_leave(BOX, way=short, size=(640, 480)) <= may_leave(BOX, way=far, size=(640, 480))
    assert near(REPORT, aside, way=short, but=()) <= near(REPORT, aside, way=far, but=())
