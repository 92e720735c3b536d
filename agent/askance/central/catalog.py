"""Captured frames as rows: each once, together with its task in the labeling queue."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from askance.central import letters, staging
from askance.central.devices import Account, accounts
from askance.central.inbox import Admitted
from askance.central.lifecycle import State
from askance.wire.annotations import Annotation
from askance.wire.capture import Manifest
from askance.wire.codec import dump_json
from askance.wire.identity import DeviceId, FrameId, Sha256

Source: TypeAlias = Literal["device", "labeler"]

_CAPTURE: Final = (
    "device",
    "frame_id",
    "sha256",
    "size",
    "received_at",
    "camera",
    "pose",
    "boot_id",
    "seq",
    "monotonic_ns",
    "wall_ms",
    "clock",
    "image_width",
    "image_height",
    "model",
    "model_version",
    "arm",
    "inclusion_probability",
    "value",
    "role",
    "capture_group",
    "manifest",
)
_ANNOTATION: Final = (
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
)


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
    cursor = connection.execute(
        f"INSERT INTO captures ({', '.join(_CAPTURE)}) VALUES ({_marks(_CAPTURE)}) ON CONFLICT DO NOTHING",  # noqa: S608 (constants)
        _capture(admitted, at),
    )
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
    connection.executemany(
        f"INSERT INTO annotations (capture, source, position, {', '.join(_ANNOTATION)})"  # noqa: S608 (constants)
        f" VALUES (?, ?, ?, {_marks(_ANNOTATION)})",
        [
            (capture, source, position, *(getattr(annotation, name, None) for name in _ANNOTATION))
            for position, annotation in enumerate(annotations)
        ],
    )


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


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


def _capture(admitted: Admitted, at: float) -> tuple[Any, ...]:
    manifest = admitted.manifest
    taken = manifest.taken
    return (
        manifest.device,
        manifest.frame_id,
        admitted.sha256,
        len(admitted.envelope),
        at,
        manifest.camera,
        manifest.pose,
        taken.boot_id,
        taken.seq,
        taken.monotonic_ns,
        taken.wall_ms,
        taken.clock,
        manifest.image.width,
        manifest.image.height,
        manifest.model.name,
        manifest.model.version,
        manifest.arm,
        manifest.inclusion_probability,
        manifest.value,
        manifest.role,
        manifest.group,
        dump_json(manifest).decode(),
    )


def _explain(connection: sqlite3.Connection, capture: int, *, manifest: Manifest) -> None:
    connection.executemany(
        "INSERT INTO reasons (capture, position, rule, rule_version, signal, value, text, objects)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                capture,
                position,
                reason.rule,
                reason.rule_version,
                reason.signal,
                reason.value,
                reason.text,
                json.dumps(reason.objects),
            )
            for position, reason in enumerate(manifest.reasons)
        ],
    )
