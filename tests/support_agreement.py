"""How far two decoders of the same file agree: ours, and whoever else computes the answer."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.codecs import rle
from askance.edge.detect.model import Model
from askance.edge.detect.package import Package
from askance.edge.shapes import Region, Skeleton, Turned

FLOOR = 0.1
EDGE = 1e-3  # a score this close to the floor may lie on either side of it
MOST = 300
SLIVER = 0.1  # pixels; what is thinner at the frame's border has an overlap of rounding errors
PAIRED = 0.5  # what overlaps by less is another object


@dataclass(frozen=True)
class Seen:
    """What one decoder found in one frame, in pixels of the frame.

    Attributes:
        boxes: (n, 4): left, top, right, bottom.
        scores: (n,).
        columns: (n,): class columns.
        masks: (rows, columns) bool each, of the whole frame.
        points: (points, 2 or more) each.
        turned: (5,) each: centre, size, degrees.
    """

    boxes: NDArray[Any]
    scores: NDArray[Any]
    columns: NDArray[Any]
    masks: Sequence[NDArray[np.bool_] | None] | None = None
    points: Sequence[NDArray[Any]] | None = None
    turned: Sequence[NDArray[Any]] | None = None

    def within(self, *, width: int, height: int) -> Self:
        """Clip boxes and points to the frame, and forget what lies outside, as in a letterbox's border."""
        boxes = np.clip(self.boxes, 0, (width, height, width, height))
        kept = np.flatnonzero((boxes[:, 2:] - boxes[:, :2] > SLIVER).all(axis=1))
        rows = kept.tolist()
        return type(self)(
            boxes[kept],
            self.scores[kept],
            self.columns[kept],
            None if self.masks is None else [self.masks[row] for row in rows],
            None if self.points is None else [np.clip(self.points[row][:, :2], 0, (width, height)) for row in rows],
            None if self.turned is None else [self.turned[row] for row in rows],
        )


@dataclass(frozen=True)
class Agreement:
    """One row of the table of families: the worst of everything compared.

    Attributes:
        family: our decoder.
        reference: the file, and who else read it.
        compared: detections of both sides that were paired.
        alone: detections above the floor that the other side has not.
        iou: least overlap of paired boxes; of turned boxes where the model gives them.
        score: largest difference of scores.
        mask: least overlap of paired masks; None: no masks.
        pixels: largest distance of a keypoint; None: no keypoints.
        degrees: largest difference of angles; None: no angles.
    """

    family: str
    reference: str
    compared: int = 0
    alone: int = 0
    iou: float = 1.0
    score: float = 0.0
    mask: float | None = None
    pixels: float | None = None
    degrees: float | None = None


def look(package: Package, images: Iterable[Path], *, floor: float = FLOOR) -> list[Seen]:
    """Let our own decoder look at images, through a real forward pass."""
    model = Model(package, threads=1)
    return [_seen(model, image, floor=floor) for image in images]


def _seen(model: Model, image: Path, *, floor: float) -> Seen:
    pixels = cv2.imread(str(image))
    assert pixels is not None, image
    height, width = pixels.shape[:2]
    prepared = model.prepare(np.asarray(pixels, np.uint8))
    found = model.decode(model.forward(prepared), fit=prepared.fit, floor=floor, most=MOST)
    seen = Seen(found.boxes, found.scores, found.columns)
    if found.shapes is not None:
        whole = [_whole(one, height, width=width) if isinstance(one, Region) else None for one in found.shapes]
        seen = replace(
            seen,
            masks=whole if any(mask is not None for mask in whole) else None,
            points=[one.points for one in found.shapes if isinstance(one, Skeleton)] or None,
            turned=[np.array([*one.centre, *one.size, one.degrees]) for one in found.shapes if isinstance(one, Turned)]
            or None,
        )
    return seen.within(width=width, height=height)


def _whole(shape: Region, height: int, *, width: int) -> NDArray[np.bool_]:
    mask = np.zeros((height, width), np.bool_)
    rows, columns = shape.inside.shape
    mask[shape.top : shape.top + rows, shape.left : shape.left + columns] = shape.inside
    return mask


def read_reference(file: Path) -> dict[Path, Seen]:
    """Read what ``tests/references/ultralytics_predict.py`` wrote, by image; classifications are not among it."""
    return {Path(one["path"]): _read(one) for one in json.loads(file.read_text())["images"] if "boxes" in one}


