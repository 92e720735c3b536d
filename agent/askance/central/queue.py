"""Hands frames to people: the most valuable first, one person at a time, and back again when nothing comes of it."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from askance.central import catalog, tasks
from askance.central.config import QueueSection
from askance.central.lifecycle import Event, State, after
from askance.central.tasks import Task, TaskId
from askance.database import transaction
from askance.errors import QueueError
from askance.wire.annotations import MAX_ANNOTATIONS, Annotation, Origin


@dataclass(frozen=True, slots=True)
class Lease:
    """A task that is one labeler's until ``until`` (seconds since 1970); ``token`` proves it."""

    token: str
    until: float
    task: Task


class Queue:
    """The labeling queue over the catalog; any number of processes may use it at once.

    Args:
        connection: the catalog, used by one thread at a time.
        section: how long leases last, and how many may run out.
        clock: seconds since 1970.
        mint: makes tokens that nobody can guess.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        section: QueueSection,
        *,
        clock: Callable[[], float],
        mint: Callable[[], str],
    ) -> None:
        self._connection: Final = connection
        self._section: Final = section
        self._clock: Final = clock
        self._mint: Final = mint

    def claim(self, labeler: str) -> Lease | None:
        """Lease the most valuable open task, the oldest among equals; None when there is none."""
        now = self._clock()
        with transaction(self._connection) as connection:
            self._expire(now)
            row = connection.execute(
                "SELECT id FROM tasks WHERE state = ? ORDER BY value DESC, id LIMIT 1", (State.OPEN,)
            ).fetchone()
            if row is None:
                return None
            task = TaskId(row["id"])
            token, until = self._mint(), now + self._section.lease.total_seconds()
            connection.execute(
                "UPDATE tasks SET token = ?, lease_until = ?, labeler = ? WHERE id = ?", (token, until, labeler, task)
            )
            self._move(task, State.OPEN, event=Event.CLAIM, now=now)
            return Lease(token, until, tasks.get(connection, task))

    def submit(self, token: str, annotations: Sequence[Annotation], *, seconds: float | None) -> TaskId:
        """Settle a leased task with what its labeler sees; an empty sequence says that nothing is there.

        Args:
            token: the lease.
            annotations: of origin ``human``, in pixels of the image.
            seconds: how long the labeler worked on it, as far as known.

        Raises:
            QueueError: the lease is not, or no longer, this one, or an annotation cannot be.
        """
        now = self._clock()
        with transaction(self._connection) as connection:
            task = self._leased(token, now=now)
            image = tasks.get(connection, task).manifest.image
            _check(annotations, width=image.width, height=image.height)
            capture = connection.execute("SELECT capture FROM tasks WHERE id = ?", (task,)).fetchone()["capture"]
            catalog.annotate(connection, capture, source="labeler", annotations=annotations)
            connection.execute("UPDATE tasks SET seconds = ? WHERE id = ?", (seconds, task))
            self._move(task, State.LEASED, event=Event.SUBMIT, now=now)
        return task

    def held(self, token: str) -> Task:
        """Return the task that a token leases.

        Raises:
            QueueError: the lease is not, or no longer, this one.
        """
        return tasks.get(self._connection, self._leased(token, now=self._clock()))

    def skip(self, token: str, *, reason: str) -> TaskId:
        """Settle a leased task without an answer.

        Raises:
            QueueError: the lease is not, or no longer, this one.
        """
        now = self._clock()
        with transaction(self._connection) as connection:
            task = self._leased(token, now=now)
            connection.execute("UPDATE tasks SET skip_reason = ? WHERE id = ?", (reason, task))
            self._move(task, State.LEASED, event=Event.SKIP, now=now)
        return task

    def release(self, token: str) -> TaskId:
        """Hand a leased task back; somebody else gets it.

        Raises:
            QueueError: the lease is not, or no longer, this one.
        """
        now = self._clock()
        with transaction(self._connection) as connection:
            task = self._leased(token, now=now)
            connection.execute("UPDATE tasks SET labeler = NULL WHERE id = ?", (task,))
            self._move(task, State.LEASED, event=Event.RELEASE, now=now)
        return task

    def reopen(self, task: TaskId) -> None:
        """Have a settled or parked task done again; its answer stays until the next one replaces it.

        Raises:
            QueueError: there is no such task, or it is open or leased.
        """
        now = self._clock()
        with transaction(self._connection) as connection:
            self._move(task, tasks.get(connection, task).state, event=Event.REOPEN, now=now)
            connection.execute(
                "UPDATE tasks SET expired = 0, labeler = NULL, seconds = NULL, skip_reason = NULL WHERE id = ?", (task,)
            )

    def _expire(self, now: float) -> None:
        """End the leases that ran out; none lasts longer than one made now: the clock may have been set back."""
        latest = now + self._section.lease.total_seconds()
        self._connection.execute(
            "UPDATE tasks SET lease_until = ? WHERE state = ? AND lease_until > ?", (latest, State.LEASED, latest)
        )
        rows = self._connection.execute(
            "SELECT id, expired FROM tasks WHERE state = ? AND lease_until <= ?", (State.LEASED, now)
        ).fetchall()
        for row in rows:
            expired = row["expired"] + 1
            event = Event.PARK if expired >= self._section.attempts else Event.EXPIRE
            self._connection.execute("UPDATE tasks SET expired = ?, labeler = NULL WHERE id = ?", (expired, row["id"]))
            self._move(TaskId(row["id"]), State.LEASED, event=event, now=now)

    def _leased(self, token: str, *, now: float) -> TaskId:
        """Find the task that a token still leases.

        Raises:
            QueueError: none; the message says what became of it.
        """
        row = self._connection.execute("SELECT id, state, lease_until FROM tasks WHERE token = ?", (token,)).fetchone()
        if row is None:
            raise QueueError("no such lease, or its frame was claimed again", hint=_CLAIM)
        if row["state"] != State.LEASED:
            raise QueueError(f"the lease has ended: task {row['id']} is {row['state']}", hint=_CLAIM)
        if row["lease_until"] <= now:
            raise QueueError(
                f"the lease ran out {now - row['lease_until']:.0f} s ago",
                hint=f"{_CLAIM}, or lengthen `queue.lease`",
            )
        return TaskId(row["id"])

    def _move(self, task: TaskId, state: State, *, event: Event, now: float) -> None:
        """Take one step of the life cycle."""
        self._connection.execute(
            "UPDATE tasks SET state = ?, changed_at = ? WHERE id = ?", (after(state, event), now, task)
        )


_CLAIM: Final = "claim again with `askance queue claim --labeler NAME`"


def _check(annotations: Sequence[Annotation], *, width: int, height: int) -> None:
    """Refuse what cannot be a person's answer about an image of this size.

    Raises:
        QueueError: too many, not by a person, or outside the image.
    """
    hint = "correct the file given with `--annotations`"
    if len(annotations) > MAX_ANNOTATIONS:
        raise QueueError(f"more than {MAX_ANNOTATIONS} annotations: {len(annotations)}", hint=hint)
    for index, annotation in enumerate(annotations):
        if annotation.origin is not Origin.HUMAN:
            raise QueueError(f"annotation {index} is not by a person: origin {annotation.origin}", hint=hint)
        fault = annotation.fault(image_width=width, image_height=height)
        if fault is not None:
            raise QueueError(f"annotation {index} {fault}; the image has {width} x {height}", hint=hint)
