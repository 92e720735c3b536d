"""The store on a disk that answers single calls with an error; strace makes it do so."""

import os
import signal
from pathlib import Path

import pytest

from askance.edge.store.index import Index
from askance.edge.store.lifecycle import Event
from askance.edge.store.schema import INDEX_NAME
from askance.errors import StoreFullError
from askance.wire.codec import pack
from askance.wire.identity import FrameId, new_frame_id
from chaos.tracer import Say, find_strace, trace
from support_store import BOOT, DEVICE, index_of, keep, make_draft, open_store


@pytest.fixture(autouse=True)
def strace() -> None:
    find_strace()


def file_of(path: Path, frame_id: FrameId) -> Path:
    return path / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"


def unreadable(file: Path) -> tuple[str, ...]:
    """The options with which this file cannot be opened."""
    return "-P", str(file), "-e", "trace=openat", "-e", "inject=openat:error=EIO"


def test_a_commit_that_failed_does_not_come_back_after_a_crash(tmp_path: Path) -> None:
    """The log holds it, whole: only its sync has failed."""
    open_store(tmp_path / "store").close()

    def capture(say: Say) -> None:
        store = open_store(tmp_path / "store")
        try:
            keep(store)
        except StoreFullError:
            say("failed")
        os.kill(os.getpid(), signal.SIGKILL)

    log = f"{tmp_path / 'store' / INDEX_NAME}-wal"
    second = 2  # the first one is of the boot that is noted
    options = ("-P", log, "-e", "trace=fdatasync", "-e", f"inject=fdatasync:error=EIO:when={second}")
    lived = trace(capture, tmp_path, options=options)

    assert (("failed",), True) == (lived.lines, lived.killed), lived.calls
    with open_store(tmp_path / "store") as store:
        assert 0 == store.recovery.lost
        assert [0] == [ledger.captured for ledger in store.ledgers()]


def test_a_frame_that_cannot_be_read_is_quarantined_and_the_next_ones_go(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        bad, _ = (keep(store, make_draft(value=value)) for value in (0.9, 0.5))

    def send(say: Say) -> None:
        with open_store(tmp_path / "store") as store:
            for due in store.due(9, exclude=()):
                if store.read(due.frame_id, 0, length=10**6) is not None:
                    store.deliver(due.frame_id, due.sha256)
            say(" ".join(due.frame_id for due in store.due(9, exclude=())))

    trace(send, tmp_path, options=unreadable(file_of(tmp_path / "store", bad)))

    with open_store(tmp_path / "store") as store:
        (ledger,) = store.ledgers()
        assert (1, 1, {}) == (ledger.stored, ledger.quarantined, dict(ledger.evicted))
        assert 1 == store.requeue()
        assert [bad] == [due.frame_id for due in store.due(9, exclude=())], "it is sent when the disk gives it back"


def test_a_file_without_row_that_cannot_be_read_keeps_no_store_from_opening(tmp_path: Path) -> None:
    path, frame_id = tmp_path / "store", new_frame_id(wall_ms=1, randomness=bytes(10))
    open_store(path).close()
    file_of(path, frame_id).parent.mkdir()
    file_of(path, frame_id).write_bytes(pack(make_draft().manifest(frame_id, DEVICE, boot_id=BOOT, seq=0), b"jpeg"))

    def start(say: Say) -> None:
        with open_store(path) as store:
            say(f"{store.recovery.unreadable} {store.recovery.adopted}")

    assert ("1 0",) == trace(start, tmp_path, options=unreadable(file_of(path, frame_id))).lines
    with open_store(path) as store:
        assert (0, 1) == (store.recovery.unreadable, store.recovery.adopted)


def test_a_folder_that_cannot_be_listed_keeps_no_store_from_opening_and_costs_no_frame(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with open_store(path) as store:
        frame_id = keep(store)

    def start(say: Say) -> None:
        with open_store(path) as store:
            say(f"{store.recovery.unlisted} {store.recovery.lost} {len(store.due(9, exclude=()))}")

    folder = file_of(path, frame_id).parent
    options = ("-P", str(folder), "-e", "trace=getdents64", "-e", "inject=getdents64:error=EUCLEAN")

    assert ("1 0 1",) == trace(start, tmp_path, options=options).lines


def test_a_file_that_cannot_be_unlinked_keeps_no_store_from_opening(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with open_store(path) as store:
        frame_id = keep(store)
    with index_of(path) as index:
        Index(index).condemn([frame_id], Event.EVICT, reason="quota")

    def start(say: Say) -> None:
        with open_store(path) as store:
            say(f"{store.recovery.finished} {store.recovery.stuck}")

    calls = "/^unlink(at)?$"
    options = ("-P", str(file_of(path, frame_id)), "-e", f"trace={calls}", "-e", f"inject={calls}:error=EUCLEAN")

    assert ("0 1",) == trace(start, tmp_path, options=options).lines
    with open_store(path) as store:
        assert (1, 0) == (store.recovery.finished, store.recovery.stuck)


@pytest.mark.parametrize(("tries", "rebuilt"), [(1, False), (2, True)])
def test_an_index_that_the_disk_does_not_give_back_is_tried_once_more_and_then_set_aside(
    tmp_path: Path, *, tries: int, rebuilt: bool
) -> None:
    path = tmp_path / "store"
    with open_store(path) as store:
        for _ in range(20):
            keep(store)
    with index_of(path) as index:
        pages: int = index.execute("PRAGMA page_count").fetchone()[0]

    def start(say: Say) -> None:
        with open_store(path) as store:
            say(f"{store.recovery.rebuilt} {store.ledgers()[0].captured}")

    first = pages // 2
    inject = f"inject=pread64:error=EIO:when={first}..{first + tries - 1}"
    options = ("-P", str(path / INDEX_NAME), "-e", "trace=pread64", "-e", inject)

    assert (f"{rebuilt} 20",) == trace(start, tmp_path, options=options).lines
    assert rebuilt == bool(list(path.glob("*.corrupt-*")))
