"""What a start puts right."""

import shutil
import sqlite3
import struct
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from askance.database import Migration, connect
from askance.edge.store import Store
from askance.edge.store.index import Entry, Index
from askance.edge.store.lifecycle import Event
from askance.edge.store.schema import MIGRATIONS
from askance.edge.store.sweep import Recovery
from askance.edge.values import Spending
from askance.errors import StoreError, StoreLockedError
from askance.wire.codec import pack, unpack
from askance.wire.identity import FrameId, new_frame_id
from support_store import BOOT, DEVICE, index_of, keep, make_draft, open_store, sha_of

NOTHING = Recovery(
    rebuilt=False, unfinished=0, finished=0, adopted=0, lost=0, damaged=0, unreadable=0, stuck=0, unlisted=0
)
INDEX = "captures.db"
Harm = Callable[[Path], object]


def file_of(path: Path, frame_id: FrameId) -> Path:
    return path / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"


def put(path: Path, frame_id: FrameId, envelope: bytes) -> None:
    file_of(path, frame_id).parent.mkdir(exist_ok=True)
    file_of(path, frame_id).write_bytes(envelope)


def ledger_of(store: Store) -> tuple[int, int, int, dict[str, int]]:
    (ledger,) = store.ledgers()
    assert ledger.unaccounted == 0
    return ledger.captured, ledger.stored, ledger.pending, dict(ledger.evicted)


@pytest.fixture
def three(tmp_path: Path) -> tuple[Path, list[FrameId]]:
    """A closed store with three pending frames."""
    with open_store(tmp_path / "store") as store:
        return tmp_path / "store", [keep(store) for _ in range(3)]


def test_a_clean_start_finds_nothing(three: tuple[Path, list[FrameId]]) -> None:
    with open_store(three[0]) as store:
        assert store.recovery == NOTHING


def test_a_file_without_row_is_adopted_and_its_sequence_number_is_spent(three: tuple[Path, list[FrameId]]) -> None:
    frame_id = new_frame_id(wall_ms=1, randomness=bytes(10))
    put(three[0], frame_id, pack(make_draft().manifest(frame_id, DEVICE, boot_id=BOOT, seq=3), b"jpeg"))

    with open_store(three[0]) as store:
        assert store.recovery.adopted == 1
        assert ledger_of(store) == (4, 0, 4, {})
        assert store.deliver(frame_id, sha_of(store, frame_id))
        keep(store)
    with index_of(three[0]) as index:
        rows = index.execute("SELECT seq FROM captures ORDER BY seq").fetchall()
        assert [row["seq"] for row in rows] == [0, 1, 2, 3, 4]


def envelope_of(frame_id: FrameId) -> bytes:
    return pack(make_draft().manifest(frame_id, DEVICE, boot_id=BOOT, seq=0), b"jpeg")


A = new_frame_id(wall_ms=1, randomness=bytes(10))
B = new_frame_id(wall_ms=2, randomness=bytes(10))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(f"00/{A}.askf", b"", id="empty"),
        pytest.param(f"00/{A}.askf", b"\xff" * 300, id="noise"),
        pytest.param(f"00/{A}.askf", envelope_of(A)[:60], id="cut in the manifest"),
        pytest.param(f"00/{A}.askf", struct.pack(">4sB3xI", b"ASKF", 1, 2) + b"{}", id="a manifest without content"),
        pytest.param(f"00/{A}.askf", envelope_of(B), id="another frame's envelope"),
        pytest.param(f"zz/{A}.askf", envelope_of(A), id="a sound envelope in the wrong shard"),
        pytest.param("notes.txt", b"hello", id="not ours"),
    ],
)
def test_a_strange_file_is_set_aside_and_counted(three: tuple[Path, list[FrameId]], name: str, content: bytes) -> None:
    path, _ = three
    file = path / "frames" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)

    with open_store(path) as store:
        assert (store.recovery.adopted, store.recovery.damaged) == (0, 1)
        assert ledger_of(store) == (3, 0, 3, {})
    assert not file.exists()
    assert (path / "damaged" / file.name).read_bytes() == content


@pytest.mark.parametrize("unlinked", [False, True], ids=["before the unlink", "after the unlink"])
def test_an_interrupted_deletion_is_finished(three: tuple[Path, list[FrameId]], *, unlinked: bool) -> None:
    path, frame_ids = three
    with index_of(path) as index:
        Index(index).condemn([frame_ids[0]], Event.EVICT, reason="quota")
    if unlinked:
        file_of(path, frame_ids[0]).unlink()

    with open_store(path) as store:
        assert store.recovery.finished == 1
        assert ledger_of(store) == (3, 0, 2, {"quota": 1})
    assert not file_of(path, frame_ids[0]).exists()


def garble(path: Path) -> None:
    content = (path / INDEX).read_bytes()
    (path / INDEX).write_bytes(content[:4096] + b"\xa5" * 8192 + content[12288:])


def replace_with_noise(path: Path) -> None:
    (path / INDEX).write_bytes(b"this is no database" * 1000)


