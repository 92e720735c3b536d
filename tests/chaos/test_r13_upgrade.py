"""An update with a backlog pending, from every earlier schema; and the way back, which is refused and told.

Store and catalog are such as each earlier step of their schemas left them, with frames pending, delivered, set aside,
lost and half at the centre. Today's code opens them: everything arrives once, and nothing that was there is gone. The
messages of the first release do to today's centre what they did when they were written down.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Final

import pytest
from sqlite_utils import Database

from askance.central.schema import CATALOG, create_catalog
from askance.central.schema import MIGRATIONS as CENTRAL
from askance.database import Migration, _Step, connect
from askance.edge.store.schema import INDEX_NAME
from askance.edge.store.schema import MIGRATIONS as EDGE
from askance.errors import StoreError
from askance.wire.codec import digest
from chaos.backlog import Backlog
from chaos.golden import EFFECTS, differences, effects, messages
from chaos.legacy import contents
from chaos.site import Site, take_photos
from chaos.updating import Updated, made, update
from chaos.verdict import Verdict
from support_broker import Mosquitto
from support_steps import snapshots, stepping
from support_store import DEVICE, open_store

STEPS: Final = [
    *product(range(1, len(EDGE) + 1), range(1, len(CENTRAL) + 1), (True,)),
    (1, 1, False),  # what was released before ``user_version`` was written
]
TITLE: Final = "updates over a backlog from every earlier schema"
HEADER: Final = 8  # bytes, some of which nobody reads
PATIENCE_S: Final = 180.0
TOMORROW: Final = Migration("9999-tomorrow", ("CREATE TABLE tomorrow (x)",))
FORGETFUL: Final = (
    ("a pending frame", INDEX_NAME, "DELETE FROM captures WHERE state = 'pending' AND seq = 7", "device's captures"),
    ("a frame at the centre", CATALOG, "DELETE FROM captures WHERE seq = 0", "centre's captures"),
    ("half a frame at the centre", CATALOG, "DELETE FROM staging", "centre's staging"),
    ("what people did", CATALOG, "UPDATE tasks SET state = 'open' WHERE state = 'done'", "centre's tasks"),
)
"""What an update drops, of which database, how, and what has to be missed then."""

FORGOTTEN: Final = ("gone with the update: the device's ", "set aside before the update, and not after: 0")
"""What an index that is made anew out of the frames' files cannot know."""


def verdict(updates: Sequence[Updated], controls: Mapping[str, bool]) -> Verdict:
    """Add updates up."""
    return Verdict(
        "R13",
        TITLE,
        max(1, len(updates)),
        lost=sum(one.lost for one in updates),
        duplicated=sum(one.duplicated for one in updates),
        stuck=sum(one.stuck for one in updates),
        wrong=tuple(sentence for one in updates for sentence in one.wrong),
        controls=controls,
    )


def test_everything_arrives_once_whatever_version_left_it(tmp_path: Path, found: Callable[[Verdict], None]) -> None:
    updates = [
        update(made(tmp_path / f"{edge}-{central}-{stamped}", edge=edge, central=central, stamped=stamped))
        for edge, central, stamped in STEPS
    ]

    found(verdict(updates, {}))


@pytest.mark.parametrize(("what", "name", "statement", "missed"), FORGETFUL)
def test_an_update_that_forgets_is_noticed(
    tmp_path: Path, found: Callable[[Verdict], None], *, what: str, name: str, statement: str, missed: str
) -> None:
    def forget(backlog: Backlog) -> None:
        folder, steps = (backlog.device, EDGE) if name == INDEX_NAME else (backlog.centre, CENTRAL)
        with closing(connect(folder / name, steps[:1])) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            assert connection.execute(statement).rowcount

    seen = update(made(tmp_path, edge=1, central=1), meddle=forget)

    found(verdict([], {f"an update that drops {what}": f"gone with the update: the {missed}" in seen.wrong}))


def crashed(tmp_path: Path) -> Iterator[bool]:
    """Update both databases from their first step; after a crash before each: whether the next start made it good."""
    backlog = made(tmp_path, edge=1, central=1)
    for database, steps in ((backlog.device / INDEX_NAME, EDGE), (backlog.centre / CATALOG, CENTRAL)):
        with stepping() as seen:
            updating = partial(_close_after, database, steps)
            taken = snapshots(seen, database.parent, into=tmp_path / database.stem, work=updating)
        expected = contents(database)
        for one in taken:
            try:
                _close_after(one / database.name, steps)
            except StoreError:
                yield False
            else:
                yield contents(one / database.name) == expected


def _close_after(database: Path, steps: Sequence[Migration]) -> None:
    connect(database, steps).close()


