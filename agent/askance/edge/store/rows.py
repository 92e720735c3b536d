"""A manifest as rows and back, without loss."""

import json
import sqlite3

from askance.wire.capture import Manifest, ModelInfo, Reason
from askance.wire.columns import COLUMNS, flatten, gather
from askance.wire.identity import FrameId, Sha256

_REASON_COLUMNS = ("rule", "rule_version", "signal", "value", "text", "objects")
_MODEL_COLUMNS = ("name", "version", "sha256", "quantization", "floor", "report", "report_by_label", "label_map")
_MOMENT_COLUMNS = ("seq", "monotonic_ns", "wall_ms", "clock")
_IMAGE_COLUMNS = ("width", "height", "privacy", "dhash")
_PLAIN_COLUMNS = (
    "v",
    "frame_id",
    "device",
    "camera",
    "pose",
    "arm",
    "inclusion_probability",
    "value",
    "priority",
    "role",
    "offset_s",
)


def insert(
    connection: sqlite3.Connection, manifest: Manifest, *, boot: int, envelope_bytes: int, sha256: Sha256
) -> None:
    """Write a pending frame's rows; the caller holds the transaction.

    Raises:
        sqlite3.Error: as SQLite says.
    """
    row = _scalars(manifest) | {"boot": boot, "bytes": envelope_bytes, "sha256": sha256, "state": "pending"}
    row["model"] = _model_number(connection, manifest.model)
    if manifest.companions is not None:
        numbers = [_model_number(connection, companion) for companion in manifest.companions]
        row["companions"] = json.dumps(numbers)
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    capture = connection.execute(f"INSERT INTO captures ({names}) VALUES ({places})", row).lastrowid  # noqa: S608 (our own column names)
    for table, columns, values in (
        ("annotations", COLUMNS, [tuple(flatten(item).values()) for item in manifest.annotations]),
        ("reasons", _REASON_COLUMNS, [_reason_row(reason) for reason in manifest.reasons]),
    ):
        connection.executemany(
            f"INSERT INTO {table} (capture, position, {', '.join(columns)})"  # noqa: S608 (our own names)
            f" VALUES (?, ?{', ?' * len(columns)})",
            [(capture, position, *row) for position, row in enumerate(values)],
        )


def read_manifest(connection: sqlite3.Connection, frame_id: FrameId) -> Manifest | None:
    """Rebuild the manifest from the rows; None where the frame has none.

    Raises:
        sqlite3.Error: as SQLite says.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT captures.*, boot_id FROM captures JOIN boots ON number = boot WHERE frame_id = ?",
        (frame_id,),
    ).fetchone()
    if row is None:
        return None
    children = "SELECT * FROM {} WHERE capture = ? ORDER BY position"
    annotations: list[sqlite3.Row] = connection.execute(children.format("annotations"), (row["id"],)).fetchall()
    reasons: list[sqlite3.Row] = connection.execute(children.format("reasons"), (row["id"],)).fetchall()
    companions: list[int] | None = None if row["companions"] is None else json.loads(row["companions"])
    return Manifest.model_validate(
        {name: row[name] for name in _PLAIN_COLUMNS}
        | {
            "must": json.loads(row["must"]),
            "group": row["capture_group"],
            "taken": {name: row[name] for name in ("boot_id", *_MOMENT_COLUMNS)},
            "image": {name: row[name] for name in _IMAGE_COLUMNS},
            "model": _model(connection, row["model"]),
            "companions": None if companions is None else [_model(connection, number) for number in companions],
            "annotations": [gather(dict(item)) for item in annotations],
            "reasons": [
                {name: item[name] for name in _REASON_COLUMNS} | {"objects": json.loads(item["objects"])}
                for item in reasons
            ],
        }
    )


def _scalars(manifest: Manifest) -> dict[str, object]:
    plain: dict[str, object] = manifest.model_dump(mode="json", include=set(_PLAIN_COLUMNS))
    return (
        plain
        | {"must": json.dumps(manifest.must, ensure_ascii=False), "capture_group": manifest.group}
        | manifest.taken.model_dump(mode="json", include=set(_MOMENT_COLUMNS))
        | manifest.image.model_dump(mode="json", include=set(_IMAGE_COLUMNS))
    )


def _model(connection: sqlite3.Connection, number: int) -> dict[str, object]:
    row: sqlite3.Row = connection.execute("SELECT * FROM models WHERE number = ?", (number,)).fetchone()
    return dict(row) | {"report_by_label": json.loads(row["report_by_label"])}


def _model_number(connection: sqlite3.Connection, model: ModelInfo) -> int:
    """Find the model among those seen before, or add it; another threshold makes it another model."""
    values = model.model_dump(mode="json")
    values["report_by_label"] = json.dumps(values["report_by_label"], ensure_ascii=False)
    same = " AND ".join(f"{name} IS :{name}" for name in _MODEL_COLUMNS)
    row: sqlite3.Row | None = connection.execute(f"SELECT number FROM models WHERE {same}", values).fetchone()  # noqa: S608 (our own column names)
    if row is not None:
        seen: int = row["number"]
        return seen
    places = ", ".join(f":{name}" for name in _MODEL_COLUMNS)
    added: int = connection.execute(
        f"INSERT INTO models ({', '.join(_MODEL_COLUMNS)}) VALUES ({places}) RETURNING number",  # noqa: S608 (our own column names)
        values,
    ).fetchone()["number"]
    return added


def _reason_row(reason: Reason) -> tuple[object, ...]:
    values = reason.model_dump(mode="json")
    return tuple(json.dumps(values[name]) if name == "objects" else values[name] for name in _REASON_COLUMNS)