def truncate(path: Path) -> None:
    (path / INDEX).write_bytes((path / INDEX).read_bytes()[:5000])


@pytest.mark.parametrize("harm", [garble, replace_with_noise, truncate])
def test_a_damaged_index_is_set_aside_and_rebuilt_from_the_files(three: tuple[Path, list[FrameId]], harm: Harm) -> None:
    path, frame_ids = three
    harm(path)

    with open_store(path) as store:
        assert (store.recovery.rebuilt, store.recovery.adopted) == (True, 3)
        assert ledger_of(store) == (3, 0, 3, {})
        assert {due.frame_id for due in store.due(9, exclude=())} == set(frame_ids)
        size = store.usage().bytes
        assert store.spent() == {"unsure": (Spending("unsure", 0, 3, size),)}, "no budget opens anew"
        assert unpack(store.read(keep(store), 0, length=10**6) or b"").manifest.taken.seq == 3
    assert (path / f"{INDEX}.corrupt-1").is_file()


def test_only_the_last_damaged_index_is_kept(three: tuple[Path, list[FrameId]]) -> None:
    path, _ = three
    for _ in range(2):
        replace_with_noise(path)
        (path / f"{INDEX}-wal").write_bytes(b"a log of something else")
        open_store(path).close()

    names = {file.name for file in path.glob(f"{INDEX}*")}
    assert names - {f"{INDEX}.corrupt-2-wal"} == {INDEX, f"{INDEX}.corrupt-2"}


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("harm", [Path.unlink, empty], ids=["missing", "empty"])
def test_an_index_that_is_missing_or_empty_is_rebuilt_without_ado(
    three: tuple[Path, list[FrameId]], harm: Harm
) -> None:
    path, _ = three
    harm(path / INDEX)

    with open_store(path) as store:
        assert (store.recovery.rebuilt, store.recovery.adopted) == (False, 3)
        assert ledger_of(store) == (3, 0, 3, {})


def test_an_index_of_a_newer_version_is_left_alone(three: tuple[Path, list[FrameId]]) -> None:
    path, frame_ids = three
    connect(path / INDEX, [*MIGRATIONS, Migration("9999-later", ())]).close()

    with pytest.raises(StoreError, match="9999-later"):
        open_store(path)
    assert file_of(path, frame_ids[0]).exists()


def test_an_index_that_cannot_be_opened_is_not_set_aside(tmp_path: Path) -> None:
    (tmp_path / INDEX).mkdir()

    with pytest.raises(StoreError, match=r"captures\.db|unable to open"):
        open_store(tmp_path)
    assert (tmp_path / INDEX).is_dir()


def test_a_copy_taken_while_the_store_runs_opens_with_every_frame(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        frame_ids = {keep(store) for _ in range(5)}
        shutil.copytree(tmp_path / "store", tmp_path / "copy", ignore=shutil.ignore_patterns("*-shm", "lock"))

    with open_store(tmp_path / "copy") as copy:
        assert {due.frame_id for due in copy.due(9, exclude=())} == frame_ids
        assert copy.recovery == NOTHING


def test_an_index_that_is_sound_but_that_no_start_gets_through_is_rebuilt(three: tuple[Path, list[FrameId]]) -> None:
    path, frame_ids = three
    with index_of(path) as index:
        index.execute("UPDATE captures SET sha256 = CAST(x'a6a6' AS TEXT) WHERE frame_id = ?", (frame_ids[1],))

    with open_store(path) as store:
        assert (store.recovery.rebuilt, store.recovery.adopted, ledger_of(store)) == (True, 3, (3, 0, 3, {}))


def test_an_index_that_somebody_else_writes_to_is_not_set_aside(
    three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell in the middle of a transaction, say: what the centre has said stands nowhere else."""
    path, frame_ids = three
    with open_store(path) as store:
        assert store.deliver(frame_ids[0], sha_of(store, frame_ids[0]))
    file_of(path, frame_ids[1]).unlink()  # the start has something to write down
    monkeypatch.setattr("askance.database.BUSY_TIMEOUT_S", 0.05)

    with index_of(path) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLockedError, match="locked") as refused:
            open_store(path)
    assert "captures.db" in (refused.value.hint or "")
    with open_store(path) as store:
        assert (False, (3, 1, 1, {"lost": 1})) == (store.recovery.rebuilt, ledger_of(store))
    assert [] == list(path.glob(f"{INDEX}.corrupt-*"))


def test_an_index_whose_rows_break_its_own_schema_is_rebuilt(
    three: tuple[Path, list[FrameId]], monkeypatch: pytest.MonkeyPatch
) -> None:
    condemn = Index.condemn
    broken = [sqlite3.IntegrityError("UNIQUE constraint failed")]
    broken[0].sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT_UNIQUE

    def once(self: Index, frame_ids: Collection[FrameId], event: Event, *, reason: str) -> list[Entry]:
        if broken:
            raise broken.pop()
        return condemn(self, frame_ids, event, reason=reason)

    monkeypatch.setattr(Index, "condemn", once)

    with open_store(three[0]) as store:
        assert (store.recovery.rebuilt, store.recovery.adopted) == (True, 3)
