"""The card of a file that needs none, read from what Ultralytics writes into the ONNX files it exports."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue, ValidationError

from askance.edge.detect.package import DecoderCard, ModelCard, ModelInput, Task, sha256_of
from askance.edge.detect.session import Port
from askance.errors import ModelError

_TASKS: Final = {
    "detect": Task.DETECT,
    "segment": Task.SEGMENT,
    "pose": Task.KEYPOINTS,
    "obb": Task.ROTATED,
    "classify": Task.CLASSIFY,
}
_LONGEST: Final = 200_000  # characters of a literal; a thousand class names are a tenth of that
_MOST_CLASSES: Final = 5000
_BOX: Final = 4
_IMAGE_AXES: Final = 4
_PAD: Final = 114  # grey, as these models were trained


@dataclass(frozen=True, slots=True)
class _Export:
    """What the file says of itself, its class names and numbers a place already read."""

    file: Path
    metadata: Mapping[str, str]
    names: tuple[str, ...]
    task: Task
    tail: Mapping[str, JsonValue]
    numbers: int
    output: Port

    @property
    def transformer(self) -> bool:
        """Whether it is an RT-DETR; exports have named their head only since 2026."""
        described = self.metadata.get("description", "").lower()
        return self.metadata.get("head") == "RTDETRDecoder" or "rtdetr" in described


def card_of(
    file: Path, metadata: Mapping[str, str], *, inputs: tuple[Port, ...], outputs: tuple[Port, ...]
) -> ModelCard | None:
    """Read the card of a bare file.

    Args:
        file: the ONNX file; its name becomes the model's.
        metadata: what the file carries, by key.
        inputs: the graph's.
        outputs: the graph's.

    Returns:
        The card; None when the file is no export of Ultralytics.

    Raises:
        ModelError: it is one, and what it says is wrong, missing, or does not fit its outputs.
    """
    if not {"names", "stride"} <= metadata.keys():
        return None
    export = _read(file, metadata, outputs=outputs)
    family, parameters = _decoder(export)
    try:
        return ModelCard(
            name=re.sub(r"[^a-z0-9.-]+", "-", file.stem.lower()).strip("-.")[:100] or "model",
            version=(digest := sha256_of(file))[:12],
            task=export.task,
            file=file.name,
            sha256=digest,
            licence=metadata.get("license", "").partition(" ")[0] or "NOASSERTION",
            source=f"{metadata.get('description', 'Ultralytics model').strip()}, by the file's own metadata"[:400],
            input=_input(export, inputs),
            decoder=DecoderCard(family=family, parameters=parameters),
            classes=export.names,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise _wrong(file, f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error


def _read(file: Path, metadata: Mapping[str, str], *, outputs: tuple[Port, ...]) -> _Export:
    # YOLOv5's own exporter writes names and stride alone, and knows boxes and masks.
    task = metadata.get("task", "segment" if len(outputs) > 1 else "detect")
    if task not in _TASKS:
        raise _wrong(file, f"task: expected one of {', '.join(_TASKS)}, got {task}")
    if metadata.get("channels", "3") != "3":
        raise _wrong(file, f"channels: expected 3, got {metadata['channels']}")
    maps = [port for port in outputs if len(port.shape) == _IMAGE_AXES]
    tables = [port for port in outputs if len(port.shape) == (2 if task == "classify" else 3)]
    if not tables or (task == "segment" and not maps):
        shapes = ", ".join(f"{port.name} {port.shape}" for port in outputs)
        raise _wrong(file, f"outputs: not those of task {task}: {shapes}")
    tail: dict[str, JsonValue] = {}
    numbers = 0
    if task == "segment":
        numbers = maps[0].shape[1] or 32
        tail = {"prototypes": maps[0].name, "coefficients": numbers}
    elif task == "pose":
        points, values = _integers(file, metadata, key="kpt_shape")
        numbers = points * values
        tail = {"keypoints": points, "keypoint_values": values}
    elif task == "obb":
        numbers = 1
        tail = {"rotated": True}
    return _Export(file, metadata, _names(file, metadata["names"]), _TASKS[task], tail, numbers, tables[0])


def _decoder(export: _Export) -> tuple[str, dict[str, JsonValue]]:
    """Return family and parameters."""
    name, classes, tail = export.output.name, len(export.names), export.numbers
    if export.task is Task.CLASSIFY:
        _check(export, axis=1, expected=classes)
        return "classifier", {"output": name, "kind": "probabilities"}
    rows, numbers = export.output.shape[1:]
    if export.transformer:
        if numbers == _BOX + 2:  # since 2026: score and class
            return "end_to_end", {"output": name, "order": "cxcywh", "units": "shares"}
        _check(export, axis=2, expected=_BOX + classes)
        return "detr", {"boxes": name, "scores": name, "activation": "none"}
    if "task" not in export.metadata:
        _check(export, axis=2, expected=_BOX + 1 + classes + tail)
        return "ultralytics", {"output": name, "objectness": True, **export.tail}
    chosen = numbers == _BOX + 2 + tail and rows != _BOX + classes + tail
    if export.metadata.get("end2end") == "True" or chosen:
        _check(export, axis=2, expected=_BOX + 2 + tail)
        order = "cxcywh" if export.task is Task.ROTATED else "xyxy"
        return "end_to_end", {"output": name, "order": order, **export.tail}
    _check(export, axis=1, expected=_BOX + classes + tail)
    return "ultralytics", {"output": name, **export.tail}


def _input(export: _Export, inputs: tuple[Port, ...]) -> ModelInput:
    file, metadata = export.file, export.metadata
    if len(inputs) != 1 or len(inputs[0].shape) != _IMAGE_AXES or inputs[0].shape[1] not in {3, None}:
        shapes = ", ".join(f"{port.name} {port.shape}" for port in inputs)
        raise _wrong(file, f"input: expected one of shape (1, 3, height, width), got {shapes}")
    height, width = inputs[0].shape[2:]
    dynamic = height is None and width is None
    if height is None or width is None:
        sizes = _integers(file, metadata, key="imgsz")
        height, width = height or sizes[0], width or sizes[-1]
    # Detectors are trained on letterboxes, RT-DETR on stretched pictures, classifiers on the middle of the picture.
    boxed = not export.transformer and export.task is not Task.CLASSIFY
    return ModelInput(
        name=inputs[0].name,
        layout="nchw",
        width=width,
        height=height,
        colour="rgb",
        scale=1 / 255,
        resize="letterbox" if boxed else "stretch" if export.transformer else "crop",
        pad=_PAD if boxed else 0,
        stride=_integers(file, metadata, key="stride")[0] if dynamic and boxed else None,
    )


def _names(file: Path, text: str) -> tuple[str, ...]:
    names = _literal(file, text, key="names")
    if not isinstance(names, dict):
        raise _wrong(file, f"names: expected a dict, got {type(names).__name__}")
    if not 0 < len(names) <= _MOST_CLASSES or set(names) != set(range(len(names))):
        raise _wrong(file, f"names: expected classes 0 to n - 1, at most {_MOST_CLASSES}, got {len(names)} entries")
    return tuple(str(names[index]) for index in range(len(names)))


def _integers(file: Path, metadata: Mapping[str, str], *, key: str) -> tuple[int, int]:
    """Read one number, which counts for both, or two."""
    if key not in metadata:
        raise _wrong(file, f"{key}: missing")
    value = _literal(file, metadata[key], key=key)
    pair = value if isinstance(value, list | tuple) else (value, value)
    match tuple(pair):
        case (int() as one, int() as two) if min(one, two) >= 1:
            return one, two
        case _:
            raise _wrong(file, f"{key}: expected one or two whole numbers, got {metadata[key][:80]}")


def _literal(file: Path, text: str, *, key: str) -> object:
    """Read a Python literal; nothing in it is ever run."""
    if len(text) > _LONGEST:
        raise _wrong(file, f"{key}: {len(text)} characters are too many")
    try:
        value: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise _wrong(file, f"{key}: no Python literal: {text[:80]}") from error
    return value


def _check(export: _Export, *, axis: int, expected: int) -> None:
    got = export.output.shape[axis]
    if got not in {None, expected}:
        raise _wrong(
            export.file,
            f"output {export.output.name}: {len(export.names)} classes and task {export.task} make {expected} numbers, "
            f"got {got}",
        )


def _wrong(file: Path, what: str) -> ModelError:
    return ModelError(f"{file}: its metadata is wrong: {what}", hint=f"write a card: askance models inspect {file}")
