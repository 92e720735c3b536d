"""A file is looked at once, and again when it was let go of."""

import os
from pathlib import Path

from askance.edge.store.deletions import DAMAGED, LOST
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.index import Entry
from askance.edge.store.inspection import Inspection
from askance.edge.store.lifecycle import State
from askance.wire.codec import digest
from askance.wire.identity import new_frame_id

CONTENT = os.urandom(100)
FRAME = new_frame_id(wall_ms=1, randomness=bytes(10))
ENTRY = Entry(FRAME, State.PENDING, len(CONTENT), digest(CONTENT), 1)


def test_a_file_that_is_gone_or_changed_is_in_trouble(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    assert Inspection(envelopes).trouble(ENTRY) == LOST
    envelopes.write(FRAME, CONTENT[:-1])
    assert Inspection(envelopes).trouble(ENTRY) == DAMAGED


def test_a_sound_file_is_read_once_until_it_is_forgotten(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    envelopes.write(FRAME, CONTENT)
    inspection = Inspection(envelopes)
    assert inspection.trouble(ENTRY) is None
    envelopes.file(FRAME).unlink()

    assert inspection.trouble(ENTRY) is None
    inspection.forget([FRAME])
    assert inspection.trouble(ENTRY) == LOST
