"""Tasks of the labeling queue as values: the frame, what the device saw in it, and what people made of it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NewType

from pydantic import TypeAdapter

from askance.central.lifecycle import State
from askance.errors import QueueError
from askance.labels import LabelMap
from askance.wire.annotations import Annotation, Origin
from askance.wire.capture import Manifest
from askance.wire.columns import gather
from askance.wire.identity import DeviceId, Sha256

TaskId = NewType("TaskId", int)

_ANSWER: Final = TypeAdapter(tuple[Annotation, ...])


@dataclass(frozen=True, slots=True)
class Task:
    """One frame in the queue.

    Attributes:
        id: counts up in the order of arrival.
        state: see ``lifecycle``.
        manifest: the frame's own words.
        sha256: address of its envelope.
        received_at: seconds since 1970 of the centre's clock.
        labeler: who has it, or settled it; None when nobody has yet.
        lease_until: the end of the last lease, seconds since 1970; None before the first.
        expired: leases that ran out since it was last opened by an operator.
        seconds: how long the labeler worked on it.
        skip_reason: why it was skipped.
        answer: the labeler's annotations; None unless it is done.
    """

    id: TaskId
    state: State
    manifest: Manifest
    sha256: Sha256
    received_at: float
    labeler: str | None
    lease_until: float | None
    expired: int
    seconds: float | None
    skip_reason: str | None
    answer: tuple[Annotation, ...] | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks; None is no restriction.

    Attributes:
        state: in this state.
        at_least: of this value or more.
        device: captured by this device.
        limit: at most so many, the most valuable first.
    """

    state: State | None = None
    at_least: float | None = None
    device: DeviceId | None = None
    limit: int | None = None


def accepted(manifest: Manifest) -> tuple[Annotation, ...]:
    """Return a device's claims as a person confirms them: without suggestions, scores and tracks."""
    confirmed = {"origin": Origin.HUMAN, "score": None, "calibrated_score": None, "track_id": None}
    return tuple(
        annotation.model_copy(update=confirmed) for annotation in manifest.annotations if not annotation.suggested
    )


def read_answer(text: str) -> tuple[Annotation, ...]:
    """Read a labeler's annotations from a JSON list of objects as in a manifest; the origin is ``human`` if not said.

    Raises:
        QueueError: not JSON, or not such a list.
    """
    try:
        rows = json.loads(text)
        return _ANSWER.validate_python([{"origin": Origin.HUMAN, **row} for row in rows])
    except (ValueError, TypeError, RecursionError) as error:
        first = str(error).partition("\n")[0]
        raise QueueError(
            f"not a list of annotations: {first}",
            hint='write [{"kind": "box", "label_id": 1, "label": "person", "x": 5, "y": 5, "width": 9, "height": 9}]',
        ) from error


def check_labels(answer: Iterable[Annotation], labels: LabelMap) -> None:
    """Refuse an answer that no export could write.

    Raises:
        QueueError: a label that the label map does not have under this id.
    """
    for place, annotation in enumerate(answer, start=1):
        label = labels.find(annotation.label)
        if label is None or label.id != annotation.label_id:
            known = labels.nearest(annotation.label) if label is None else f"{label.name} with label_id {label.id}"
            meant = "" if known is None else f"did you mean {known}? "
            raise QueueError(
                f"annotation {place}: not in label map {labels.tag}: {annotation.label} with id {annotation.label_id}",
                hint=f"{meant}see the labels: askance config example labels",
            )


def utc(wall_ms: int | None) -> datetime | None:
    """Return a device's wall time; None when it knew none, or one that no calendar has."""
    try:
        return None if wall_ms is None else datetime.fromtimestamp(wall_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


_FROM: Final = "FROM tasks JOIN captures ON captures.id = tasks.capture"
_TASKS: Final = f"SELECT tasks.*, captures.manifest, captures.sha256, captures.received_at {_FROM}"
_LABELS: Final = """
SELECT annotations.label, count(*) AS objects FROM annotations JOIN tasks USING (capture)
WHERE tasks.state = 'done' AND annotations.source = 'labeler' AND NOT annotations.suggested
GROUP BY annotations.label ORDER BY objects DESC, annotations.label
"""
_WHERE: Final = """
WHERE (:state IS NULL OR tasks.state = :state)
    AND (:at_least IS NULL OR tasks.value >= :at_least)
    AND (:device IS NULL OR captures.device = :device)
"""


def count(connection: sqlite3.Connection, which: Filter) -> int:
    """Return how many tasks ``find`` would give."""
    statement = f"SELECT count(*) {_FROM} {_WHERE}"
    n = int(connection.execute(statement, _values(which)).fetchone()[0])
    return n if which.limit is None else min(n, which.limit)


def count_labels(connection: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many objects of each label people have marked in tasks that are done, the commonest first."""
    return {row["label"]: row["objects"] for row in connection.execute(_LABELS)}


def find(connection: sqlite3.Connection, which: Filter) -> Iterator[Task]:
    """Yield tasks, the most valuable first, equals in the order of arrival; one at a time is in memory.

    They are read from one state of the catalog, unless this connection changes it.
    """
    statement = f"SELECT tasks.id {_FROM} {_WHERE} ORDER BY tasks.value DESC, tasks.id LIMIT :limit"
    for row in connection.execute(statement, _values(which)):
        yield get(connection, TaskId(row["id"]))


def get(connection: sqlite3.Connection, task: TaskId) -> Task:
    """Return one task.

    Raises:
        QueueError: there is none with this number.
    """
    return look_up(connection, str(task))


def look_up(connection: sqlite3.Connection, key: str) -> Task:
    """Return the task with a number or with a frame's id.

    Raises:
        QueueError: there is none, or two devices have used the same frame id.
    """
    column = "tasks.id" if key.isdecimal() else "captures.frame_id"
    rows = connection.execute(f"{_TASKS} WHERE {column} = ? ORDER BY tasks.id", (key,)).fetchall()
    if not rows:
        raise QueueError(f"no task or frame in the queue: {key}", hint="list them with `askance queue ls`")
    if len(rows) > 1:
        numbers = ", ".join(str(row["id"]) for row in rows)
        raise QueueError(f"several devices have a frame {key}", hint=f"name the task instead: {numbers}")
    return _task(connection, rows[0])


def _values(which: Filter) -> dict[str, Any]:
    return {
        "state": which.state,
        "at_least": which.at_least,
        "device": which.device,
        "limit": -1 if which.limit is None else which.limit,
    }


def _task(connection: sqlite3.Connection, row: sqlite3.Row) -> Task:
    state = State(row["state"])
    return Task(
        id=TaskId(row["id"]),
        state=state,
        manifest=Manifest.model_validate_json(row["manifest"]),
        sha256=Sha256(row["sha256"]),
        received_at=row["received_at"],
        labeler=row["labeler"],
        lease_until=row["lease_until"],
        expired=row["expired"],
        seconds=row["seconds"],
        skip_reason=row["skip_reason"],
        answer=_answer(connection, row["capture"]) if state is State.DONE else None,
    )


def _answer(connection: sqlite3.Connection, capture: int) -> tuple[Annotation, ...]:
    rows = connection.execute(
        "SELECT * FROM annotations WHERE capture = ? AND source = 'labeler' ORDER BY position", (capture,)
    )
    return _ANSWER.validate_python([gather(dict(row)) for row in rows])
