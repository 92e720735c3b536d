"""An update of device and centre over a backlog: carried out by today's code, and every frame accounted for."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from askance.central.devices import accounts
from askance.central.intake import Intake
from askance.central.lifecycle import State as TaskState
from askance.central.schema import CATALOG
from askance.central.schema import MIGRATIONS as CENTRAL
from askance.edge.store import Store
from askance.edge.store.lifecycle import State
from askance.edge.store.schema import INDEX_NAME, PAGE_BYTES
from askance.edge.store.schema import MIGRATIONS as EDGE
from chaos.backlog import LATER, Backlog
from chaos.bridge import Bridge
from chaos.legacy import Contents, contents, gone, take_back
from support_central import open_intake
from support_store import DEVICE, open_store

ROOM_FOR_KINDS: Final = 2  # steps of either schema from which on every kind of annotation fits


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of a backlog.

    Attributes:
        lost: frames that the device had and the centre has not, byte for byte.
        duplicated: captures and tasks beyond one for each frame.
        stuck: frames that still wait, and pieces at the centre.
        wrong: everything else, in words.
    """

    lost: int
    duplicated: int
    stuck: int
    wrong: tuple[str, ...]


def made(folder: Path, *, edge: int, central: int, stamped: bool = True) -> Backlog:
    """Make a backlog under the first steps of the two schemas."""
    backlog = Backlog(folder / "device", folder / "central", kinds=min(edge, central) >= ROOM_FOR_KINDS)
    backlog.make()
    take_back(backlog.device / INDEX_NAME, EDGE[:edge], page_bytes=PAGE_BYTES, stamped=stamped)
    take_back(backlog.centre / CATALOG, CENTRAL[:central], page_bytes=4096, stamped=stamped)
    return backlog


def update(backlog: Backlog, *, meddle: Callable[[Backlog], object] = lambda _: None) -> Updated:
    """Open a backlog with today's code and carry all of it over; ``meddle`` spoils what the update does."""
    index, catalog = backlog.device / INDEX_NAME, backlog.centre / CATALOG
    before = contents(index), contents(catalog)
    meddle(backlog)
    intake = open_intake(backlog.centre)
    with closing(intake._connection), open_store(backlog.device, boot_id=LATER) as store:
        wrong = [f"the device's {table}" for table in gone(before[0], contents(index))]
        wrong += [f"the centre's {table}" for table in gone(before[1], contents(catalog))]
        aside = _carry(store, intake)
        after = contents(catalog)
        wrong += [f"the centre's {table}, of what people did" for table in gone(_settled(before[1]), after)]
        held = {row["frame_id"]: intake._blobs.path(row["sha256"]) for row in after["captures"]}
        tasks = {row["capture"] for row in after["tasks"]}
        return Updated(
            lost=sum(not _holds(held.get(frame_id), envelope) for frame_id, envelope in backlog.envelopes.items()),
            duplicated=len(after["captures"]) + len(after["tasks"]) - len(held) - len(tasks),
            stuck=store.usage().counts.get(State.PENDING, 0) + len(after["staging"]),
            wrong=(
                *(f"gone with the update: {what}" for what in wrong),
                *(f"not explained by a ledger: {what}" for what in _unexplained(store, intake)),
                *([] if aside == 1 else [f"set aside before the update, and not after: {aside}"]),
                *([] if len(tasks) == len(held) else ["captured without a task"]),
            ),
        )


def _carry(store: Store, intake: Intake) -> int:
    """Carry over what is due, then what was set aside; return how much that was."""
    bridge = Bridge(store, intake, device=DEVICE)
    bridge.carry()
    aside = store.requeue()
    bridge.carry()
    return aside


def _settled(catalog: Contents) -> Contents:
    """Return the tasks that people have taken up, and what they said."""
    return {
        "tasks": [row for row in catalog["tasks"] if row["state"] != TaskState.OPEN],
        "annotations": [row for row in catalog["annotations"] if row["source"] == "labeler"],
    }


def _unexplained(store: Store, intake: Intake) -> Iterator[str]:
    yield from (ledger.boot_id for ledger in store.ledgers() if ledger.unaccounted)
    yield from (account.device for account in accounts(intake._connection) if account.unaccounted)


def _holds(path: Path | None, envelope: bytes) -> bool:
    return path is not None and path.read_bytes() == envelope
