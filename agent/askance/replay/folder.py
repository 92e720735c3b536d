"""The folder that a replay leaves: a contact sheet, a time line, and the figures."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from askance.central.export import sheet
from askance.central.lifecycle import State
from askance.central.tasks import Task, TaskId
from askance.drawing import Look
from askance.edge.store import Store
from askance.wire.codec import Envelope, unpack
from askance.wire.identity import Sha256

SHEET: Final = "sheet.html"
TIMELINE: Final = "timeline.svg"
FIGURES: Final = "report.json"
MOST: Final = 500
"""Frames on a contact sheet: a page of more is more than a browser shows with ease."""


def write(folder: Path, store: Store, *, look: Look, timeline: str, figures: Mapping[str, object]) -> None:
    """Write all files.

    Args:
        folder: made where it is not there.
        store: the frames that were kept; the most valuable ones are shown.
        look: colours and skeletons of the labels.
        timeline: the drawing.
        figures: what JSON can hold.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    envelopes = {due.sha256: (due.frame_id, due.size) for due in store.due(MOST, exclude=())}

    def read(sha256: Sha256) -> Envelope:
        frame_id, size = envelopes[sha256]
        raw = store.read(frame_id, 0, length=size)
        if raw is None:
            raise OSError(f"the frame {frame_id} has vanished from the temporary store")
        return unpack(raw)

    def tasks() -> Iterator[Task]:
        for number, sha256 in enumerate(envelopes, start=1):
            yield _task(number, sha256, envelope=read(sha256))

    sheet.write(folder / SHEET, list(tasks()), accounts=(), look=look, jpeg=lambda sha256: read(sha256).jpeg)
    (folder / TIMELINE).write_text(timeline, encoding="utf-8")
    (folder / FIGURES).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _task(number: int, sha256: Sha256, *, envelope: Envelope) -> Task:
    """Return the frame as it would stand in the queue."""
    return Task(
        id=TaskId(number),
        state=State.OPEN,
        manifest=envelope.manifest,
        sha256=sha256,
        received_at=0.0,
        labeler=None,
        lease_until=None,
        expired=0,
        seconds=None,
        skip_reason=None,
        answer=None,
    )
