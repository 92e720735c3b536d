"""Detections of several models, or of several crops of a frame, as one table."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.nms import suppress
from askance.edge.detections import Detections, Rivals, Support
from askance.edge.shapes import Shape, Whole, moved
from askance.edge.values import Floats

_SAME_OBJECT: Final = 0.5  # two crops that overlap show one object twice; its boxes then overlap by more


def merge(seen: Sequence[tuple[str | None, Detections]]) -> Detections:
    """Put the rows of several models below each other; each model's stay together, and in their order.

    Args:
        seen: the name of each model, None for the main one, and what it saw; at least one.
    """
    if len(seen) == 1 and seen[0][0] is None:
        return seen[0][1]
    models = tuple(name for name, part in seen for _ in range(len(part)))
    return _stack([part for _, part in seen], models=models)


def gather(crops: Sequence[tuple[tuple[int, int], Floats, Detections]], *, most: int) -> Detections:
    """Put together what one model saw in several crops, in pixels of the frame, best first.

    A tag of a crop says what the object is that the crop was cut round: it becomes that object's box.

    Args:
        crops: left and top of each crop, the box that it was cut round, (4,) in pixels of the frame, and what was seen
            in it; at least one.
        most: how many rows to keep.
    """
    placed = [_placed(part, by=corner, box=box) for corner, box, part in crops]
    table = _stack(placed, models=None)
    order = np.argsort(-table.scores, kind="stable")
    kept = suppress(
        table.boxes[order].astype(np.float64), table.label_ids[order].astype(np.intp), iou=_SAME_OBJECT, most=most
    )
    return take(table, order[kept])


def _placed(part: Detections, *, by: tuple[int, int], box: Floats) -> Detections:
    """Carry detections from a crop to its frame."""
    shapes = part.shapes or (None,) * len(part)
    tags = np.array([isinstance(shape, Whole) for shape in shapes], np.bool_)
    return Detections(
        boxes=np.where(tags[:, None], box, part.boxes + np.array(by * 2, np.float32)).astype(np.float32),
        scores=part.scores,
        label_ids=part.label_ids,
        class_scores=part.class_scores,
        reported=part.reported,
        shapes=tuple(None if shape is None or isinstance(shape, Whole) else moved(shape, by=by) for shape in shapes),
        support=part.support,
        embeddings=part.embeddings,
    )


def _stack(parts: Sequence[Detections], *, models: tuple[str | None, ...] | None) -> Detections:
    shapes: tuple[Shape | None, ...] = tuple(entry for part in parts for entry in part.shapes or (None,) * len(part))
    return Detections(
        boxes=np.concatenate([part.boxes for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        label_ids=np.concatenate([part.label_ids for part in parts]),
        class_scores=_widest([part.class_scores for part in parts], lengths=[len(part) for part in parts]),
        reported=np.concatenate([part.reported for part in parts]),
        shapes=shapes if any(part.shapes is not None for part in parts) else None,
        support=_support(parts),
        embeddings=_widest([part.embeddings for part in parts], lengths=[len(part) for part in parts]),
        models=models,
    )


def _widest(tables: Sequence[Floats | None], *, lengths: Sequence[int]) -> Floats | None:
    """Put tables below each other; what one lacks, rows or columns, is NaN."""
    width = max((table.shape[1] for table in tables if table is not None), default=None)
    if width is None:
        return None
    whole = np.full((sum(lengths), width), np.nan, np.float32)
    for table, end, length in zip(tables, np.cumsum(lengths), lengths, strict=True):
        if table is not None:
            whole[end - length : end, : table.shape[1]] = table
    return whole


def _support(parts: Sequence[Detections]) -> Support | None:
    """Put the columns below each other; of a model that suppresses nothing they are NaN."""
    if all(part.support is None for part in parts):
        return None
    return Support(
        sum(len(part) for part in parts),
        lambda: Rivals(*(np.concatenate([_column(part, field.name) for part in parts]) for field in fields(Rivals))),
    )


def _column(part: Detections, name: str) -> Floats:
    if part.support is None:
        return np.full(len(part), np.nan, np.float32)
    column: Floats = getattr(part.support.rivals, name)
    return column


def take(table: Detections, chosen: NDArray[np.intp]) -> Detections:
    """Return the rows that an index chooses."""
    models = table.models
    return Detections(
        boxes=table.boxes[chosen],
        scores=table.scores[chosen],
        label_ids=table.label_ids[chosen],
        class_scores=None if table.class_scores is None else table.class_scores[chosen],
        reported=table.reported[chosen],
        shapes=None if table.shapes is None else tuple(table.shapes[index] for index in chosen),
        support=None if table.support is None else table.support.take(chosen),
        embeddings=None if table.embeddings is None else table.embeddings[chosen],
        models=None if models is None else tuple(models[index] for index in chosen),
    )
