"""A manifest as plain JSON values, to be bent by tests, and the same as a model."""

import json
from typing import Any

from askance.wire.capture import Manifest
from askance.wire.codec import load_json

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
