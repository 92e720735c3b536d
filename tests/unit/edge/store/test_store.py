"""The store as its callers see it, over real files and a real database."""

import os
from collections.abc import Generator
from pathlib import Path
from threading import Thread

import pytest
from pydantic import ValidationError

from askance.edge.config import StoreSection
from askance.edge.store import Store
from askance.edge.store.rows import read_manifest
from askance.edge.values import Drop, Spending
from askance.errors import StoreError, StoreLockedError, WireError
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
    return store.read(frame_id, 0, length=2**30)


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
    assert store.read(frame_id, 4, length=8) == content[4:12]


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
        store.read(frame_id, 0, length=10)
    file_of(tmp_path, frame_id).unlink()

    assert [whole(store, frame_id), whole(store, frame_id)] == [None, None]
    assert evicted(store) == {"lost": 1}
    assert store.usage().bytes == 0


def test_the_room_of_a_lost_frame_is_free_again(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6) as store:
        frame_ids = [keep(store, size=190_000) for _ in range(5)]
        file_of(tmp_path, frame_ids[2]).unlink()
        store.read(frame_ids[2], 0, length=1)
        keep(store, size=190_000)

        assert evicted(store) == {"lost": 1}


def test_a_file_with_another_hash_is_never_sent_and_kept_aside(store: Store, tmp_path: Path) -> None:
    frame_id = keep(store)
    file = file_of(tmp_path, frame_id)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)

    assert store.read(frame_id, 0, length=10) is None
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
        assert store.read(frame_ids[1], 0, length=1) is None
        assert len(list(tmp_path.rglob("*.askf"))) == 5


def test_the_random_arm_is_not_starved(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6, random_share=0.2) as store:
        for _ in range(5):
            keep(store, make_draft(value=0.9), size=190_000)
        random = keep(store, make_draft(value=0.0, arm=Arm.RANDOM), size=190_000)
        keep(store, make_draft(value=1.0), size=190_000)

        assert store.read(random, 0, length=1) is not None
        assert evicted(store) == {"quota": 2}


def test_a_frame_larger_than_the_quota_costs_no_other(tmp_path: Path) -> None:
    with open_store(tmp_path, quota=10**6) as store:
        frame_id = keep(store)
        store.deliver(frame_id, sha_of(store, frame_id))

        assert store.keep(make_draft(), os.urandom(10**6)) == REFUSED
        assert store.read(frame_id, 0, length=1) is not None


def test_spendings_are_stored_with_their_frame_and_survive_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.budget_now(100 * S) == 0
        keep(store, make_draft(spendings=(Spending("unsure", store.budget_now(107 * S), 1, 5000),)))
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
            assert digest(store.read(due.frame_id, 0, length=due.size) or b"") == due.sha256
            delivered += store.deliver(due.frame_id, due.sha256)
    writer.join()

    assert (delivered, len(kept)) == (frames, frames)
    assert evicted(store) == {}


def test_the_section_names_the_folder(tmp_path: Path) -> None:
    section = StoreSection(path=tmp_path / "deep" / "store")
    with Store.open(section, device=DEVICE, boot_id="a", randomness=os.urandom):
        names = {file.name for file in section.path.iterdir()}

    assert {"captures.db", "frames", "lock", "ballast"} <= names
