"""A whole site as real processes: one device, one centre or several on one catalog, and the account of every frame.

The promise under test: a frame that the device's store counted as captured is in its store or in the centre's catalog,
with the same bytes, once; and when everything is quiet, nothing is left under way.
"""

import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from askance.edge.store.schema import INDEX_NAME
from support_polling import until
from support_programs import Program, write_yaml

DEVICE: Final = "tried-camera"
EVERY_FRAME: Final = "version: 1\nrules:\n  - {id: everything, when: {random: {probability: 1.0}}}\n"
NO_FRAME: Final = "version: 1\nrules:\n  - {id: nothing, when: {random: {rate: 1/day}}}\n"
OPEN_GATE: Final = {
    "motion": 0.0,
    "duplicate": -1,
    "sharpness": 0.0,
    "darkest": 0.0,
    "brightest": 1.0,
    "contrast": 0.0,
    "structure": 0.0,
    "frozen": None,
}


@dataclass(frozen=True, slots=True)
class Account:
    """Where the frames of a device are.

    Attributes:
        captured: how many the device's store counted, over all its boots.
        arrived: how many stand in the catalog.
        lost: promised, and neither held by the device nor by the centre with the same bytes, nor counted as evicted.
        duplicated: captures or tasks beyond one for each frame.
        pending: what the device still holds to send.
        staged: pieces that wait at the centre.
        unbalanced: boots of the device whose ledger does not add up.
    """

    captured: int
    arrived: int
    lost: int
    duplicated: int
    pending: int
    staged: int
    unbalanced: int

    @property
    def stuck(self) -> int:
        """Frames and pieces that are under way."""
        return self.pending + self.staged


class Site:
    """A device and its centre, not started; ``agent`` and ``centres`` are programs to start, kill and stop.

    Args:
        folder: for configuration, stores and logs.
        port: of the broker.
        photos: a folder of pictures, or any address of a camera.
        sections: of the device's configuration, over what stands here.
        receivers: how many share the catalog.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        photos: str,
        sections: Mapping[str, Any] | None = None,
        receivers: int = 1,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rules = folder / "rules.yaml"
        self.rules.write_text(EVERY_FRAME)
        self.store = folder / "device"
        self.catalog = folder / "central"
        self.edge_yaml = write_yaml(
            folder / "edge.yaml",
            {
                "device": {"id": DEVICE},
                "cameras": [{"id": "tried", "url": photos}],
                "gate": OPEN_GATE,
                "governor": {"cpu": None},
                "rules": [str(self.rules)],
                "store": {"path": str(self.store), "min_free": 0},
                "sync": {"ack_timeout": "1s", "reconnect_max": "1s"},
                "broker": {"port": port},
                **(sections or {}),
            },
        )
        self.central_yaml = write_yaml(
            folder / "central.yaml", {"storage": {"path": str(self.catalog)}, "broker": {"port": port}}
        )
        self.agent = Program(folder / "edge.log", "edge", "run", "--config", str(self.edge_yaml))
        self.centres = [
            Program(folder / f"central-{number}.log", "central", "run", "--config", str(self.central_yaml))
            for number in range(receivers)
        ]

    @property
    def programs(self) -> list[Program]:
        """Everything that runs here."""
        return [self.agent, *self.centres]

    def close(self) -> None:
        """Kill everything."""
        for program in self.programs:
            program.kill()

    def stop_capturing(self) -> None:
        """Change the rules so that the next start of the agent captures nothing more."""
        self.rules.write_text(NO_FRAME)

    def quiet(self, *, within_s: float = 30.0) -> bool:
        """Wait, without any fault, until nothing is under way; whoever does not run is started first."""
        for program in self.programs:
            if not program.running:
                program.start()
        return until(lambda: self.account().stuck == 0, within_s=within_s)

    def account(self) -> Account:
        """Count every frame, in both databases as they stand; a database that is not there yet holds none."""
        held = rows(self.store / INDEX_NAME, "SELECT frame_id, sha256, state FROM captures WHERE state != 'deleting'")
        boots = rows(
            self.store / INDEX_NAME,
            "SELECT b.captured, b.stored, coalesce((SELECT sum(frames) FROM evictions e WHERE e.boot = b.number), 0),"
            " (SELECT count(*) FROM captures c WHERE c.boot = b.number AND state IN ('pending', 'quarantined'))"
            " FROM boots b",
        )
        catalog = self.catalog / "catalog.db"
        arrived = rows(catalog, "SELECT frame_id, sha256 FROM captures")
        tasks = rows(catalog, "SELECT capture, count(*) FROM tasks GROUP BY capture")
        waiting = {frame: sha for frame, sha, state in held if state in {"pending", "quarantined"}}
        there = dict(arrived)
        delivered = {frame: sha for frame, sha, state in held if state == "delivered"}
        missing = [frame for frame, sha in delivered.items() if there.get(frame) != sha]
        torn = [frame for frame, sha in waiting.items() if not self._whole(frame, sha)]
        promised = sum(captured - evicted for captured, _, evicted, _ in boots)
        nowhere = promised - len(set(waiting) | set(there))
        copies = Counter(frame for frame, _ in arrived)
        return Account(
            captured=sum(captured for captured, *_ in boots),
            arrived=len(arrived),
            lost=max(0, nowhere) + len(missing) + len(torn),
            duplicated=sum(count - 1 for count in copies.values()) + sum(count - 1 for _, count in tasks),
            pending=sum(state == "pending" for *_, state in held),
            staged=len(rows(catalog, "SELECT 1 FROM staging")),
            unbalanced=sum(captured != stored + evicted + left for captured, stored, evicted, left in boots),
        )

    def _whole(self, frame_id: str, sha256: str) -> bool:
        """Whether the file of a frame holds what its row says."""
        return any(
            hashlib.sha256(file.read_bytes()).hexdigest() == sha256 for file in self.store.rglob(f"{frame_id}*.askf")
        )


def rows(database: Path, question: str) -> list[Any]:
    """Ask a database beside whoever writes to it; nothing where it is not there, or not made yet."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'captures'").fetchone():
            return []
        return connection.execute(question).fetchall()


def take_photos(assets: Path, folder: Path, *, count: int) -> str:
    """Copy the first ``count`` of the labelled photos (256 at most), and return the folder as an address."""
    folder.mkdir(parents=True)
    photos = sorted((assets / "images" / "coco128" / "images").glob("*/*.jpg"))[:count]
    for at, photo in enumerate(photos):
        shutil.copy(photo, folder / f"{at:04}.jpg")
    assert len(photos) == count, f"{len(photos)} photos, not {count}"
    return str(folder)
