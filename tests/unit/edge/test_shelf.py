"""The capture store is what the courier needs."""

from pathlib import Path

from askance.edge.shelf import Held, Shelf
from askance.wire.codec import digest
from support_store import keep, open_store


def test_the_store_is_a_shelf_of_held_frames(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    frame_id = keep(store)
    shelf: Shelf = store

    [held] = shelf.due(2, exclude=())
    first: Held = held
    assert frame_id == first.frame_id
    envelope = shelf.read(frame_id, 0, length=first.size)
    assert envelope is not None
    assert (first.size, first.sha256) == (len(envelope), digest(envelope))
    assert [] == list(shelf.due(2, exclude=[frame_id]))
    store.close()
