"""The same day again and again, under strace, each time in a new store."""

import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from chaos.day import Day
from chaos.stocktaking import Stock, Told, take_stock
from chaos.tracer import WRITING, Point, Say, Traced, find_strace, points, trace

COUNTED: Final = ("-e", f"trace={','.join(WRITING)}")

Harm = Callable[[Path], object]
"""What is broken on purpose in the child, which ends soon; it gets the store's folder."""


class Rehearsal:
    """Days in ``folder``, of which the first has shown where they can be broken.

    Attributes:
        points: every writing call of a day.
        whole: what was found after the day that nobody broke.
    """

    def __init__(self, folder: Path) -> None:
        find_strace()
        self._folder = folder
        self.store: Final = folder / "store"
        folder.mkdir(parents=True)
        Day(self.store, lambda _line: None).live()  # imports all that a day needs, for every child
        whole = self.live(*COUNTED)
        self.points: Final = points(whole.calls)
        self.whole: Final = self.stock(whole)

    def live(self, *options: str, harm: Harm | None = None, hear: Callable[[str], object] | None = None) -> Traced:
        """Live one day.

        Args:
            options: of strace.
            harm: done first, in the child.
            hear: hears each line before it is said, in the child.
        """
        shutil.rmtree(self._folder)
        self._folder.mkdir()

        def day(say: Say) -> None:
            if harm is not None:
                harm(self.store)

            def told(line: str) -> None:
                say(line)
                if hear is not None:
                    hear(line)

            Day(self.store, told).live()

        return trace(day, self._folder, options=options)

    def stock(self, traced: Traced) -> Stock:
        """Take stock after a day."""
        return take_stock(self.store, Told.by(traced.lines))


@contextmanager
def rehearsing() -> Generator[Rehearsal]:
    """Rehearse in memory where files have room there: kills and errors are the same, and a sync takes no time."""
    memory = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Rehearsal(Path(folder) / "day")


def kill_at(point: Point) -> tuple[str, ...]:
    """The options that kill at a point."""
    return "-e", f"trace={point.call}", "-e", f"inject={point.call}:signal=SIGKILL:when={point.number}"
