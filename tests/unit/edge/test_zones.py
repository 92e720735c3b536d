"""What stands in a zone counts, in every moment alike, and keeps its place in the whole frame."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detections import Detections, Rivals, Support
from askance.edge.score import measure
from askance.edge.shapes import Whole
from askance.edge.values import Area, Measure, Polygon, Signal
from askance.edge.view import NOBODY, Again
from askance.edge.zones import WHOLE, confine, fault, ground, inside, stands, take
from support_looks import look, looked, seen
from support_scenes import LORE, SIZE
from support_tracks import Seen, view

LEFT: Polygon = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT: Polygon = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
CONCAVE: Polygon = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.4), (0.1, 0.9))
WEST, EAST = (100.0, 200.0, 160.0, 260.0), (500.0, 200.0, 560.0, 260.0)


@pytest.mark.parametrize(
    ("polygon", "wrong"),
    [
        pytest.param(WHOLE, None, id="the whole frame"),
        pytest.param(CONCAVE, None, id="concave"),
        pytest.param(((0, 0), (1, 0)), "a polygon has 3 corners or more, got 2", id="two corners"),
        pytest.param(
            ((0, 0), (1.2, 0), (1, 1)),
            "corners are shares of the frame's width and height, from 0 to 1, got [1.2, 0]",
            id="beyond the frame",
        ),
        pytest.param(
            ((0, -0.1), (1, 0), (1, 1)),
            "corners are shares of the frame's width and height, from 0 to 1, got [0, -0.1]",
            id="above the frame",
        ),
        pytest.param(
            ((0, 0), (1, 1), (1, 0), (0, 1)),
            "the polygon crosses itself at the edge from [0, 0] to [1, 1]",
            id="bow tie",
        ),
        pytest.param(
            ((0, 0), (1, 0), (0.5, 0), (0.5, 1)),
            "the polygon crosses itself at the edge from [0, 0] to [1, 0]",
            id="touches itself",
        ),
        pytest.param(
            ((0, 0), (0.4, 0), (0.4, 0.5), (0.8, 0.5), (0.8, 0), (1, 0), (1, 1), (0, 1)),
            None,
            id="edges on one line that do not meet",
        ),
        pytest.param(((0, 0), (0.5, 0.5), (1, 1)), "the polygon has no area", id="a line"),
        pytest.param(
            ((0, 0), (1, 0), (1, 1), (0, 0)),
            "the same corner stands twice in a row, leave one out: [0, 0]",
            id="closed",
        ),
    ],
)
def test_a_polygon_that_could_be_no_zone_says_why(polygon: Polygon, wrong: str | None) -> None:
    assert fault(polygon) == wrong


def test_an_object_touches_the_ground_in_the_middle_of_the_bottom_of_its_box() -> None:
    boxes = np.array([[64, 0, 128, 240], [0, 0, 640, 480], [-9, 0, 9, 500]], np.float32)

    assert ground(boxes, size=SIZE) == pytest.approx(np.array([[0.15, 0.5], [0.5, 1], [0, 1]]), abs=1e-5)


@pytest.mark.parametrize("polygon", [WHOLE, LEFT, CONCAVE])
@given(points=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=9))
def test_inside_is_where_opencv_has_it(polygon: Polygon, points: list[tuple[float, float]]) -> None:
    contour = np.array(polygon, np.float32)[:, None]
    for point, held in zip(points, inside(np.array(points), polygon).tolist(), strict=True):
        distance = cv2.pointPolygonTest(contour, point, measureDist=True)
        if abs(distance) > 1e-6:
            assert held == (distance > 0)


@given(st.lists(st.tuples(st.floats(0, 640), st.floats(0, 480)), max_size=9))
def test_of_two_zones_that_share_an_edge_exactly_one_holds_each_object(feet: list[tuple[float, float]]) -> None:
    boxes = np.array([(x, 0, x, y) for x, y in feet], np.float32).reshape(-1, 4)

    held = [stands(boxes, Area((polygon,)), size=SIZE) for polygon in (LEFT, RIGHT)]
    assert (held[0] ^ held[1]).all()
    assert stands(boxes, Area((WHOLE,)), size=SIZE).all()


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        pytest.param(Area(()), [False, False], id="nowhere"),
        pytest.param(Area((LEFT,)), [True, False], id="one"),
        pytest.param(Area((LEFT, RIGHT)), [True, True], id="either"),
        pytest.param(Area((WHOLE,), (LEFT,)), [False, True], id="all but"),
        pytest.param(Area((LEFT,), (WHOLE,)), [False, False], id="what is excluded is out"),
    ],
)
def test_an_object_counts_in_any_zone_and_outside_of_all_that_is_excluded(area: Area, expected: list[bool]) -> None:
    assert stands(np.array([WEST, EAST], np.float32), area, size=SIZE).tolist() == expected


def test_a_confined_view_has_what_counts_and_knows_it_in_the_whole_frame() -> None:
    west, east = Seen(1, box=WEST, score=0.5), Seen(2, box=EAST, score=0.9)
    part = confine(view([west], now=[west, east], after=[[east], [west]]), Area((LEFT,)))

    assert part.rows.tolist() == [1]
    assert part.view.detections.scores.tolist() == [0.5]
    assert [list(moment.places) for moment in (*part.view.before, part.view.now, *part.view.after)] == [
        [1],
        [1],
        [],
        [1],
    ]
    assert part.widen(Signal("entropy", 0.5, (0,), "")).objects == (1,)
    assert part.widen(Signal("entropy", 0.5, (), "")).objects == ()


def test_a_track_counts_in_all_moments_by_where_it_stands_now_or_else_stood_last_or_stands_next() -> None:
    def seen(track: int, *, west: bool) -> Seen:
        return Seen(track, box=WEST if west else EAST)

    part = confine(
        view(
            [seen(1, west=False), seen(2, west=True), seen(3, west=True)],
            [seen(3, west=False)],
            now=[seen(1, west=True), seen(2, west=False)],
            after=[[seen(1, west=False), seen(4, west=True)], [seen(4, west=False), seen(3, west=True)]],
        ),
        Area((LEFT,)),
    )

    moments = (*part.view.before, part.view.now, *part.view.after)
    assert [sorted(moment.places) for moment in moments] == [[1], [], [1], [1, 4], [4]]
    assert [moment.at_ns for moment in moments] == [0, 10**8, 2 * 10**8, 3 * 10**8, 4 * 10**8]


def test_who_is_not_followed_counts_where_he_stands() -> None:
    nobody = [Seen(NOBODY, box=WEST), Seen(NOBODY, box=EAST)]

    assert [len(part.detections) for part in (confine(view(nobody, now=nobody), Area((LEFT,))).view.before)] == [1]


def test_of_a_further_look_counts_what_stands_in_the_area() -> None:
    objects = [Seen(1, box=WEST), Seen(2, box=EAST)]
    whole = view(now=objects)
    part = confine(replace(whole, again=(Again("tiles", whole.detections),)), Area((LEFT,))).view

    assert [(again.name, again.detections.boxes.tolist()) for again in part.again] == [("tiles", [list(WEST)])]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=8, unique_by=lambda pair: pair[0]))
def test_the_whole_frame_confines_nothing(pairs: list[tuple[int, bool]]) -> None:
    objects = [Seen(track, box=WEST if west else EAST) for track, west in pairs]
    whole = view(objects, now=objects, after=[objects])
    part = confine(whole, Area((WHOLE,))).view

    for before, after in zip(
        (*whole.before, whole.now, *whole.after), (*part.before, part.now, *part.after), strict=True
    ):
        assert np.array_equal(before.detections.boxes, after.detections.boxes)
        assert np.array_equal(before.tracks, after.tracks)


def test_every_column_is_taken() -> None:
    column = np.arange(3, dtype=np.float32)
    full = Detections(
        boxes=np.tile(column[:, None], (1, 4)),
        scores=column[::-1] / np.float32(3),
        label_ids=column.astype(np.int32),
        class_scores=column[:, None],
        reported=column > 1,
        shapes=(None, Whole(), None),
        support=Support(3, lambda: Rivals(*[column] * len(fields(Rivals)))),
        embeddings=column[:, None],
        models=("a", None, "c"),
    )
    part = take(full, np.array([2, 0], np.intp))

    assert part.boxes[:, 0].tolist() == [2, 0]
    assert part.label_ids.tolist() == [2, 0]
    assert part.reported.tolist() == [True, False]
    assert part.class_scores is not None
    assert part.embeddings is not None
    assert part.support is not None
    assert (part.class_scores.tolist(), part.embeddings.tolist()) == ([[2], [0]], [[2], [0]])
    assert (part.shapes, part.models, part.support.rivals.count.tolist()) == ((None, None), ("c", "a"), [2, 0])


def test_a_wish_with_an_area_is_answered_of_what_stands_in_it_and_names_the_objects_of_the_whole_frame() -> None:
    left = Area((((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)),))
    east = Seen(1, score=0.5, box=(500, 200, 560, 260))
    west = Seen(2, score=0.4, box=(100, 200, 160, 260))
    wishes = [
        Measure("entropy"),
        Measure("entropy", area=left),
        Measure("margin", area=left),
        Measure("entropy", area=Area(())),
    ]
    answers = measure(view(now=[east, west]), wishes, lore=LORE)

    assert [answer and answer.objects for answer in answers.values()] == [(0, 1), (1,), None, ()]
    alone = measure(view(now=[west]), wishes[:1], lore=LORE)[wishes[0]]
    assert isinstance(alone, Signal)
    assert answers[wishes[1]] == replace(alone, objects=(1,))


def test_what_further_looks_saw_counts_where_it_stands() -> None:
    again = look("tiles", Seen(box=WEST), Seen(box=EAST))

    part = confine(looked(seen(), again), Area((LEFT,))).view

    assert [[list(WEST)]] == [each.detections.boxes.tolist() for each in part.again]
    assert ["tiles"] == [each.name for each in part.again]
