"""What a start puts right, and what it leaves where the disk has bad places."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Never

import pytest

from askance.edge.store import Store
from askance.edge.store.index import Index
from askance.edge.store.lifecycle import Event
from askance.edge.store.sweep import Recovery
from askance.errors import StoreError
from askance.wire.codec import pack
from askance.wire.identity import FrameId, new_frame_id
from support_places import break_files, break_folders
from support_store import BOOT, DEVICE, index_of, keep, make_draft, open_store

NOTHING = Recovery(
    rebuilt=False, unfinished=0, finished=0, adopted=0, lost=0, damaged=0, unreadable=0, stuck=0, unlisted=0
)


@pytest.mark.parametrize(
    ("recovery", "said"),
    [
        pytest.param(NOTHING, None, id="nothing"),
        pytest.param(replace(NOTHING, lost=2), "frames lost, their files are gone: 2", id="one thing"),
        pytest.param(
            Recovery(
                rebuilt=True, unfinished=1, finished=2, adopted=3, lost=4, damaged=5, unreadable=6, stuck=7, unlisted=8
            ),
            "index was damaged and is rebuilt from the frames: 1, half-written files removed: 1,"
            " interrupted deletions finished: 2, frames without a row taken in, their rules charged: 3,"
            " frames lost, their files are gone: 4, damaged files set aside: 5,"
            " files left alone, the disk does not give them back: 6,"
            " files left alone, the disk does not let go of them: 7,"
            " folders left alone, the disk does not list them: 8",
            id="everything",
        ),
    ],
)
def test_what_was_put_right_is_said_in_a_line(recovery: Recovery, said: str | None) -> None:
    assert recovery.describe() == said


def test_what_stays_wrong_is_trouble() -> None:
    assert "2 of the store's folders" in (replace(NOTHING, unlisted=2).trouble or "")
    assert replace(NOTHING, lost=2, stuck=1).trouble is None


def file_of(path: Path, frame_id: FrameId) -> Path:
    return path / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"


def put(path: Path, content: bytes | None = None, *, number: int = 1) -> Path:
    """Put a file without a row there, a sound one unless something else is said."""
    frame_id = new_frame_id(wall_ms=number, randomness=bytes(10))
    file = file_of(path, frame_id)
    file.parent.mkdir(exist_ok=True)
    sound = pack(make_draft().manifest(frame_id, DEVICE, boot_id=BOOT, seq=9), b"jpeg")
    file.write_bytes(sound if content is None else content)
    return file


def dues(store: Store) -> set[FrameId]:
    return {due.frame_id for due in store.due(99, exclude=())}


@pytest.fixture
def three(tmp_path: Path) -> tuple[Path, list[FrameId]]:
    """A closed store with three pending frames, each in a folder of its own."""
    path = tmp_path / "store"
    with open_store(path) as store:
        frame_ids = [keep(store)]
        while len({frame_id[-2:] for frame_id in frame_ids}) < 3:
            frame_ids.append(keep(store))
        frame_ids = list({frame_id[-2:]: frame_id for frame_id in frame_ids}.values())
        for due in store.due(99, exclude=frame_ids):
            store.quarantine(due.frame_id, "it shares a folder")
    return path, frame_ids


def evicted(store: Store) -> dict[str, int]:
    (ledger,) = store.ledgers()
    assert ledger.unaccounted == 0
    return dict(ledger.evicted)


def test_half_written_files_are_removed(three: tuple[Path, list[FrameId]]) -> None:
    half = three[0] / "frames" / ".tmp-x"
    half.touch()

    with open_store(three[0]) as store:
        assert (replace(NOTHING, unfinished=1), {}) == (store.recovery, evicted(store))
    assert not half.exists()


def test_a_row_without_file_is_counted_as_lost(three: tuple[Path, list[FrameId]]) -> None:
    path, frame_ids = three
    file_of(path, frame_ids[1]).unlink()

    with open_store(path) as store:
        assert (replace(NOTHING, lost=1), {"lost": 1}) == (store.recovery, evicted(store))
        assert {frame_ids[0], frame_ids[2]} == dues(store)


def test_a_file_of_another_length_is_damaged_counted_and_kept_aside(three: tuple[Path, list[FrameId]]) -> None:
    path, frame_ids = three
    file_of(path, frame_ids[1]).write_bytes(b"cut")

    with open_store(path) as store:
        assert (replace(NOTHING, damaged=1), {"damaged": 1}) == (store.recovery, evicted(store))
    assert [file.read_bytes() for file in (path / "damaged").iterdir()] == [b"cut"]


def test_a_deletion_that_the_disk_does_not_let_happen_keeps_no_agent_from_starting(
    three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, frame_ids = three
    with index_of(path) as index:
        Index(index).condemn(frame_ids[:2], Event.EVICT, reason="quota")
    with monkeypatch.context() as broken:
        break_files(broken, file_of(path, frame_ids[0]))
        for finished in (1, 0):
            with open_store(path) as store:
                assert replace(NOTHING, finished=finished, stuck=1) == store.recovery
                assert {frame_ids[2]} == dues(store)

    with open_store(path) as store:
        assert replace(NOTHING, finished=1) == store.recovery, "it is tried again"
        assert {"quota": 2} == evicted(store)


def test_a_folder_that_the_disk_does_not_list_costs_none_of_its_frames(
    three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, frame_ids = three
    file_of(path, frame_ids[1]).unlink()
    stranger = put(path)
    with monkeypatch.context() as broken:
        break_folders(broken, file_of(path, frame_ids[0]).parent, stranger.parent)
        with open_store(path) as store:
            assert replace(NOTHING, lost=1, unlisted=2) == store.recovery
            assert {frame_ids[0], frame_ids[2]} == dues(store)
            assert store.read(frame_ids[0], 0, length=1) is not None

    with open_store(path) as store:
        assert replace(NOTHING, adopted=1) == store.recovery


def test_files_that_cannot_be_moved_or_unlinked_are_left(
    three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, frame_ids = three
    half, strange, noise = path / "frames" / ".tmp-x", path / "frames" / "notes.txt", put(path, b"noise")
    half.touch()
    strange.touch()
    cut = file_of(path, frame_ids[0])
    cut.write_bytes(b"cut")
    break_files(monkeypatch, half, strange, noise, cut)

    with open_store(path) as store:
        assert replace(NOTHING, damaged=1, stuck=4) == store.recovery
        assert set(frame_ids[1:]) == dues(store)
        assert {"damaged": 1} == evicted(store)
    assert [True] * 4 == [file.exists() for file in (half, strange, noise, cut)]


def test_a_file_whose_length_the_disk_does_not_tell_is_left_to_whoever_reads_it(
    three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, frame_ids = three
    bad, stat = file_of(path, frame_ids[0]), Path.stat

    def failing(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self == bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return stat(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", failing)

    with open_store(path) as store:
        assert NOTHING == store.recovery
        assert set(frame_ids) == dues(store)


def test_a_folder_that_is_not_ours_is_told(three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch) -> None:
    path, frame_ids = three
    with index_of(path) as index:
        Index(index).condemn(frame_ids[:1], Event.EVICT, reason="quota")

    def failing(_file: Path) -> Never:
        raise PermissionError(errno.EACCES, "not ours")

    monkeypatch.setattr(os, "unlink", failing)

    with pytest.raises(StoreError, match="not ours") as refused:
        open_store(path)
    assert "owner" in (refused.value.hint or "")
