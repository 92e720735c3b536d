"""The capture store on disks that are full or short of space."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from askance.edge.store import Store
from askance.edge.store.ballast import BALLAST_BYTES
from askance.edge.store.lifecycle import State
from askance.errors import StoreFullError
from askance.wire.codec import unpack
from askance.wire.identity import FrameId
from support_store import keep, make_draft, open_store, sha_of


def whole(store: Store, frame_id: FrameId) -> bytes | None:
    return store.read(frame_id, 0, length=2**30)


def evicted(store: Store) -> dict[str, int]:
    (ledger,) = store.ledgers()
    assert ledger.unaccounted == 0
    return dict(ledger.evicted)


def test_a_disk_that_others_filled_is_reported_and_capturing_resumes(tmp_path: Path) -> None:
    free = os.statvfs(tmp_path)
    too_much = free.f_bavail * free.f_frsize + 10**9
    with open_store(tmp_path, min_free=too_much) as store, pytest.raises(StoreFullError, match="free bytes") as caught:
        store.keep(make_draft(), b"x")

    assert "store.min_free" in (caught.value.hint or "")
    with open_store(tmp_path) as store:
        assert unpack(whole(store, keep(store)) or b"").manifest.taken.seq == 0


def test_a_short_disk_reclaims_what_central_has(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        frame_id = keep(store)
        store.deliver(frame_id, sha_of(store, frame_id))
    with open_store(tmp_path, min_free=2**60) as store:
        with pytest.raises(StoreFullError):
            store.keep(make_draft(), b"x")

        assert store.usage().counts == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path, None, None]:
    """A file system of 12 MiB of its own."""
    if os.geteuid() != 0:
        pytest.skip("a small file system needs root to mount it")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "askance-test", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"mounting a tmpfs is not allowed here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_disk(folder: Path) -> Path:
    """Take every free byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def test_a_full_disk_stops_capturing_but_not_marking_and_recovers_without_a_restart(small_disk: Path) -> None:
    with open_store(small_disk / "store") as store:
        frame_ids = [keep(store, make_draft(value=0.5), size=20_000) for _ in range(30)]
        filler = fill_disk(small_disk)

        with pytest.raises(StoreFullError):
            store.keep(make_draft(value=0.4), os.urandom(20_000))
        for frame_id in frame_ids[:10]:
            assert whole(store, frame_id) is not None
            assert store.deliver(frame_id, sha_of(store, frame_id))
        assert store.quarantine(frame_ids[10], "size")
        filler.unlink()
        assert unpack(whole(store, keep(store)) or b"").manifest.taken.seq == 30
        assert evicted(store) == {}
        assert (small_disk / "store" / "ballast").stat().st_size == BALLAST_BYTES


def test_on_a_full_disk_a_better_frame_takes_the_place_of_a_worse_one(small_disk: Path) -> None:
    with open_store(small_disk / "store") as store:
        for _ in range(30):
            keep(store, make_draft(value=0.5), size=20_000)
        fill_disk(small_disk)
        better = keep(store, make_draft(value=0.9), size=5_000)

        assert whole(store, better) is not None
        assert list(evicted(store)) == ["disk"]


def test_a_disk_that_fills_at_any_point_of_a_capture_leaves_nothing_half_done(small_disk: Path) -> None:
    """Free space grows by one block a round, so that file, folder, log and commit meet the end of the disk in turn."""
    filler = small_disk / "filler"
    kept = failed = 0
    with open_store(small_disk / "store") as store:
        for blocks in range(40):
            filler.unlink(missing_ok=True)
            free = os.statvfs(small_disk).f_bavail
            filler.write_bytes(bytes((free - blocks) * 4096))
            if _is_kept(store, value=1 / (1 + kept)):
                kept += 1
            else:
                failed += 1
            assert store.usage().counts.get(State.PENDING, 0) == kept
        assert kept > 10
        assert failed > 8
        assert evicted(store) == {}
        assert list((small_disk / "store" / "frames").glob(".tmp-*")) == []
        filler.unlink()
        assert unpack(whole(store, keep(store)) or b"").manifest.taken.seq == kept
    with open_store(small_disk / "store") as store:
        assert (store.recovery.adopted, store.recovery.lost, store.recovery.damaged) == (0, 0, 0)


def _is_kept(store: Store, *, value: float) -> bool:
    try:
        return isinstance(store.keep(make_draft(value=value), os.urandom(30_000)), str)
    except StoreFullError:
        return False


def test_an_agent_starts_on_a_full_disk_and_can_deliver(small_disk: Path) -> None:
    with open_store(small_disk / "store") as store:
        frame_id = keep(store)
    filler = fill_disk(small_disk)

    with open_store(small_disk / "store") as store:
        assert store.deliver(frame_id, sha_of(store, frame_id))
        with pytest.raises(StoreFullError):
            keep(store)
    assert filler.exists()
