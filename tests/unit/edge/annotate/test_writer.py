"""Detections become annotations of their kind in the same order, in pixels of the stored image."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.codecs.pixels import covered
from askance.edge.annotate import annotate
from askance.edge.detections import Detections
from askance.edge.shapes import Outline, Placement, Region, Scope, Shape, Skeleton, Solid, Turned, Whole
from askance.wire.annotations import Annotation, Box, Cuboid, Keypoints, Mask, Polygon, Segment, Tag
from support_scenes import CAR, NAMES, PERSON, scene

SIZE = 64, 48


def seen(*shapes: Shape | None) -> Detections:
    """One detection of each shape, in a box of 10 x 10."""
    return replace(scene(*[(PERSON, 0.9)] * len(shapes)), shapes=shapes)


def one(shape: Shape | None, *, scale: tuple[float, float] = (1.0, 1.0), polygons: bool = False) -> Annotation:
    (annotation,) = annotate(seen(shape), NAMES, size=SIZE, scale=scale, polygons=polygons)
    assert annotation.fault(image_width=SIZE[0], image_height=SIZE[1]) is None
    return annotation


def region(scope: Scope, inside: NDArray[np.bool_] | None = None) -> Region:
    return Region(2, 3, np.ones((4, 5), np.bool_) if inside is None else inside, scope)


def pixels(annotation: Annotation) -> set[tuple[int, int]]:
    assert isinstance(annotation, Mask | Segment | Polygon)
    return {(x, y) for y, x in np.argwhere(covered(annotation, width=SIZE[0], height=SIZE[1])).tolist()}


BLOCK = {(x, y) for x in range(2, 7) for y in range(3, 7)}


def test_a_candidate_below_the_threshold_is_a_suggestion() -> None:
    found = annotate(scene((PERSON, 0.91), (CAR, 0.123456)), NAMES)

    assert [("person", 0.91, False), ("car", 0.1235, True)] == [(one.label, one.score, one.suggested) for one in found]


def test_what_a_score_is_worth_is_written_beside_it_but_for_companions() -> None:
    seen_by = replace(scene((PERSON, 0.91), (CAR, 0.12)), models=(None, "scenes"))
    found = annotate(seen_by, NAMES, probabilities=np.array([0.876543, 0.12]))

    assert [(0.91, 0.8765), (0.12, None)] == [(one.score, one.calibrated_score) for one in found]
    assert [None, None] == [one.calibrated_score for one in annotate(scene((PERSON, 0.9), (CAR, 0.1)), NAMES)]


def test_nothing_seen_is_an_empty_list() -> None:
    assert () == annotate(scene(), NAMES)


def test_kinds_keep_their_order_and_the_model_that_saw_them() -> None:
    found = annotate(
        replace(seen(None, Whole(), region(Scope.THING)), models=(None, "scenes", "panoptic")), NAMES, size=SIZE
    )

    assert [(Box, None), (Tag, "scenes"), (Segment, "panoptic")] == [(type(one), one.model) for one in found]


def test_a_plain_box_has_the_rectangle_scaled_to_the_stored_image() -> None:
    box = one(None, scale=(2.0, 3.0))

    assert isinstance(box, Box)
    assert (0.0, 0.0, 20.0, 30.0, None) == (box.x, box.y, box.width, box.height, box.rotation)


@pytest.mark.parametrize(
    ("degrees", "scale", "expected"),
    [
        pytest.param(30, (1.0, 1.0), (16.0, 18.0, 8.0, 4.0, 30.0), id="as it is"),
        pytest.param(0, (2.0, 1.0), (32.0, 18.0, 16.0, 4.0, 0.0), id="wider"),
        pytest.param(90, (2.0, 1.0), (36.0, 16.0, 8.0, 8.0, 90.0), id="a quarter turn"),
        pytest.param(45, (1.5, 1.5), (24.0, 27.0, 12.0, 6.0, 45.0), id="larger"),
        pytest.param(180, (1.0, 1.0), (16.0, 18.0, 8.0, 4.0, 180.0), id="half a turn"),
        pytest.param(-179.999, (1.0, 1.0), (16.0, 18.0, 8.0, 4.0, 180.0), id="rounded to half a turn"),
    ],
)
def test_a_rotated_box_is_scaled_along_its_own_sides(
    degrees: float, scale: tuple[float, float], expected: tuple[float, ...]
) -> None:
    box = one(Turned((20, 20), (8, 4), degrees), scale=scale)

    assert isinstance(box, Box)
    assert pytest.approx(expected) == (box.x, box.y, box.width, box.height, box.rotation)


def test_the_centre_of_a_rotated_box_is_moved_into_the_image() -> None:
    box = one(Turned((-3, 20), (8, 4), 10))

    assert isinstance(box, Box)
    assert -4.0 == box.x


@pytest.mark.parametrize(("scope", "expected"), [(Scope.INSTANCE, "instance"), (Scope.SEMANTIC, "semantic")])
def test_a_region_of_an_object_or_class_is_a_mask_over_the_whole_image(scope: Scope, expected: str) -> None:
    mask = one(region(scope))

    assert isinstance(mask, Mask)
    assert (expected, None, BLOCK) == (mask.scope, mask.grid, pixels(mask))


@pytest.mark.parametrize(("scope", "thing"), [(Scope.THING, True), (Scope.STUFF, False)])
def test_a_part_of_a_panoptic_division_is_a_segment(scope: Scope, thing: bool) -> None:  # noqa: FBT001 (a column of the table)
    segment = one(region(scope))

    assert isinstance(segment, Segment)
    assert (thing, BLOCK) == (segment.thing, pixels(segment))


def test_on_request_the_mask_of_an_object_is_a_polygon_and_others_stay_masks() -> None:
    polygon = one(region(Scope.INSTANCE), polygons=True)

    assert isinstance(polygon, Polygon)
    assert BLOCK == pixels(polygon)
    assert isinstance(one(region(Scope.SEMANTIC), polygons=True), Mask)
    assert isinstance(one(region(Scope.STUFF), polygons=True), Segment)


def test_an_object_without_pixels_stays_a_mask() -> None:
    assert set() == pixels(one(region(Scope.INSTANCE, np.zeros((2, 2), np.bool_)), polygons=True))


NOISE = np.random.default_rng(1).random((400, 400)) > 0.5


def test_run_lengths_that_are_too_long_make_an_object_a_polygon() -> None:
    (found,) = annotate(seen(Region(0, 0, NOISE, Scope.INSTANCE)), NAMES, size=(400, 400))

    assert isinstance(found, Polygon)


def test_run_lengths_that_are_too_long_make_all_that_divides_the_image_coarser() -> None:
    shapes = [Region(0, 0, mask, Scope.STUFF) for mask in (NOISE, ~NOISE)]
    shapes.append(Region(0, 0, np.zeros((1, 1), np.bool_), Scope.STUFF))

    found = annotate(seen(*shapes), NAMES, size=(400, 400))

    assert {(200, 200)} == {one.grid for one in found if isinstance(one, Segment)}
    covers = [covered(one, width=400, height=400) for one in found if isinstance(one, Segment)]
    assert (covers[0] ^ covers[1]).all()


def test_masks_need_the_size_of_the_image() -> None:
    with pytest.raises(ValueError, match="masks need the size of the image"):
        annotate(seen(region(Scope.INSTANCE)), NAMES)


def test_an_outline_is_a_polygon_cut_to_the_image() -> None:
    polygon = one(Outline(np.array([[-5, 1], [10, 1], [10, 7.125]])), scale=(2.0, 1.0))

    assert isinstance(polygon, Polygon)
    assert ((0.0, 1.0, 20.0, 1.0, 20.0, 7.12),) == polygon.rings


def test_an_outline_of_too_many_corners_gets_coarser() -> None:
    turn = np.linspace(0, 2 * np.pi, 1000, endpoint=False)

    polygon = one(Outline(np.column_stack([24 + 20 * np.cos(turn), 24 + 20 * np.sin(turn)])))

    assert isinstance(polygon, Polygon)
    assert len(polygon.rings[0]) <= 512
    assert pytest.approx(np.pi * 20**2, rel=0.03) == len(pixels(polygon))


def test_a_skeleton_is_keypoints_with_their_scores() -> None:
    keypoints = one(Skeleton(np.array([[1, 2, 0.12347], [-3, 70, 1.00001]])), scale=(2.0, 1.0))

    assert isinstance(keypoints, Keypoints)
    assert ((2.0, 2.0, 0.1235), (-6.0, 70.0, 1.0)) == keypoints.points


def test_a_solid_is_a_cuboid_with_its_pose_where_that_is_known() -> None:
    points = np.arange(18, dtype=np.float64).reshape(9, 2)
    placement = Placement(rotation=(1, 0, 0, 0), translation=(0, 0, 4), size=(1, 2, 3), metric=True)

    bare, placed = one(Solid(points)), one(Solid(points, placement), scale=(0.5, 1.0))

    assert isinstance(bare, Cuboid)
    assert isinstance(placed, Cuboid)
    assert (None, (16.0, 17.0)) == (bare.pose, bare.points[-1])
    assert placed.pose is not None
    assert ((0, 0, 4), True, (8.0, 17.0)) == (placed.pose.translation, placed.pose.metric, placed.points[-1])
