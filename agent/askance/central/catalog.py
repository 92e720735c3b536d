"""Captured frames as rows: each once, together with its task in the labeling queue."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from askance.central import letters, staging
from askance.central.devices import Account, accounts
from askance.central.inbox import Admitted
from askance.central.lifecycle import State
from askance.wire.annotations import Annotation
from askance.wire.capture import Manifest
from askance.wire.codec import dump_json
from askance.wire.columns import flatten
from askance.wire.identity import DeviceId, FrameId, Sha256

Source: TypeAlias = Literal["device", "labeler"]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the catalog holds.

    Attributes:
        captures: frames received.
        tasks: tasks by state.
        staged_frames: frames of which some chunks are here.
        staged_bytes: their length so far.
        dead_letters: refused messages by code.
        devices: every device's account.
    """

    captures: int
    tasks: dict[State, int]
    staged_frames: int
    staged_bytes: int
    dead_letters: dict[str, int]
    devices: list[Account]

    @property
    def unaccounted(self) -> int:
        """Frames that no ledger explains; 0 unless something is broken."""
        return sum(device.unaccounted for device in self.devices)


def held(connection: sqlite3.Connection, device: DeviceId, *, frame_id: FrameId) -> Sha256 | None:
    """Return the hash of the envelope that stands in the catalog under a frame's id; None when there is none."""
    row = connection.execute(
        "SELECT sha256 FROM captures WHERE device = ? AND frame_id = ?", (device, frame_id)
    ).fetchone()
    return None if row is None else Sha256(row["sha256"])


def add(connection: sqlite3.Connection, admitted: Admitted, *, at: float) -> bool:
    """Make a frame's rows and its task, and forget its chunks, in the caller's transaction.

    Returns:
        False when the frame's id was there already; then nothing but its chunks has changed.
    """
    manifest = admitted.manifest
    staging.drop(connection, manifest.device, frame_id=manifest.frame_id)
    row = _capture(admitted, at)
    cursor = connection.execute(f"{_insert('captures', row)} ON CONFLICT DO NOTHING", row)
    if cursor.rowcount == 0:
        return False
    capture = cursor.lastrowid
    if capture is None:
        raise AssertionError("SQLite gives every inserted row an id")
    annotate(connection, capture, source="device", annotations=manifest.annotations)
    _explain(connection, capture, manifest=manifest)
    connection.execute(
        "INSERT INTO tasks (capture, state, value, changed_at) VALUES (?, ?, ?, ?)",
        (capture, State.OPEN, manifest.value, at),
    )
    return True


def annotate(
    connection: sqlite3.Connection, capture: int, *, source: Source, annotations: Iterable[Annotation]
) -> None:
    """Replace what a source says is in a capture, in the caller's transaction."""
    connection.execute("DELETE FROM annotations WHERE capture = ? AND source = ?", (capture, source))
    rows = [
        {"capture": capture, "source": source, "position": position} | flatten(annotation)
        for position, annotation in enumerate(annotations)
    ]
    _insert_all(connection, "annotations", rows=rows)


def summary(connection: sqlite3.Connection) -> Summary:
    """Count what the catalog holds, all at one moment."""
    connection.execute("BEGIN")
    try:
        tasks = dict.fromkeys(State, 0)
        for row in connection.execute("SELECT state, count(*) AS n FROM tasks GROUP BY state"):
            tasks[State(row["state"])] = row["n"]
        frames, size = connection.execute(
            "SELECT count(DISTINCT device || '/' || frame_id), coalesce(sum(length), 0) FROM staging"
        ).fetchone()
        return Summary(
            captures=connection.execute("SELECT count(*) FROM captures").fetchone()[0],
            tasks=tasks,
            staged_frames=frames,
            staged_bytes=size,
            dead_letters=letters.count(connection),
            devices=accounts(connection),
        )
    finally:
        connection.execute("COMMIT")


def _insert(table: str, row: Mapping[str, object]) -> str:
    """Write the statement whose places are named as the columns of ``row``."""
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"  # noqa: S608 (our own names)


def _insert_all(connection: sqlite3.Connection, table: str, *, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.executemany(_insert(table, rows[0]), rows)


def _capture(admitted: Admitted, at: float) -> dict[str, object]:
    manifest = admitted.manifest
    taken = manifest.taken
    return {
        "device": manifest.device,
        "frame_id": manifest.frame_id,
        "sha256": admitted.sha256,
        "size": len(admitted.envelope),
        "received_at": at,
        "camera": manifest.camera,
        "pose": manifest.pose,
        "boot_id": taken.boot_id,
        "seq": taken.seq,
        "monotonic_ns": taken.monotonic_ns,
        "wall_ms": taken.wall_ms,
        "clock": taken.clock,
        "image_width": manifest.image.width,
        "image_height": manifest.image.height,
        "model": manifest.model.name,
        "model_version": manifest.model.version,
        "arm": manifest.arm,
        "inclusion_probability": manifest.inclusion_probability,
        "value": manifest.value,
        "role": manifest.role,
        "capture_group": manifest.group,
        "manifest": dump_json(manifest).decode(),
    }


def _explain(connection: sqlite3.Connection, capture: int, *, manifest: Manifest) -> None:
    rows = [
        {
            "capture": capture,
            "position": position,
            "rule": reason.rule,
            "rule_version": reason.rule_version,
            "signal": reason.signal,
            "value": reason.value,
            "text": reason.text,
            "objects": json.dumps(reason.objects),
        }
        for position, reason in enumerate(manifest.reasons)
    ]
    _insert_all(connection, "reasons", rows=rows)
