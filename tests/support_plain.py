"""The published rules of some families, decoded as plainly and slowly as can be, to compare our decoders with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Image
from support_agreement import FLOOR, Seen

Tensors: TypeAlias = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Found:
    """One candidate in pixels of the input: left, top, right, bottom, and points as x, y."""

    score: float
    column: int
    box: list[float]
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Canvas:
    """An image as a model of a given size sees it, and the way back."""

    pixels: Image
    scale: tuple[float, float]
    shift: tuple[int, int]

    def back(self, x: Any, y: Any) -> tuple[Any, Any]:  # noqa: ANN401 (numbers, or arrays of them)
        return (x - self.shift[0]) / self.scale[0], (y - self.shift[1]) / self.scale[1]


def stretch(image: Image, *, width: int, height: int) -> Canvas:
    scale = (width / image.shape[1], height / image.shape[0])
    return Canvas(cv2.resize(image, (width, height)).astype(np.uint8, copy=False), scale, (0, 0))


def letterbox(image: Image, *, width: int, height: int, centre: bool = False, multiple: int | None = None) -> Canvas:
    """Keep the proportions; the canvas is as large as said, or as small as ``multiple`` lets it be."""
    ratio = min(width / image.shape[1], height / image.shape[0])
    wide, tall = round(image.shape[1] * ratio), round(image.shape[0] * ratio)
    if multiple is not None:
        width, height = (int(np.ceil(side / multiple)) * multiple for side in (wide, tall))
    left, top = ((width - wide) // 2, (height - tall) // 2) if centre else (0, 0)
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[top : top + tall, left : left + wide] = cv2.resize(image, (wide, tall))
    return Canvas(canvas, (wide / image.shape[1], tall / image.shape[0]), (left, top))


def nanodet(out: Tensors) -> Iterator[Found]:
    names = {8: ("792", "795"), 16: ("814", "817"), 32: ("836", "839")}
    for stride, (classes, distances) in names.items():
        side = 416 // stride
        for cell, column in np.argwhere(out[classes][0] >= FLOOR):
            bins = np.exp(out[distances][0, cell].reshape(4, 8).astype(np.float64))
            left, top, right, bottom = [sum(i * b for i, b in enumerate(row)) / sum(row) * stride for row in bins]
            x, y = (cell % side + 0.5) * stride, (cell // side + 0.5) * stride
            yield Found(
                float(out[classes][0, cell, column]), int(column), [x - left, y - top, x + right, y + bottom], []
            )


def fastestdet(out: Tensors) -> Iterator[Found]:
    planes = out["758"][0].astype(np.float64)
    for row, col in product(range(22), range(22)):
        sure, tx, ty, tw, th, *classes = planes[:, row, col]
        column = int(np.argmax(classes))
        score = sure**0.6 * classes[column] ** 0.4
        x, y = (np.tanh(tx) + col) / 22 * 352, (np.tanh(ty) + row) / 22 * 352
        w, h = 352 / (1 + np.exp(-tw)), 352 / (1 + np.exp(-th))
        if score >= FLOOR:
            yield Found(float(score), column, [x - w / 2, y - h / 2, x + w / 2, y + h / 2], [])


def centerface(out: Tensors) -> Iterator[Found]:
    heat, size, offset, marks = (out[name][0].astype(np.float64) for name in ("537", "538", "539", "540"))
    for row, col in np.argwhere(heat[0] >= FLOOR):
        h, w = np.exp(size[:, row, col]) * 4
        x = (col + offset[1, row, col] + 0.5) * 4 - w / 2
        y = (row + offset[0, row, col] + 0.5) * 4 - h / 2
        points = [(marks[2 * j + 1, row, col] * w + x, marks[2 * j, row, col] * h + y) for j in range(5)]
        yield Found(float(heat[0, row, col]), 0, [x, y, x + w, y + h], points)


def plates(out: Tensors) -> Iterator[Found]:
    priors = [
        (col, row, size, step)
        for step, sizes in ((8, (10, 16, 24)), (16, (32, 48)), (32, (64, 96)), (64, (128, 192, 256)))
        for row, col, size in product(range(240 // step), range(320 // step), sizes)
    ]
    for (col, row, size, step), loc, conf, iou in zip(priors, out["loc"], out["conf"], out["iou"], strict=True):
        score = float(np.sqrt(float(conf[1]) * min(max(float(iou[0]), 0.0), 1.0)))
        x, y = (col + 0.5) * step, (row + 0.5) * step
        ring = [(x + float(loc[i]) * 0.1 * size, y + float(loc[i + 1]) * 0.1 * size) for i in (4, 6, 10, 12)]
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        if score >= FLOOR:
            yield Found(score, 0, [min(xs), min(ys), max(xs), max(ys)], ring)


def overlap(one: list[float], other: list[float]) -> float:
    w = min(one[2], other[2]) - max(one[0], other[0])
    h = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(w, 0) * max(h, 0)
    return shared / ((one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - shared)


def suppressed(found: Iterator[Found], *, iou: float) -> list[Found]:
    kept: list[Found] = []
    for each in sorted(found, key=lambda each: -each.score):
        if all(each.column != better.column or overlap(each.box, better.box) <= iou for better in kept):
            kept.append(each)
    return kept


def scaled(canvas: Canvas) -> NDArray[np.float64]:
    return np.divide(canvas.pixels, 255.0)


def standardised(canvas: Canvas) -> NDArray[np.float64]:
    values = np.subtract(canvas.pixels, np.array([103.53, 116.28, 123.675]))
    standard: NDArray[np.float64] = np.divide(values, np.array([57.375, 57.12, 58.395]))
    return standard


def as_rgb(canvas: Canvas) -> NDArray[np.float64]:
    return canvas.pixels[..., ::-1].astype(np.float64)


def as_it_is(canvas: Canvas) -> NDArray[np.float64]:
    return canvas.pixels.astype(np.float64)


@dataclass(frozen=True)
class Plain:
    """The published rule of one family: how an image goes in, and how its outputs become candidates."""

    canvas: Callable[[Image], Canvas]
    values: Callable[[Canvas], NDArray[np.float64]]
    decode: Callable[[Tensors], Iterator[Found]]
    iou: float

    def run(self, session: Any, image: Image) -> Seen:  # noqa: ANN401 (the library has no types)
        canvas = self.canvas(image)
        tensor = self.values(canvas).transpose(2, 0, 1)[None].astype(np.float32)
        names = [port.name for port in session.get_outputs()]
        out = dict(zip(names, session.run(names, {session.get_inputs()[0].name: tensor}), strict=True))
        kept = suppressed(self.decode(out), iou=self.iou)
        boxes = [[*canvas.back(*each.box[:2]), *canvas.back(*each.box[2:])] for each in kept]
        points = [np.array([canvas.back(x, y) for x, y in each.points]).reshape(-1, 2) for each in kept]
        return Seen(
            np.array(boxes).reshape(-1, 4),
            np.array([each.score for each in kept]),
            np.array([each.column for each in kept], int),
            points=points if any(map(len, points)) else None,
        )


NANODET = Plain(lambda image: letterbox(image, width=416, height=416, centre=True), standardised, nanodet, 0.6)
PLAIN = {
    "nanodet-m-coco": NANODET,
    "nanodet-m-coco-int8": NANODET,
    "fastestdet-coco": Plain(lambda image: stretch(image, width=352, height=352), scaled, fastestdet, 0.45),
    "centerface": Plain(lambda image: letterbox(image, width=640, height=480, multiple=32), as_rgb, centerface, 0.3),
    "lpd-yunet-plate": Plain(lambda image: stretch(image, width=320, height=240), as_it_is, plates, 0.3),
}
