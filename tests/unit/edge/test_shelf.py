"""The capture store is what the courier needs."""

from pathlib import Path

import support_courier
from askance.edge.shelf import Held, Shelf, due_in_turn
from askance.wire.codec import digest
from askance.wire.identity import FrameId
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


def test_some_frames_come_behind_all_others() -> None:
    shelf = support_courier.Shelf()
    first, second, third = (shelf.put(envelope) for envelope in (b"1", b"2", b"3"))

    def due(limit: int, *last: FrameId) -> list[FrameId]:
        return [held.frame_id for held in due_in_turn(shelf, limit, exclude={second}, last=last)]

    assert [first, third] == due(5) == due(2)
    assert [third, first] == due(5, first) == due(2, first, second)
    assert [third] == due(1, first)
