"""The store as its callers see it, over real files and a real database."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from threading import Thread

import pytest
from pydantic import ValidationError

from askance.edge.config import StoreSection
from askance.edge.store import Store
from askance.edge.store.ballast import BALLAST_BYTES
from askance.edge.store.lifecycle import State
from askance.edge.store.rows import read_manifest
from askance.edge.values import Drop, Spending
from askance.errors import StoreError, StoreFullError, StoreLockedError, WireError
from askance.wire.capture import Arm
from askance.wire.codec import digest, unpack
from askance.wire.identity import FrameId, Sha256
from support_store import DEVICE, index_of, keep, make_draft, open_store, sha_of

REFUSED = Drop("store.quota")
S = 10**9


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store, None, None]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def file_of(path: Path, frame_id: FrameId) -> Path:
    (file,) = path.rglob(f"{frame_id}.askf")
    return file


def whole(store: Store, frame_id: FrameId) -> bytes | None:
    return store.read(frame_id, 0, 2**30)


def evicted(store: Store) -> dict[str, int]:
    (ledger,) = store.ledgers()
    assert ledger.unaccounted == 0
    return dict(ledger.evicted)


def test_a_kept_frame_is_an_envelope_with_its_manifest_in_file_and_rows(store: Store, tmp_path: Path) -> None:
    jpeg = os.urandom(5000)
    frame_id = store.keep(make_draft(), jpeg)
    assert not isinstance(frame_id, Drop)

    envelope = unpack(whole(store, frame_id) or b"")

    assert envelope.jpeg == jpeg
    with index_of(tmp_path / "store") as index:
        assert envelope.manifest == read_manifest(index, frame_id)
    assert (envelope.manifest.frame_id, envelope.manifest.device, envelope.manifest.taken.seq) == (frame_id, DEVICE, 0)
    (due,) = store.due(10, exclude=())
    content = file_of(tmp_path, frame_id).read_bytes()
    assert (due.frame_id, due.sha256, due.size) == (frame_id, digest(content), len(content))
    assert store.read(frame_id, 4, 8) == content[4:12]


def test_a_frame_without_a_wall_clock_is_kept(store: Store) -> None:
    assert keep(store, make_draft(wall_ms=None)).startswith("0000000000")


def test_sequence_numbers_have_no_gap_over_restarts_and_begin_again_in_another_boot(tmp_path: Path) -> None:
    found: list[tuple[str, int]] = []
    for boot_id in ("a", "a", "b"):
        with open_store(tmp_path, boot_id=boot_id) as store:
            frame_ids = [keep(store), keep(store)]
            taken = [unpack(whole(store, frame_id) or b"").manifest.taken for frame_id in frame_ids]
            found += [(moment.boot_id, moment.seq) for moment in taken]

    assert found == [("a", 0), ("a", 1), ("a", 2), ("a", 3), ("b", 0), ("b", 1)]


def test_a_draft_that_breaks_the_schema_costs_no_sequence_number(store: Store) -> None:
    with pytest.raises(ValidationError):
        store.keep(make_draft(value=-1.0), b"x")
    with pytest.raises(WireError, match="longer than"):
        store.keep(make_draft(), bytes(9 * 2**20))

    assert unpack(whole(store, keep(store)) or b"").manifest.taken.seq == 0


def test_a_second_agent_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreLockedError, match=f"pid {os.getpid()}"):
        open_store(tmp_path / "store")
    store.close()
    open_store(tmp_path / "store").close()


def test_a_folder_that_cannot_be_made_is_an_error_that_names_the_key(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot open the store") as caught:
        open_store(tmp_path / "file" / "store")

    assert "store.path" in (caught.value.hint or "")


def test_a_receipt_lets_go_of_the_frame_and_says_whether_it_was_ours(store: Store) -> None:
    frame_id = keep(store)
    sha = sha_of(store, frame_id)

    assert [store.deliver(frame_id, Sha256("0" * 64)), store.deliver(frame_id, sha)] == [False, True]
    assert store.due(10, exclude=()) == []
    assert [(ledger.captured, ledger.stored, ledger.pending) for ledger in store.ledgers()] == [(1, 1, 0)]


def test_a_late_receipt_delivers_a_quarantined_frame(store: Store) -> None:
    frame_id = keep(store)
    sha = sha_of(store, frame_id)

    assert store.quarantine(frame_id, "size")
    assert [(ledger.pending, ledger.quarantined) for ledger in store.ledgers()] == [(0, 1)]
    assert store.deliver(frame_id, sha)
    assert [(ledger.stored, ledger.quarantined, ledger.unaccounted) for ledger in store.ledgers()] == [(1, 0, 0)]


def test_a_quarantined_frame_can_be_queued_again(store: Store) -> None:
    frame_id = keep(store)
    store.quarantine(frame_id, "size")

    assert [store.requeue(), store.requeue()] == [1, 0]
    with pytest.raises(StoreError, match="requeue while pending"):
        store.requeue(frame_id)
    assert [due.frame_id for due in store.due(10, exclude=())] == [frame_id]


@pytest.mark.parametrize("read_before", [False, True], ids=["never read", "half read"])
def test_a_file_that_is_gone_is_counted_as_lost_when_it_is_read(
    store: Store, tmp_path: Path, *, read_before: bool
) -> None:
    frame_id = keep(store)
    if read_before:
        store.read(frame_id, 0, 10)
    file_of(tmp_path, frame_id).unlink()

    assert [whole(store, frame_id), whole(store, frame_id)] == [None, None]
    assert evicted(store) == {"lost": 1}
    assert store.usage().bytes == 0


def test_the_room_of_a_lost_frame_is_free_again(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6) as store:
        frame_ids = [keep(store, size=190_000) for _ in range(5)]
        file_of(tmp_path, frame_ids[2]).unlink()
        store.read(frame_ids[2], 0, 1)
        keep(store, size=190_000)

        assert evicted(store) == {"lost": 1}


def test_a_file_with_another_hash_is_never_sent_and_kept_aside(store: Store, tmp_path: Path) -> None:
    frame_id = keep(store)
    file = file_of(tmp_path, frame_id)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)

    assert store.read(frame_id, 0, 10) is None
    assert evicted(store) == {"damaged": 1}
    assert [aside.name for aside in (tmp_path / "store" / "damaged").iterdir()] == [file.name]


def test_the_quota_reclaims_delivered_frames_before_it_costs_any(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6) as store:
        frame_ids = [keep(store, size=190_000) for _ in range(5)]
        store.deliver(frame_ids[3], sha_of(store, frame_ids[3]))
        keep(store, make_draft(value=0.0), size=190_000)

        assert evicted(store) == {}
        assert whole(store, frame_ids[3]) is None
        assert store.usage().counts == {"pending": 5}
        assert store.usage().bytes <= 10**6


def test_the_quota_evicts_the_least_valuable_frame_and_refuses_one_worth_less(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6) as store:
        frame_ids = [keep(store, make_draft(value=value), size=190_000) for value in (0.5, 0.4, 0.6, 0.7, 0.8)]

        assert store.keep(make_draft(value=0.1), os.urandom(190_000)) == REFUSED
        assert evicted(store) == {}
        keep(store, make_draft(value=0.45), size=190_000)
        assert evicted(store) == {"quota": 1}
        assert store.read(frame_ids[1], 0, 1) is None
        assert len(list(tmp_path.rglob("*.askf"))) == 5


def test_the_random_arm_is_not_starved(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6, random_share=0.2) as store:
        for _ in range(5):
            keep(store, make_draft(value=0.9), size=190_000)
        random = keep(store, make_draft(value=0.0, arm=Arm.RANDOM), size=190_000)
        keep(store, make_draft(value=1.0), size=190_000)

        assert store.read(random, 0, 1) is not None
        assert evicted(store) == {"quota": 2}


def test_a_frame_larger_than_the_quota_costs_no_other(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6) as store:
        frame_id = keep(store)
        store.deliver(frame_id, sha_of(store, frame_id))

        assert store.keep(make_draft(), os.urandom(10**6)) == REFUSED
        assert store.read(frame_id, 0, 1) is not None


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


def test_spendings_are_stored_with_their_frame_and_survive_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.budget_now(100 * S) == 0
        keep(store, make_draft(spendings=(Spending("unsure", 107 * S, 1, 5000),)))
    with open_store(tmp_path, boot_id="b") as store:
        assert store.spent() == {"unsure": (Spending("unsure", 7 * S, 1, 5000),)}
        assert [store.budget_now(3 * S), store.budget_now(4 * S)] == [7 * S, 8 * S]


def test_a_brokers_chunk_ceiling_survives_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.chunk_ceiling("broker:1883") is None
        store.set_chunk_ceiling("broker:1883", 4096)
    with open_store(tmp_path) as store:
        assert store.chunk_ceiling("broker:1883") == 4096


def test_one_thread_keeps_while_another_reads_and_delivers(store: Store) -> None:
    frames = 40
    kept: list[FrameId] = []
    writer = Thread(target=lambda: kept.extend(keep(store) for _ in range(frames)))
    writer.start()
    delivered = 0
    while delivered < frames and (writer.is_alive() or store.due(1, exclude=())):
        for due in store.due(4, exclude=()):
            assert digest(store.read(due.frame_id, 0, due.size) or b"") == due.sha256
            delivered += store.deliver(due.frame_id, due.sha256)
    writer.join()

    assert (delivered, len(kept)) == (frames, frames)
    assert evicted(store) == {}


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


def test_the_section_names_the_folder(tmp_path: Path) -> None:
    section = StoreSection(path=tmp_path / "deep" / "store")
    with Store.open(section, device=DEVICE, boot_id="a", randomness=os.urandom):
        names = {file.name for file in section.path.iterdir()}

    assert {"captures.db", "frames", "lock", "ballast"} <= names
