"""Whatever the store is doing, a crash before any single step of it leaves each frame as it was, or as it should be.

Two stores that do things in the wrong order show that it would be noticed.
"""

import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from askance.edge.store import Store
from askance.edge.store.draft import Draft
from askance.edge.store.envelopes import Envelopes
from askance.edge.store.index import Index
from askance.edge.store.lifecycle import State
from askance.edge.store.schema import INDEX_NAME
from askance.edge.values import Drop
from askance.wire.codec import digest, pack
from askance.wire.identity import FrameId, Sha256, new_frame_id
from support_steps import snapshots, stepping
from support_store import DEVICE, index_of, keep, make_draft, open_store, sha_of

FRAME = 120_000
QUOTA = 10**6  # eight frames, and not quite a ninth


class Held(NamedTuple):
    """What a store holds and says."""

    frames: dict[FrameId, tuple[State, Sha256]]
    captured: int


def fill(path: Path, *, aside: int) -> dict[State, FrameId]:
    """Fill a store with twice as many frames as are set aside, in every state, and name one in each; 8 are the most."""
    with open_store(path, quota=QUOTA) as store:
        frames = [keep(store, make_draft(value=0.1), size=FRAME) for _ in range(2 * aside)]
        for frame_id in frames[:aside]:
            store.quarantine(frame_id, "schema")
        delivered, pending = frames[aside : aside + 2]
        store.deliver(delivered, sha_of(store, delivered))
    return {State.QUARANTINED: frames[0], State.DELIVERED: delivered, State.PENDING: pending}


def look(path: Path) -> Held:
    """Start on what a crash left, and insist that rows, files and ledger agree."""
    with open_store(path, quota=QUOTA) as store:
        assert not any(ledger.unaccounted for ledger in store.ledgers())
        captured = sum(ledger.captured for ledger in store.ledgers())
        with index_of(path) as index:
            rows = index.execute("SELECT frame_id, state, sha256 FROM captures").fetchall()
        frames = {FrameId(row["frame_id"]): (State(row["state"]), Sha256(row["sha256"])) for row in rows}
        files = {FrameId(file.stem): digest(file.read_bytes()) for file in (path / "frames").rglob("*.*")}
        assert files == {frame_id: sha256 for frame_id, (_, sha256) in frames.items()}
        return Held(frames, captured)


def agrees(found: Held, before: Held, *, after: Held) -> bool:
    """Whether each frame is as it was or as it should be, and counted so."""
    kept = before.frames.keys() & after.frames.keys()
    return (
        kept <= found.frames.keys() <= before.frames.keys() | after.frames.keys()
        and all(now in {before.frames.get(one), after.frames.get(one)} for one, now in found.frames.items())
        and found.captured == before.captured + len(found.frames.keys() - before.frames.keys())
    )


def keep_two(store: Store, _: FrameId) -> None:
    """The first takes the place of what was delivered, the second of what is worth less."""
    for _time in range(2):
        assert not isinstance(store.keep(make_draft(value=0.9), bytes(FRAME)), Drop)


def hear_a_receipt(store: Store, frame_id: FrameId) -> None:
    assert store.deliver(frame_id, sha_of(store, frame_id))


def hear_a_refusal(store: Store, frame_id: FrameId) -> None:
    assert store.quarantine(frame_id, "schema")


def queue_again(store: Store, _: FrameId) -> None:
    assert store.requeue()


def miss_a_file(store: Store, frame_id: FrameId) -> None:
    store._envelopes.file(frame_id).unlink()
    assert store.read(frame_id, 0, length=1) is None


WORK: list[Callable[[Store, FrameId], None]] = [keep_two, hear_a_receipt, hear_a_refusal, queue_again, miss_a_file]


def crashes(tmp_path: Path, work: Callable[[Store, FrameId], None]) -> Iterator[bool]:
    """Do some work on a filled store; for a crash after all and before each step: whether the disk is in order."""
    path = tmp_path / "store"
    chosen = fill(path, aside=4)[State.PENDING]
    shutil.copytree(path, tmp_path / "before")
    with stepping() as steps, open_store(path, quota=QUOTA) as store:
        taken = snapshots(steps, path, into=tmp_path / "taken", work=lambda: work(store, chosen))
    before, after = look(tmp_path / "before"), look(path)
    yield look(taken.pop()) == after
    for one in taken:
        yield agrees(look(one), before, after=after)


@pytest.mark.parametrize("work", WORK)
def test_a_crash_before_any_step_leaves_each_frame_as_it_was_or_as_it_should_be(
    tmp_path: Path, work: Callable[[Store, FrameId], None]
) -> None:
    found = list(crashes(tmp_path, work))

    assert all(found)
    assert len(found) > 3


def mess(path: Path, *, corrupt: bool) -> None:
    """Leave behind what a start has to put right: half a file, one without row, a row without file, a damaged file."""
    held = fill(path, aside=2)
    frame_id = new_frame_id(wall_ms=1, randomness=bytes(range(10)))
    stranger = path / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_bytes(pack(make_draft().manifest(frame_id, DEVICE, boot_id="boot-b", seq=0), bytes(FRAME)))
    (path / "frames" / ".tmp-half").write_bytes(b"half")
    missing, damaged = [next((path / "frames").rglob(f"{held[one]}.askf")) for one in (State.DELIVERED, State.PENDING)]
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-1])
    if corrupt:
        (path / INDEX_NAME).write_bytes(bytes(4096))


@pytest.mark.parametrize("corrupt", [False, True], ids=["untidy", "corrupt"])
def test_a_start_that_crashes_before_any_step_is_made_good_by_the_next(tmp_path: Path, *, corrupt: bool) -> None:
    path = tmp_path / "store"
    mess(path, corrupt=corrupt)

    with stepping() as steps:
        taken = snapshots(steps, path, into=tmp_path / "taken", work=lambda: open_store(path, quota=QUOTA).close())

    after = look(path)
    assert [after] * len(taken) == [look(one) for one in taken]
    assert len(taken) > 50


class RowFirst(Store):
    """A mutant: it writes the row, and then the file."""

    def keep(self, draft: Draft, jpeg: bytes) -> FrameId | Drop:
        written: dict[FrameId, bytes] = {}
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self._envelopes, "write", written.__setitem__)
            kept = super().keep(draft, jpeg)
        for frame_id, envelope in written.items():
            self._envelopes.write(frame_id, envelope)
        return kept


def test_a_store_that_writes_its_row_first_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support_store.Store", RowFirst)

    assert not all(crashes(tmp_path, keep_two))


def test_a_store_that_forgets_its_row_first_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[Path] = []
    forget = Index.forget

    def remember(self: Envelopes, frame_id: FrameId) -> None:
        late.append(self.file(frame_id))

    def forget_first(self: Index, frame_ids: Collection[FrameId]) -> None:
        forget(self, frame_ids)
        while late:
            late.pop().unlink(missing_ok=True)

    monkeypatch.setattr(Envelopes, "remove", remember)
    monkeypatch.setattr(Index, "forget", forget_first)

    assert not all(crashes(tmp_path, keep_two))
