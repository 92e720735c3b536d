"""Tables of several models or crops become one, in pixels of the frame."""

from dataclasses import replace

import numpy as np
import pytest

from askance.edge.detect.merge import gather, merge
from askance.edge.detections import Detections, Rivals, Support
from askance.edge.shapes import Skeleton, Turned, Whole
from askance.edge.values import Floats

BOX = np.array([0, 0, 50, 80], np.float32)


def table(*rows: tuple[float, int, float, float, float, float], classes: int | None = None) -> Detections:
    """Detections of (score, label id, left, top, right, bottom)."""
    numbers = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(
        boxes=numbers[:, 2:],
        scores=numbers[:, 0],
        label_ids=numbers[:, 1].astype(np.int32),
        class_scores=None if classes is None else np.full((len(rows), classes), 0.5, np.float32),
        reported=numbers[:, 0] >= 0.5,
    )


def support(count: int) -> Support:
    column: Floats = np.ones(count, np.float32)
    return Support(len(column), lambda: Rivals(column, column, column, column, column))


def test_the_main_model_alone_stays_as_it_is() -> None:
    own = table((0.9, 1, 0, 0, 10, 10))

    assert merge([(None, own)]) is own


def test_rows_of_the_main_model_come_first_and_each_row_names_who_saw_it() -> None:
    merged = merge([
        (None, table((0.4, 1, 0, 0, 10, 10), classes=3)),
        ("faces", table((0.9, 7, 5, 5, 8, 8), (0.3, 7, 1, 1, 2, 2))),
        ("plates", table((0.8, 9, 2, 2, 4, 4), classes=2)),
    ])  # fmt: skip

    assert [1, 7, 7, 9] == merged.label_ids.tolist()
    assert (None, "faces", "faces", "plates") == merged.models
    assert merged.class_scores is not None
    assert [[False] * 3, [True] * 3, [True] * 3, [False, False, True]] == np.isnan(merged.class_scores).tolist()
    assert (None, None, None) == (merged.shapes, merged.support, merged.embeddings)


def test_what_only_one_model_gives_is_unknown_for_the_others() -> None:
    rich = replace(
        table((0.9, 1, 0, 0, 10, 10)),
        shapes=(Turned((5, 5), (2, 2), 10.0),),
        support=support(1),
        embeddings=np.ones((1, 4), np.float32),
    )
    merged = merge([(None, table((0.4, 2, 0, 0, 5, 5))), ("turned", rich)])

    assert (None, rich.shapes[0] if rich.shapes else None) == merged.shapes
    assert merged.support is not None
    assert [True, False] == np.isnan(merged.support.rivals.iou_mean).tolist()
    assert merged.embeddings is not None
    assert [True, False] == np.isnan(merged.embeddings[:, 0]).tolist()


def test_a_companion_that_saw_nothing_adds_nothing() -> None:
    merged = merge([(None, table((0.4, 1, 0, 0, 5, 5))), ("faces", table())])

    assert (1, (None,)) == (len(merged), merged.models)


def test_what_is_seen_in_crops_is_carried_to_the_frame_best_first() -> None:
    first = replace(table((0.4, 7, 5, 6, 15, 16)), shapes=(Skeleton(np.array([[5.0, 6.0, 1.0]])),))
    second = table((0.9, 7, 0, 0, 10, 10), (0.2, 7, 20, 20, 25, 25))

    whole = gather([((100, 200), BOX, first), ((300, 0), BOX, second)], most=2)

    assert pytest.approx([0.9, 0.4]) == whole.scores.tolist()
    assert [[300, 0, 310, 10], [105, 206, 115, 216]] == whole.boxes.tolist()
    assert whole.shapes is not None
    assert whole.shapes[0] is None
    assert isinstance(whole.shapes[1], Skeleton)
    assert [[105.0, 206.0, 1.0]] == whole.shapes[1].points.tolist()


def test_an_object_in_two_crops_is_one_object() -> None:
    left, right = (
        replace(table(row, classes=2), support=support(1), embeddings=np.ones((1, 2), np.float32))
        for row in ((0.6, 7, 50, 50, 60, 60), (0.8, 7, 0, 50, 10, 60))
    )

    whole = gather([((0, 0), BOX, left), ((50, 0), BOX, right)], most=10)

    assert pytest.approx([0.8]) == whole.scores.tolist()
    assert [[50, 50, 60, 60]] == whole.boxes.tolist()
    assert (1, 1, 1) == tuple(
        len(column) for column in (whole.support, whole.embeddings, whole.class_scores) if column is not None
    )


def test_a_tag_of_a_crop_is_the_object_that_it_was_cut_round() -> None:
    tag = replace(table((0.7, 3, 0, 0, 90, 90)), shapes=(Whole(),))

    whole = gather([((10, 20), BOX, tag)], most=10)

    assert [BOX.tolist()] == whole.boxes.tolist()
    assert (None,) == whole.shapes
