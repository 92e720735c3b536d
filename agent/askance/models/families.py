"""The table of families that a model can be recognised as by the shapes and names of its outputs."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from askance.edge.detect.package import Task
from askance.edge.detect.session import Port
from askance.models.grids import detr, fastestdet, nanodet, ssd, ultralytics, yolox
from askance.models.guess import BYTES, UNIT, Guess, Recogniser, Sides

_STRIDES: Final = (8, 16, 32)
_CORNERS: Final = 14
_PRESENT: Final = 2
_POSE: Final = (1, 1, 17, 3)
_PEOPLE: Final = (1, 6, 56)
_CUBOID: Final = (1, 18)
_MAP_AXES: Final = 4
_ROW_AXES: Final = 3


def _yunet(outputs: Sequence[Port], _sides: Sides) -> Guess | None:
    names = {port.name for port in outputs}
    if not all(f"{part}_{stride}" in names for part in ("cls", "obj", "bbox", "kps") for stride in _STRIDES):
        return None
    maps: list[JsonValue] = [
        {"stride": s, "face": f"cls_{s}", "good": f"obj_{s}", "boxes": f"bbox_{s}", "points": f"kps_{s}"}
        for s in _STRIDES
    ]
    return Guess("yunet", Task.KEYPOINTS, 1, {"maps": maps, "iou": 0.3}, {}, BYTES)


def _centerface(outputs: Sequence[Port], _sides: Sides) -> Guess | None:
    planes = [port.shape[1] if len(port.shape) == _MAP_AXES else None for port in outputs]
    if planes != [1, 2, 2, 10]:
        return None
    heat, size, offset, landmarks = (port.name for port in outputs)
    parameters: dict[str, JsonValue] = {"heat": heat, "size": size, "offset": offset, "landmarks": landmarks}
    doubts = {"decoder.parameters": "size and offset have the same shape: exchange them when boxes lie wrong"}
    return Guess("centerface", Task.KEYPOINTS, 1, parameters, doubts, {**BYTES, "colour": "rgb"})


def _plates(outputs: Sequence[Port], _sides: Sides) -> Guess | None:
    widths = {port.shape[-1]: port.name for port in outputs if len(port.shape) == 2}  # noqa: PLR2004 (priors, numbers)
    if set(widths) != {_CORNERS, _PRESENT, 1}:
        return None
    maps: list[JsonValue] = [
        {"stride": 8, "sizes": [10, 16, 24]},
        {"stride": 16, "sizes": [32, 48]},
        {"stride": 32, "sizes": [64, 96]},
        {"stride": 64, "sizes": [128, 192, 256]},
    ]
    parameters: dict[str, JsonValue] = {"offsets": widths[_CORNERS], "scores": widths[_PRESENT], "overlaps": widths[1]}
    doubts = {"decoder.parameters": "the priors are those of OpenCV Zoo's licence plate model"}
    usual: dict[str, JsonValue] = {"colour": "bgr", "resize": "stretch"}
    return Guess("plates", Task.SEGMENT, 1, {**parameters, "maps": maps, "iou": 0.3}, doubts, usual)


def _shaped(outputs: Sequence[Port], _sides: Sides) -> Guess | None:
    """Know models by one odd shape."""
    shapes = {(1, *port.shape[1:]): port.name for port in outputs}  # exports often leave the batch open
    stretched: dict[str, JsonValue] = {"colour": "rgb", "resize": "letterbox"}
    if list(shapes) in ([_POSE], [_PEOPLE]):
        people = "one" if _POSE in shapes else "many"
        parameters: dict[str, JsonValue] = {"output": outputs[0].name, "people": people}
        return Guess("movenet", Task.KEYPOINTS, 1, parameters, {}, stretched)
    if set(shapes) == {_CUBOID, (1, 1)}:
        parameters = {"points": shapes[_CUBOID], "presence": shapes[1, 1]}
        return Guess("objectron", Task.CUBOID, 1, parameters, {}, UNIT)
    return None


def _classifier(outputs: Sequence[Port], _sides: Sides) -> Guess | None:
    if len(outputs) != 1 or len(outputs[0].shape) != 2 or (outputs[0].shape[1] or 0) <= 1:  # noqa: PLR2004 (batch, classes)
        return None
    parameters: dict[str, JsonValue] = {"output": outputs[0].name, "kind": "probabilities"}
    doubts = {"decoder.parameters": "kind: logits where the graph does not end with a Softmax", "input": "scale, mean"}
    return Guess("classifier", Task.CLASSIFY, outputs[0].shape[1] or 0, parameters, doubts, UNIT)


def _semantic(outputs: Sequence[Port], sides: Sides) -> Guess | None:
    heads: dict[str, int] = {}
    for port in outputs:
        if port.shape[-2:] != (sides[1], sides[0]) and port.shape[1:3] != (sides[1], sides[0]):
            return None
        heads[port.name] = (port.shape[1] or 1) if len(port.shape) == _MAP_AXES else 1
    doubts = {"classes": "one for each plane of each output, in order; null: the background"}
    choices = [port for port in outputs if len(port.shape) == _ROW_AXES]
    if not choices:
        parameters: dict[str, JsonValue] = {"heads": {**heads}, "kind": "logits"}
        return Guess("semantic", Task.SEMANTIC, sum(heads.values()), parameters, doubts, UNIT)
    if len(outputs) > 1:
        return None
    parameters = {"heads": {**heads}, "kind": "choice"}
    return Guess("semantic", Task.SEMANTIC, None, parameters, doubts, UNIT)


RECOGNISERS: Final[Mapping[str, Recogniser]] = {
    "YOLOX: one (1, cells of strides 8, 16, 32, 5 + classes)": yolox,
    "NanoDet: for each stride (1, cells, classes) and (1, cells, 4 x bins)": nanodet,
    "SSD: (1, anchors, 1, 4) and (1, anchors, classes)": ssd,
    "Ultralytics: (1, 4 + classes, cells) or (1, 3 x cells, 5 + classes)": ultralytics,
    "FastestDet: one (1, 5 + classes, height / 16, width / 16)": fastestdet,
    "DETR: (1, queries, 4) and (1, queries, classes)": detr,
    "YuNet: cls_8 to kps_32": _yunet,
    "CenterFace: planes 1, 2, 2, 10": _centerface,
    "licence plates: rows of 14, 2 and 1": _plates,
    "MoveNet (1, 1, 17, 3) or (1, 6, 56); Objectron (1, 18) and (1, 1)": _shaped,
    "classifier: one (1, classes)": _classifier,
    "semantic: maps as large as the input": _semantic,
}


def recognise(outputs: Sequence[Port], *, sides: Sides) -> Guess | None:
    """Return the first family that fits outputs of a model with an input of (width, height); None: none does."""
    return next((guess for each in RECOGNISERS.values() if (guess := each(outputs, sides)) is not None), None)
