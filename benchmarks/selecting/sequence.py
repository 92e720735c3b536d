"""Labelled frames in their order: a COCO file, or a folder of frames with a mask of classes for each."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray
from selecting.frames import labelled
from selecting.listing import Stamp, coco_file, stamped

from askance.edge.detect.package import ModelCard
from askance.labels import LabelMap
from askance.models.photos import find_photos
from askance.models.truth import Objects, Truth

CLASSES = "classes.yaml"
"""Names by class id, beside ``images`` and ``masks``; a class without a name, or not on the card, is left out, and so
are the model's candidates of classes that stand not here."""

INSTANCES = 1000
"""A mask of 16 bits holds class * 1000 + instance, as Cityscapes has it; below that, and in 8 bits, the class alone."""

LEAST_SIDE = 4
"""Pixels; smaller pieces of a mask are crumbs."""


def read_sequence(path: Path, *, card: ModelCard, names: LabelMap, fps: float) -> tuple[Truth, Sequence[Stamp]]:
    """Read frames and what is labelled in them, in their order, and when each was taken.

    Args:
        path: a COCO file, or the folder of an export, see ``listing``; or a folder with ``images``, ``masks`` of the
            same names as PNG, and ``classes.yaml``.
        card: whose classes count.
        names: the label map.
        fps: frames a second, where nobody says when each was taken.
    """
    file = coco_file(path)
    if file is not None:
        stamps = stamped(file, fps=fps)
        truth = labelled(list(stamps), labels=file, card=card, names=names)
        return truth, [stamps[photo] for photo in truth]
    frames = _masked(path, card=card)
    return frames, [Stamp("", round(number * 1e9 / fps)) for number in range(len(frames))]


def _masked(path: Path, *, card: ModelCard) -> Truth:
    named = yaml.safe_load((path / CLASSES).read_text(encoding="utf-8"))
    columns = {name: column for column, name in enumerate(card.classes) if name is not None}
    known = {int(number): columns[name] for number, name in named.items() if name in columns}
    judged = np.array(sorted(known.values()), np.intp)
    return {
        frame: Objects(*_boxes(path / "masks" / f"{frame.stem}.png", known), judged)
        for frame in find_photos(path / "images")
    }


def _boxes(path: Path, columns: dict[int, int]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return boxes, (n, 4), and class columns, (n,), of the pieces of a mask."""
    mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if mask is None or mask.ndim != 2:  # noqa: PLR2004 (rows, columns)
        raise SystemExit(f"no mask of one channel: {path}")
    boxes: list[tuple[float, float, float, float]] = []
    found: list[int] = []
    for value in np.unique(mask).tolist():
        column = columns.get(value // INSTANCES if value >= INSTANCES else value)
        if column is not None:
            pieces = _pieces(mask == value, whole=value >= INSTANCES)
            boxes += pieces
            found += [column] * len(pieces)
    return np.array(boxes, np.float64).reshape(-1, 4), np.array(found, np.intp)


def _pieces(pixels: NDArray[np.bool_], *, whole: bool) -> list[tuple[float, float, float, float]]:
    """Return the boxes of the connected pieces of a mask, or the one of all of it."""
    if whole:
        boxes = [cv2.boundingRect(pixels.astype(np.uint8))]
    else:
        _, _, table, _ = cv2.connectedComponentsWithStats(pixels.astype(np.uint8))
        boxes = [tuple(row[:4]) for row in table[1:].tolist()]
    return [
        (float(left), float(top), float(left + width), float(top + height))
        for left, top, width, height in boxes
        if min(width, height) >= LEAST_SIDE
    ]
