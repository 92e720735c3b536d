"""A manifest as plain JSON values, to be bent by tests, and the same as a model."""

import json
from typing import Any

from askance.wire.capture import Manifest
from askance.wire.codec import load_json
from askance.wire.rle import compress

BOX: dict[str, Any] = {
    "kind": "box",
    "label_id": 1,
    "label": "person",
    "score": 0.31,
    "suggested": True,
    "x": 10.5,
    "y": 20.0,
    "width": 30.0,
    "height": 40.0,
}
TAG: dict[str, Any] = {"kind": "tag", "label_id": 7, "label": "night"}
_PLACE: dict[str, Any] = {"x": 1.0, "y": 2.0, "width": 6.0, "height": 4.5}
_MASK: dict[str, Any] = {
    "label_id": 1,
    "label": "person",
    "score": 0.5,
    **_PLACE,
    "counts": compress([16 * 8 - 30, 30]),
}
KINDS: dict[str, dict[str, Any]] = {
    "tag": TAG,
    "box": {"kind": "box", "label_id": 1, "label": "person", "score": 0.75, **_PLACE},
    "turned": {"kind": "box", "label_id": 3, "label": "car", **_PLACE, "rotation": -30.5},
    "polygon": {"kind": "polygon", "label_id": 3, "label": "car", **_PLACE, "rings": [[1, 2, 7, 2, 7, 6.5], [1] * 6]},
    "mask": {"kind": "mask", **_MASK},
    "semantic": {"kind": "mask", **_MASK, "scope": "semantic", "model": "roads"},
    "segment": {"kind": "segment", **_MASK, "thing": True},
    "keypoints": {
        "kind": "keypoints",
        "label_id": 1,
        "label": "person",
        **_PLACE,
        "points": [[1, 2, 0.5], [-3, 9, None]],
    },
    "cuboid": {
        "kind": "cuboid",
        "label_id": 3,
        "label": "car",
        **_PLACE,
        "points": [[4, 4], *([x, y] for x in (1, 7) for y in (2, 6.5) for _ in range(2))],
        "pose": {"rotation": [1, 0, 0, 0], "translation": [0.5, 0, 12], "size": [4.5, 1.5, 2], "metric": True},
    },
}
"""One of each kind as a manifest has it, in an image of 16 x 8 pixels."""


def kinds_in(*, width: int, height: int) -> dict[str, dict[str, Any]]:
    """The same in a larger image: its masks are on a grid of 16 x 8."""
    grid = [16, 8] if (width, height) != (16, 8) else None
    return {name: kind | ({"grid": grid} if "counts" in kind else {}) for name, kind in KINDS.items()}


REASON: dict[str, Any] = {
    "rule": "unsure",
    "rule_version": "1",
    "signal": "near_threshold",
    "value": 0.8,
    "text": "person 0.31 is just below 0.5",
    "objects": [0],
}


def manifest_json(**changes: object) -> dict[str, Any]:
    """Every key of a manifest with a plain value; ``changes`` replaces keys of the top level."""
    return {
        "v": 1,
        "must": [],
        "frame_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "device": "camera-1",
        "camera": "gate",
        "pose": "home",
        "taken": {"boot_id": "boot-a", "seq": 3, "monotonic_ns": 123, "wall_ms": 1_700_000_000_000, "clock": "ntp"},
        "image": {"width": 640, "height": 480, "privacy": None, "dhash": "0123456789abcdef"},
        "model": {
            "name": "ssdlite",
            "version": "1",
            "sha256": "ab" * 32,
            "quantization": "int8",
            "floor": 0.05,
            "report": 0.5,
            "report_by_label": {"person": 0.4},
            "label_map": "coco@1",
        },
        "annotations": [BOX, TAG],
        "reasons": [REASON],
        "arm": "random",
        "inclusion_probability": 0.01,
        "value": 0.5,
        "priority": 2,
        "group": "g",
        "role": "context",
        "offset_s": -1.5,
    } | changes


def manifest(**changes: object) -> Manifest:
    """The same as a model.

    Raises:
        WireError: the changes break the schema.
    """
    return load_json(Manifest, json.dumps(manifest_json(**changes)).encode())
