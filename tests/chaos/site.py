"""A whole site as real processes: one device, one centre or several on one catalog, and the account of every frame."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from chaos.account import Account, Books
from support_polling import until
from support_programs import Program, write_yaml

STILL_S: Final = 5.0
"""How long nothing changes when it is quiet: an agent takes up to 4 s to see that it is to capture no more."""

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
        self._books = Books()
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

    def quiet(self, *, within_s: float = 30.0) -> Account:
        """Wait, without any fault, until nothing is under way and nothing has changed for a while, and count.

        Whoever does not run is started first. What is still under way after ``within_s`` is stuck.
        """
        for program in self.programs:
            if not program.running:
                program.start()
        since_s, account = time.monotonic(), self.account()

        def still() -> bool:
            nonlocal since_s, account
            before, account = account, self.account()
            if account.stuck or account != before:
                since_s = time.monotonic()
            return time.monotonic() - since_s >= STILL_S

        until(still, within_s=within_s)
        return account

    def account(self) -> Account:
        """Count every frame, in both databases as they stand."""
        return self._books.account(self.store, self.catalog)


def take_photos(assets: Path, folder: Path, *, count: int) -> str:
    """Copy the first ``count`` of the labelled photos (256 at most), and return the folder as an address."""
    folder.mkdir(parents=True)
    photos = sorted((assets / "images" / "coco128" / "images").glob("*/*.jpg"))[:count]
    for at, photo in enumerate(photos):
        shutil.copy(photo, folder / f"{at:04}.jpg")
    assert len(photos) == count, f"{len(photos)} photos, not {count}"
    return str(folder)
