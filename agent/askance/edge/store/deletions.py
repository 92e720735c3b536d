"""The end of a frame: its row says so before its file goes, and goes after it."""

from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from askance.edge.store.envelopes import Envelopes
from askance.edge.store.faults import attempt
from askance.edge.store.index import Entry, Index
from askance.edge.store.lifecycle import Event
from askance.wire.identity import FrameId

LOST: Final = "lost"
DAMAGED: Final = "damaged"


class Deletions(NamedTuple):
    """What went, and why the disk did not let go of the rest, which stays marked; None where nothing is left."""

    gone: list[Entry]
    failure: OSError | None


def finish_deletions(index: Index, envelopes: Envelopes) -> Deletions:
    """Unlink the files of frames in DELETING, then delete their rows.

    A file that the disk does not let go of keeps none of the others.

    Raises:
        OSError: the absence of the files cannot be made durable.
        sqlite3.Error: the disk fails.
    """
    gone: list[Entry] = []
    failure: OSError | None = None
    for entry in index.condemned():
        try:
            envelopes.remove(entry.frame_id)
        except OSError as error:
            failure = error
        else:
            gone.append(entry)
    if gone:
        frame_ids = [entry.frame_id for entry in gone]
        envelopes.sync(frame_ids)
        index.forget(frame_ids)
    return Deletions(gone, failure)


def give_up(index: Index, envelopes: Envelopes, *, frame_id: FrameId, reason: str) -> Deletions:
    """Count out a frame whose file is gone or damaged, and keep what is left of the file as evidence; as above.

    Raises:
        OSError: the disk fails.
        sqlite3.Error: the same, seen by SQLite.
    """
    index.condemn([frame_id], Event.LOSE, reason=reason)
    with suppress(FileNotFoundError):
        attempt(partial(envelopes.set_aside, envelopes.file(frame_id)))
    return finish_deletions(index, envelopes)
