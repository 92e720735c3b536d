"""Receivers that share a catalog, and what is done to it from outside: killed, locked, without room."""

import errno
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Final

from askance.central.schema import CATALOG
from chaos.site import Site

MIB: Final = 2**20
HELD_S: Final = (1.0, 2.5)
AWAY_S: Final = (0.05, 0.4)
NO_ROOM: Final = "cannot open the database"


@contextmanager
def small_disk(folder: Path, *, mib: int) -> Generator[None]:
    """Put a file system of its own in the place of a folder for the block."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Rivalry:
    """What happens to the receivers of a site, drawn by chance.

    Attributes:
        happened: how often, by name.
        fallen: what receivers said that had ended by themselves.
    """

    def __init__(self, site: Site, random: Random) -> None:
        self.happened: Final[Counter[str]] = Counter()
        self.fallen: Final[list[str]] = []
        self._site = site
        self._random = random

    def rage(self, rounds: int) -> None:
        """In each round kill receivers, and once of several rounds fill the disk and lock the catalog meanwhile."""
        for number in range(rounds):
            self._kill()
            match number % 4:
                case 1:
                    self._lock()
                case 3:
                    self._fill()
                case _:
                    self._rest(AWAY_S)

    def _kill(self) -> None:
        """Kill one of them or two, and bring them back."""
        chosen = self._random.sample(self._site.centres, self._random.randint(1, 2))
        for centre in chosen:
            if centre.running:
                self.happened["killed"] += 1
            elif self.happened["full"] and NO_ROOM in centre.log[-300:]:  # systemd would start it again, as here
                self.happened["ended without room to start"] += 1
            else:
                self.fallen.append(f"a receiver ended by itself: {centre.log[-300:]}")
            centre.kill()
        self._rest(AWAY_S)
        for centre in chosen:
            centre.start()

    def _lock(self) -> None:
        """Be somebody who begins to write and thinks about it."""
        with closing(sqlite3.connect(self._site.catalog / CATALOG, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self._rest(HELD_S)
            other.execute("ROLLBACK")
        self.happened["locked"] += 1

    def _fill(self) -> None:
        """Leave no byte free for a while."""
        filler = self._site.catalog / "somebody-elses"
        try:
            with filler.open("wb", buffering=0) as file:
                while file.write(bytes(MIB)):
                    pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            self._rest(HELD_S)
            self.happened["full"] += 1
        finally:
            filler.unlink()

    def _rest(self, bounds: tuple[float, float]) -> None:
        time.sleep(self._random.uniform(*bounds))
