"""What is known of frames waits for a disk that takes it."""

import errno
import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from askance.edge.store import Store
from askance.edge.store.ballast import Ballast
from askance.edge.store.owed import SETTLED_AT_ONCE, Change, Owed
from askance.errors import StoreError
from askance.wire.identity import FrameId, new_frame_id
from support_store import keep, make_draft, open_store, sha_of

Trouble = Callable[[Store, FrameId, pytest.MonkeyPatch], None]


class Disk:
    """Takes changes, or fails."""

    def __init__(self, *, full: bool) -> None:
        self.error: OSError | None = OSError(errno.ENOSPC, "no space") if full else None
        self.taken: list[FrameId] = []

    def change(self, frame_id: FrameId, *, held: bool = True) -> Change:
        def make() -> bool:
            if self.error is not None:
                raise self.error
            self.taken.append(frame_id)
            return held

        return Change("note a receipt", make)


def an_id(number: int = 0) -> FrameId:
    return new_frame_id(wall_ms=number, randomness=bytes(10))


@pytest.mark.parametrize("held", [True, False])
def test_a_disk_that_works_takes_a_change_at_once(tmp_path: Path, *, held: bool) -> None:
    disk, owed = Disk(full=False), Owed(Ballast(tmp_path / "ballast"))

    assert held == owed.note(an_id(), disk.change(an_id(), held=held))
    assert ([an_id()], [], None) == (disk.taken, list(owed.frames), owed.trouble)


def test_a_change_that_a_full_disk_does_not_take_is_made_when_it_does(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))

    assert owed.note(an_id(), disk.change(an_id()))
    owed.settle()
    assert [an_id()] == list(owed.frames)
    assert "note a receipt" in (owed.trouble or "")
    disk.error = None
    owed.settle()

    assert ([an_id()], [], None) == (disk.taken, list(owed.frames), owed.trouble)


def test_changes_are_made_in_their_order_some_at_a_time(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))
    for number in range(SETTLED_AT_ONCE + 1):
        owed.note(an_id(number), disk.change(an_id(number)))
    disk.error = None
    owed.settle()

    assert [an_id(number) for number in range(SETTLED_AT_ONCE)] == disk.taken
    assert owed.trouble is not None


def test_a_change_that_the_disk_never_takes_holds_up_no_other(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))
    bad = Disk(full=True)
    owed.note(an_id(0), bad.change(an_id(0)))
    owed.note(an_id(1), disk.change(an_id(1)))
    disk.error = None
    for _time in range(2):
        owed.settle()

    assert ([an_id(1)], [an_id(0)]) == (disk.taken, list(owed.frames))
    assert "no space" in (owed.trouble or "")


def test_what_does_not_pass_by_itself_is_raised(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))
    disk.error = PermissionError(errno.EACCES, "not yours")

    with pytest.raises(StoreError, match="not yours"):
        owed.note(an_id(), disk.change(an_id()))


@contextmanager
def read_only(store: Store) -> Generator[None]:
    """What a disk that has become read-only makes of the index."""
    connection: sqlite3.Connection = store._connection
    connection.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        connection.execute("PRAGMA query_only = OFF")


def lose(store: Store, frame_id: FrameId, _monkeypatch: pytest.MonkeyPatch) -> None:
    store._envelopes.file(frame_id).unlink()


def harm(store: Store, frame_id: FrameId, _monkeypatch: pytest.MonkeyPatch) -> None:
    store._envelopes.file(frame_id).write_bytes(b"harmed")


def hold_back(store: Store, frame_id: FrameId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk not give the file back."""
    load = store._envelopes.load

    def failing(wanted: FrameId) -> bytes | None:
        if wanted == frame_id:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return load(wanted)

    monkeypatch.setattr(store._envelopes, "load", failing)


@pytest.mark.parametrize(
    ("trouble", "evicted", "quarantined"),
    [
        pytest.param(lose, {"lost": 1}, 0, id="gone"),
        pytest.param(harm, {"damaged": 1}, 0, id="damaged"),
        pytest.param(hold_back, {}, 1, id="unreadable"),
    ],
)
def test_a_bad_file_on_a_read_only_disk_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, trouble: Trouble, evicted: dict[str, int], quarantined: int
) -> None:
    with open_store(tmp_path) as store:
        bad, good = (keep(store, make_draft(value=value)) for value in (0.9, 0.5))
        trouble(store, bad, monkeypatch)
        with read_only(store):
            assert store.read(bad, 0, length=9) is None
            assert [good] == [due.frame_id for due in store.due(9, exclude=())]
            assert store.read(good, 0, length=9) is not None
            assert "cannot" in (store.behind or "")
        (ledger,) = store.ledgers()

        assert (evicted, quarantined, 1) == (dict(ledger.evicted), ledger.quarantined, ledger.pending)
        assert store.behind is None


def test_a_receipt_that_waits_is_not_forgotten_over_a_file_that_is_gone(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        frame_id = keep(store)
        sha = sha_of(store, frame_id)
        store._envelopes.file(frame_id).unlink()
        with read_only(store):
            assert store.deliver(frame_id, sha)
            assert store.read(frame_id, 0, length=9) is None
        (ledger,) = store.ledgers()

    assert (1, {}) == (ledger.stored, dict(ledger.evicted))
