"""Masks of several models become the segments of one picture, and nothing else changes."""

import numpy as np

from askance.edge.detect.panoptic import segments
from askance.edge.detections import Detections
from askance.edge.shapes import Region, Scope, Shape

PERSON, BUS, ROAD, SKY = 1, 6, 90, 91
THINGS = frozenset({PERSON, BUS})


def region(left: int, top: int, right: int, bottom: int, *, scope: Scope = Scope.INSTANCE) -> Region:
    return Region(left, top, np.ones((bottom - top, right - left), np.bool_), scope)


def table(*rows: tuple[float, int, Shape | None], models: tuple[str | None, ...] | None = None) -> Detections:
    scores = np.array([score for score, _, _ in rows], np.float32)
    return Detections(
        boxes=np.tile(np.array([[1, 1, 9, 9]], np.float32), (len(rows), 1)),
        scores=scores,
        label_ids=np.array([label for _, label, _ in rows], np.int32),
        class_scores=None,
        reported=scores >= 0.5,
        shapes=tuple(shape for _, _, shape in rows),
        models=models,
    )


def test_every_pixel_belongs_to_one_segment_at_most_and_the_surer_lies_above() -> None:
    seen = table(
        (0.6, PERSON, region(10, 10, 50, 50)),
        (0.9, BUS, region(30, 10, 80, 50)),
        (1.0, ROAD, region(0, 0, 100, 100, scope=Scope.SEMANTIC)),
        models=(None, None, "road"),
    )

    whole = segments(seen, things=THINGS, width=100, height=100)

    assert whole.shapes is not None
    count = np.zeros((100, 100), np.int64)
    for shape in whole.shapes:
        assert isinstance(shape, Region)
        rows, columns = shape.inside.shape
        count[shape.top : shape.top + rows, shape.left : shape.left + columns] += shape.inside
    assert 1 == count.min() == count.max()
    assert [Scope.THING, Scope.THING, Scope.STUFF] == [s.scope for s in whole.shapes if isinstance(s, Region)]
    assert [[10, 10, 30, 50], [30, 10, 80, 50], [0, 0, 100, 100]] == whole.boxes.tolist()
    assert (None, None, "road") == whole.models


def test_what_is_hidden_is_left_out_with_its_row() -> None:
    seen = table((0.9, BUS, region(0, 0, 50, 50)), (0.6, PERSON, region(10, 10, 20, 20)))

    whole = segments(seen, things=THINGS, width=100, height=100)

    assert [BUS] == whole.label_ids.tolist()


def test_boxes_and_suggestions_and_own_segments_stay_as_they_are() -> None:
    doubtful, own = region(0, 0, 5, 5), region(0, 0, 9, 9, scope=Scope.STUFF)
    seen = table((0.9, PERSON, region(0, 0, 50, 50)), (0.8, BUS, None), (0.3, PERSON, doubtful), (0.7, SKY, own))

    whole = segments(seen, things=THINGS, width=100, height=100)

    assert whole.shapes is not None
    assert (None, doubtful, own) == whole.shapes[1:]
    assert [[1, 1, 9, 9]] * 3 == whole.boxes[1:].tolist()


def test_without_masks_nothing_is_done() -> None:
    seen = table((0.8, BUS, None))

    assert segments(seen, things=THINGS, width=100, height=100) is seen