def test_an_update_that_crashes_before_any_step_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Callable[[Verdict], None]
) -> None:
    good = list(crashed(tmp_path / "as-it-is"))
    monkeypatch.setattr(_Step, "__call__", one_by_one)
    caught = not all(crashed(tmp_path / "one-by-one"))

    wrong = () if all(good) else ("an update that crashed is not made good",)
    controls = {"statements of a step committed one by one": caught}
    found(Verdict("R13", "crashes before each step of an update", len(good), wrong=wrong, controls=controls))


def one_by_one(self: _Step, db: Database, /) -> None:
    """Take a step as no step is taken: each statement is a transaction."""
    for statement in self._statements:
        db.conn.execute(statement)
        db.conn.execute("COMMIT")
        db.conn.execute("BEGIN")


@pytest.mark.parametrize("name", [INDEX_NAME, CATALOG])
def test_the_way_back_is_refused_and_told_and_changes_nothing(
    name: str, tmp_path: Path, found: Callable[[Verdict], None]
) -> None:
    backlog = made(tmp_path, edge=len(EDGE), central=len(CENTRAL))
    folder, steps = (backlog.device, EDGE) if name == INDEX_NAME else (backlog.centre, CENTRAL)
    connect(folder / name, [*steps, TOMORROW]).close()
    before = digests(folder)

    with pytest.raises(StoreError, match="newer askance: 9999-tomorrow") as refused:
        open_store(folder) if name == INDEX_NAME else create_catalog(folder)

    changed = sorted({file for file, _ in digests(folder).items() ^ before.items()})
    told = "install that version again" in (refused.value.hint or "")
    wrong = [*(f"changed: {file}" for file in changed), *([] if told else ["the way back is not told"])]
    found(Verdict("R13", "ways back, refused", 1, wrong=tuple(wrong)))


def test_a_device_that_goes_back_makes_its_index_anew_and_loses_nothing(
    tmp_path: Path, found: Callable[[Verdict], None]
) -> None:
    backlog = made(tmp_path, edge=len(EDGE), central=len(CENTRAL))
    index = backlog.device / INDEX_NAME
    connect(index, [*EDGE, TOMORROW]).close()

    def go_back(backlog: Backlog) -> None:
        for name in (INDEX_NAME, f"{INDEX_NAME}-wal"):
            (backlog.device / name).unlink(missing_ok=True)

    seen = update(backlog, meddle=go_back)

    wrong = tuple(one for one in seen.wrong if not one.startswith(FORGOTTEN))
    found(Verdict("R13", "ways back", 1, lost=seen.lost, duplicated=seen.duplicated, stuck=seen.stuck, wrong=wrong))


def digests(folder: Path) -> dict[str, str]:
    """Hash every file, but for the lock that whoever looks takes, and the logs that SQLite makes and unmakes."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(("-shm", "-wal", "lock")))
    return {str(file.relative_to(folder)): digest(file.read_bytes()) for file in files}


def test_the_messages_of_the_first_release_do_what_they_did(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    written = json.loads(EFFECTS.read_text())
    golden = messages()
    controls: dict[str, bool] = {}
    for name in ("envelope.bin", "kinds.bin", "chunk.bin"):
        changed = bytearray(golden[name])
        changed[random.randrange(HEADER, len(changed))] ^= 1 << random.randrange(8)
        seen = effects(tmp_path / name, {**golden, name: bytes(changed)})
        controls[f"a changed byte of {name}"] = bool(differences(written, seen))

    wrong = differences(written, effects(tmp_path / "as-it-was", golden))
    found(Verdict("R13", "messages of the first release", len(golden), wrong=tuple(wrong), controls=controls))


@pytest.mark.timeout(600)
def test_the_programs_of_today_take_over_and_do_not_touch_what_is_newer(
    tmp_path: Path, mosquitto: Mosquitto, assets: Path, found: Callable[[Verdict], None]
) -> None:
    backlog = made(tmp_path, edge=1, central=1)
    mosquitto.start()
    photos = take_photos(assets, tmp_path / "photos", count=1)
    with closing(Site(tmp_path, mosquitto.port, photos=photos, sections={"device": {"id": DEVICE}})) as site:
        site.stop_capturing()
        account = site.quiet(within_s=PATIENCE_S)
        here = len(backlog.envelopes) - 1  # one is set aside
        wrong = [] if account.arrived == here else [f"arrived: {account.arrived} of {here}"]
        for program, database, steps in (
            (site.agent, backlog.device / INDEX_NAME, EDGE),
            (site.centres[0], backlog.centre / CATALOG, CENTRAL),
        ):
            program.stop()
            connect(database, [*steps, TOMORROW]).close()
            before = contents(database)
            program.start()
            told = program.wait(PATIENCE_S) and all(
                words in program.log for words in ("error: the database", "hint: install")
            )
            wrong += [] if told and contents(database) == before else [f"not refused, or changed: {database.name}"]

    found(account.verdict("R13", "the programs themselves", 2, wrong=tuple(wrong), aside=1))
