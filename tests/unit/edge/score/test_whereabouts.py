"""Where an object may be that a frame lacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.score.whereabouts import in_place, may_leave, near, strangers
from askance.edge.view import Report
from support_scenes import CAR, PERSON
from support_tracks import MIDDLE, TENTH_NS, Seen, moment

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


BESIDE = (340.0, 200.0, 400.0, 260.0)
ABOVE = (300.0, 160.0, 360.0, 220.0)


def at(left: float) -> tuple[float, float, float, float]:
    """A box 60 pixels wide."""
    return left, 200.0, left + 60.0, 260.0


def stands(left: float) -> Report:
    return Report(0, CAR, 0.9, at(left), 0)


def walks(track: int, left: float) -> Seen:
    return Seen(track, box=at(left))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(Report(0, CAR, 0.9, MIDDLE, 0), True, id="on its place"),
        pytest.param(Report(0, PERSON, 0.9, MIDDLE, 0), False, id="another label"),
        pytest.param(Report(0, CAR, 0.9, BESIDE, 0), False, id="beside"),
        pytest.param(Report(0, CAR, 0.9, BESIDE, 2 * TENTH_NS), True, id="beside, and it moves"),
        pytest.param(Report(0, CAR, 0.9, BESIDE, -2 * TENTH_NS), True, id="beside, and it has moved"),
        pytest.param(Report(0, CAR, 0.9, ABOVE, 0), False, id="above"),
        pytest.param(Report(0, CAR, 0.9, ABOVE, 2 * TENTH_NS), True, id="above, and it moves"),
    ],
)
def test_what_is_reported_near_by_may_be_the_object(other: Report, *, expected: bool) -> None:
    assert near(REPORT, [other]) == expected
    assert not near(REPORT, [])


def test_only_what_is_reported_of_a_track_that_is_not_known_is_of_a_stranger() -> None:
    seen = moment([Seen(2), Seen(5), Seen(6, score=0.4)])

    assert [report.row for report in strangers(seen, known={5: stands(0.0)})] == [0]


def test_of_walkers_in_a_row_whose_tracks_may_be_swapped_each_may_be_a_stranger() -> None:
    """The first is new to the tracks, the second has the first one's, and the third has nobody's or the second's."""
    known = {1: stands(150.0), 2: stands(200.0), 3: stands(400.0)}
    seen = moment([walks(8, 100.0), walks(1, 150.0), walks(3, 400.0)], at_ns=2 * TENTH_NS)

    assert {report.box[0] for report in strangers(seen, known=known)} == {100.0, 150.0}
    assert near(known[2], strangers(seen, known=known))
    assert not near(known[2], strangers(seen, known=known, sure=0.0))


def test_a_known_one_of_another_label_is_no_stranger() -> None:
    seen = moment([walks(8, 100.0), walks(1, 110.0)])

    assert len(strangers(seen, known={1: stands(110.0)._replace(label=PERSON)})) == 1


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
    aside = [Report(0, CAR, 0.9, (400.0, 250.0, 460.0, 310.0), TENTH_NS)]

    assert may_leave(BOX, way=short, size=(640, 480)) <= may_leave(BOX, way=far, size=(640, 480))
    assert near(REPORT, aside, sure=short) <= near(REPORT, aside, sure=far)