def _read(one: dict[str, Any]) -> Seen:
    turned = [np.array([*row[:4], np.degrees(row[4])]) for row in one["xywhr"]] if "xywhr" in one else None
    height, width = one["frame"]
    masks = [rle.decode(run["counts"], width=width, height=height) for run in one["masks"]] if "masks" in one else None
    points = [np.array(row) for row in one["keypoints"]] if "keypoints" in one else None
    boxes = np.array(one["boxes"], float).reshape(-1, 4)
    seen = Seen(boxes, np.array(one["scores"]), np.array(one["classes"], int), masks, points, turned)
    return seen.within(width=width, height=height)


def agree(blank: Agreement, pairs: Iterable[tuple[Seen, Seen]]) -> Agreement:
    """Compare frame by frame: ours and theirs."""
    row = blank
    for ours, theirs in pairs:
        row = _frame(row, ours, theirs=theirs)
    return row


def _frame(row: Agreement, ours: Seen, *, theirs: Seen) -> Agreement:
    matches = _pair(ours, theirs)
    alone = sum(theirs.scores > FLOOR + EDGE) - sum(theirs.scores[j] > FLOOR + EDGE for _, j, _ in matches)
    lonely = set(range(len(ours.scores))) - {i for i, _, _ in matches}
    # They drop objects whose mask is empty.
    lonely -= {i for i in lonely if theirs.masks is not None and (ours.masks is None or ours.masks[i] is None)}
    alone += sum(ours.scores[list(lonely)] > FLOOR + EDGE)
    row = replace(row, compared=row.compared + len(matches), alone=row.alone + int(alone))
    for i, j, iou in matches:
        row = replace(row, iou=min(row.iou, iou), score=max(row.score, float(abs(ours.scores[i] - theirs.scores[j]))))
        if theirs.masks is not None and ours.masks is not None:
            overlap = _mask_iou(ours.masks[i], theirs.masks[j])
            row = replace(row, mask=overlap if row.mask is None else min(row.mask, overlap))
        if theirs.points is not None and ours.points is not None:
            away = float(np.linalg.norm(ours.points[i] - theirs.points[j], axis=1).max())
            row = replace(row, pixels=max(row.pixels or 0.0, away))
        if theirs.turned is not None and ours.turned is not None:
            off = float(abs((ours.turned[i][4] - theirs.turned[j][4] + 90) % 180 - 90))
            row = replace(row, degrees=max(row.degrees or 0.0, off))
    return row


def _pair(ours: Seen, theirs: Seen) -> list[tuple[int, int, float]]:
    """Pair each of theirs with the one of ours that has its class, and is nearest in place and score."""
    free = set(range(len(ours.scores)))
    matches: list[tuple[int, int, float]] = []
    for j in range(len(theirs.scores)):
        near = [
            (iou - abs(float(ours.scores[i] - theirs.scores[j])), i, iou)
            for i in free
            if ours.columns[i] == theirs.columns[j] and (iou := _iou(ours, i, theirs=theirs, j=j)) >= PAIRED
        ]
        if near:
            _, i, iou = max(near)
            free.remove(i)
            matches.append((i, j, iou))
    return matches


def _iou(ours: Seen, i: int, *, theirs: Seen, j: int) -> float:
    if ours.turned is not None and theirs.turned is not None:
        return _turned_iou(ours.turned[i], theirs.turned[j])
    one, other = ours.boxes[i].astype(float), theirs.boxes[j].astype(float)
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.maximum(sides, 0).prod())
    union = float((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod()) - shared
    return shared / union if union > 0 else 1.0


def _turned_iou(one: NDArray[Any], other: NDArray[Any]) -> float:
    # Around the origin: OpenCV works in single precision.
    first = ((0.0, 0.0), (float(one[2]), float(one[3])), float(one[4]))
    apart = (float(other[0] - one[0]), float(other[1] - one[1]))
    kind, corners = cv2.rotatedRectangleIntersection(
        first, (apart, (float(other[2]), float(other[3])), float(other[4]))
    )
    shared = 0.0 if kind == cv2.INTERSECT_NONE else float(cv2.contourArea(cv2.convexHull(corners)))
    return shared / (float(one[2] * one[3] + other[2] * other[3]) - shared)


def _mask_iou(one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None) -> float:
    return 0.0 if one is None or other is None else float((one & other).sum() / (one | other).sum())


def table(rows: Iterable[Agreement]) -> str:
    """Lay rows out for people, in Markdown."""
    lines = [
        "| family | reference | compared | alone | worst IoU | worst score | mask IoU | points, px | angles, degrees |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        extras = [" " if value is None else f"{value:.4f}" for value in (row.mask, row.pixels, row.degrees)]
        cells = [row.family, row.reference, str(row.compared), str(row.alone), f"{row.iou:.5f}", f"{row.score:.6f}"]
        lines.append(f"| {' | '.join([*cells, *extras])} |")
    return "\n".join(lines)
