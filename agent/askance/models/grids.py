"""Recognises detectors that give a box and scores for each cell, anchor or query."""

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from askance.edge.detect.package import Task
from askance.edge.detect.session import Port
from askance.models.guess import BYTES, UNIT, USUAL, Guess, Sides

_STRIDES: Final = (8, 16, 32)
_SIDES: Final = 4
_DISTANCES: Final = (4 * 8, 4 * 11)  # NanoDet, NanoDet-Plus
_MAP_AXES: Final = 4
_ROW_AXES: Final = 3


def cells(sides: Sides, strides: Sequence[int] = _STRIDES) -> list[int]:
    """Count the cells of each grid over an input of (width, height)."""
    return [-(-sides[0] // stride) * -(-sides[1] // stride) for stride in strides]


def _rows(port: Port) -> tuple[int | None, int | None] | None:
    return (port.shape[1], port.shape[2]) if len(port.shape) == _ROW_AXES else None


def yolox(outputs: Sequence[Port], sides: Sides) -> Guess | None:
    """YOLOX: one row a cell of three grids, `(1, cells, 5 + classes)`."""
    shape = _rows(outputs[0]) if len(outputs) == 1 else None
    if shape is None or shape[0] != sum(cells(sides)) or shape[1] is None or shape[1] <= _SIDES + 1:
        return None
    doubts = {"input": f"colour, scale, pad and place {USUAL}; exports before 0.1.0 are scaled and normalised"}
    parameters: dict[str, JsonValue] = {"output": outputs[0].name, "strides": list(_STRIDES), "iou": 0.5}
    return Guess("yolox", Task.DETECT, shape[1] - 5, parameters, doubts, {**BYTES, "pad": 114})


def nanodet(outputs: Sequence[Port], sides: Sides) -> Guess | None:
    """NanoDet: for each grid scores, `(1, cells, classes)`, and side distances, `(1, cells, 4 x bins)`."""
    for strides in ((8, 16, 32), (8, 16, 32, 64)):
        maps = [[port for port in outputs if (_rows(port) or (0,))[0] == count] for count in cells(sides, strides)]
        if len(outputs) == 2 * len(strides) and all(len(pair) == 2 for pair in maps):  # noqa: PLR2004 (classes, sides)
            break
    else:
        return None
    widths = [[port.shape[2] for port in pair] for pair in maps]
    if any(pair != widths[0] for pair in widths) or None in widths[0]:
        return None
    # Of two widths only one is four sides of so many bins; of two such the classes come first, as exports have it.
    classes, distances = (0, 1) if widths[0][1] in _DISTANCES or widths[0][0] not in _DISTANCES else (1, 0)
    parameters: dict[str, JsonValue] = {
        "scores": [pair[classes].name for pair in maps],
        "distances": [pair[distances].name for pair in maps],
        "strides": list(strides),
        "iou": 0.6,
    }
    doubts = {
        "input": f"colour, mean and std {USUAL}",
        "decoder.parameters": "NanoDet-Plus measures from the cell's corner: centre: 0.0",
    }
    usual: dict[str, JsonValue] = {"colour": "bgr", "mean": [103.53, 116.28, 123.675], "resize": "letterbox"}
    usual |= {"std": [57.375, 57.12, 58.395]}
    return Guess("nanodet", Task.DETECT, widths[0][classes] or 0, parameters, doubts, usual)


def ssd(outputs: Sequence[Port], sides: Sides) -> Guess | None:
    """SSD: offsets, `(1, anchors, 1, 4)`, and logits, `(1, anchors, classes)`."""
    boxes = [port for port in outputs if len(port.shape) == _MAP_AXES and port.shape[2:] == (1, _SIDES)]
    if len(outputs) != 2 or len(boxes) != 1 or sides[0] < 1:  # noqa: PLR2004 (boxes and logits)
        return None
    logits = next(port for port in outputs if port is not boxes[0])
    shape = _rows(logits)
    if shape is None or shape[0] != boxes[0].shape[1] or shape[1] is None:
        return None
    maps = [19, 10, 5, 3, 2, 1]
    parameters: dict[str, JsonValue] = {
        "boxes": boxes[0].name,
        "logits": logits.name,
        "maps": [*maps],
        "scales": [0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0],
        "aspects": [1.0, 2.0, 0.5, 3.0, 1 / 3],
        "first_map": [[0.1, 1.0], [0.2, 2.0], [0.2, 0.5]],
        "iou": 0.6,
    }
    doubts = {
        "decoder.parameters": "the anchors are those of TensorFlow's SSD for 300 x 300; another grid has others",
        "classes": "the first column is usually the background: null",
        "input": f"scale and mean {USUAL}",
    }
    usual: dict[str, JsonValue] = {"colour": "rgb", "scale": 2 / 255, "mean": [1.0, 1.0, 1.0], "resize": "stretch"}
    return Guess("ssd", Task.DETECT, shape[1], parameters, doubts, usual)


def fastestdet(outputs: Sequence[Port], sides: Sides) -> Guess | None:
    """FastestDet: planes over one grid of stride 16, `(1, 5 + classes, rows, columns)`."""
    if len(outputs) != 1 or len(outputs[0].shape) != _MAP_AXES:
        return None
    _, planes, rows, columns = outputs[0].shape
    if planes is None or planes <= _SIDES + 1 or (columns, rows) != (sides[0] // 16, sides[1] // 16):
        return None
    parameters: dict[str, JsonValue] = {"output": outputs[0].name, "iou": 0.45}
    doubts = {"report": "this family's scores are high: 0.65 is a usual threshold"}
    return Guess("fastestdet", Task.DETECT, planes - 5, parameters, doubts, {**UNIT, "colour": "bgr"})


def ultralytics(outputs: Sequence[Port], sides: Sides) -> Guess | None:
    """Ultralytics without its metadata: v8 and later with a column a cell, v5 with three rows a cell."""
    shape = _rows(outputs[0]) if len(outputs) == 1 else None
    if shape is None:
        return None
    count = sum(cells(sides))
    parameters: dict[str, JsonValue] = {"output": outputs[0].name, "iou": 0.7}
    usual: dict[str, JsonValue] = {"colour": "rgb", "scale": 1 / 255, "resize": "letterbox", "pad": 114}
    if shape[1] == count and shape[0] is not None and shape[0] > _SIDES:
        doubts = {"task": "detect; keypoints, masks and angles add rows of their own: export again with metadata"}
        return Guess("ultralytics", Task.DETECT, shape[0] - _SIDES, parameters, doubts, usual)
    if shape[0] == 3 * count and shape[1] is not None and shape[1] > _SIDES + 1:
        return Guess("ultralytics", Task.DETECT, shape[1] - 5, {**parameters, "objectness": True}, {}, usual)
    return None


def detr(outputs: Sequence[Port], _sides: Sides) -> Guess | None:
    """A transformer: boxes and class scores for some hundred queries."""
    rows = [_rows(port) for port in outputs]
    boxes = [place for place, shape in enumerate(rows) if shape is not None and shape[1] == _SIDES]
    if len(outputs) != 2 or len(boxes) != 1 or None in rows:  # noqa: PLR2004 (boxes and scores)
        return None
    shape = rows[1 - boxes[0]]
    if shape is None or shape[0] != (rows[boxes[0]] or (None,))[0] or shape[1] is None:
        return None
    parameters: dict[str, JsonValue] = {"boxes": outputs[boxes[0]].name, "scores": outputs[1 - boxes[0]].name}
    doubts = {
        "decoder.parameters": "activation, order and units: see the keys of `detr`",
        "input": "scale, mean and std; most are trained on ImageNet's",
    }
    return Guess("detr", Task.DETECT, shape[1], {**parameters, "activation": "sigmoid"}, doubts, UNIT)
