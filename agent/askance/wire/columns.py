"""An annotation as one row of a table: flat columns for what people ask for, and JSON for the rest of its shape."""

import json
from collections.abc import Mapping
from typing import Any, Final

from askance.wire.annotations import Labelled

SHAPE: Final = "shape"
_FLAT: Final = (
    "kind",
    "label_id",
    "label",
    "score",
    "calibrated_score",
    "origin",
    "track_id",
    "suggested",
    "x",
    "y",
    "width",
    "height",
    "rotation",
    "model",
)
COLUMNS: Final = (*_FLAT, SHAPE)
"""Every kind has every column; NULL is what it has not. Whatever stands in none of the others is in ``shape``."""


def flatten(annotation: Labelled) -> dict[str, Any]:
    """Write an annotation as a row of ``COLUMNS``."""
    values = annotation.model_dump(mode="json", exclude_none=True)
    row = {name: values.pop(name, None) for name in _FLAT}
    return row | {SHAPE: json.dumps(values, separators=(",", ":"), ensure_ascii=False) if values else None}


def gather(row: Mapping[str, Any]) -> dict[str, Any]:
    """Read a row of ``COLUMNS`` as the object that a manifest has in its place.

    A column that is not there, because the database was not opened for writing since it was added, is NULL.

    Raises:
        ValueError: the shape is no JSON.
    """
    flat = {name: row[name] for name in _FLAT if row.get(name) is not None}
    shape: dict[str, Any] = json.loads(row.get(SHAPE) or "{}")
    return flat | shape
