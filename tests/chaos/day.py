"""A day in the life of a device's store, told step by step, so that it can be broken at any system call."""

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from askance.edge.config import StoreSection
from askance.edge.store import Store
from askance.edge.store.lifecycle import State
from askance.edge.values import Spending
from askance.errors import StoreFullError
from askance.wire.capture import Arm, Priority
from askance.wire.identity import CameraId, FrameId, Sha256
from support_store import DEVICE, make_draft

BOOT: Final = "boot-of-the-day"
QUOTA: Final = 10**6
SMALL: Final = 3_000
LARGE: Final = 120_000
RULE: Final = "unsure"
OPENINGS: Final = 100
"""How often a start is tried while the disk fails, as systemd does."""

Result = TypeVar("Result")
Say = Callable[[str], object]


def section(folder: Path) -> StoreSection:
    """The store's configuration."""
    return StoreSection(path=folder, quota=QUOTA, min_free=0, random_share=0.3)


class Day:
    """One day, the same for every day: each frame that is promised, and what fails, is said in a line.

    ``kept ID SHA``, ``delivered ID``, ``quarantined ID``, ``ruined ID``, ``failed WHAT``, ``wrong WHAT``, and ``over
    PENDING`` at the end.

    Args:
        folder: the store's.
        say: takes the lines.
    """

    def __init__(self, folder: Path, say: Say) -> None:
        self._folder = folder
        self._say = say
        self._chance = Random(7)  # noqa: S311 (pictures and ids, no secret)
        self._number = count()
        self._sha: dict[FrameId, Sha256] = {}
        self._store = self._open()

    def live(self) -> None:
        """Capture, deliver, quarantine, fill the quota twice, find two files ruined, and start again."""
        first = [self._keep(SMALL) for _ in range(5)]
        for frame_id in first[:2]:
            self._deliver(frame_id)
        for frame_id in first[2:4]:
            self._quarantine(frame_id)
        self._attempt("note a ceiling", lambda: self._store.set_chunk_ceiling("broker", 4096))
        self._attempt("note habits", lambda: self._store.habits.note({CameraId("gate"): "{}"}))
        self._attempt("requeue", self._store.requeue)
        for number in range(12):
            frame_id = self._keep(LARGE, value=number / 12, arm=Arm.RANDOM if number % 4 == 3 else Arm.UNCERTAINTY)
            if number % 6 == 2:
                self._deliver(frame_id)
        self._ruin()
        self._start_again()
        for number in range(4):
            self._keep(LARGE, value=0.5 + number / 12)
        self._drain()
        self._keep(SMALL)
        self._start_again()
        self._drain()
        usage = self._attempt("measure", self._store.usage)
        self._attempt("close", self._store.close)
        if usage is not None:
            self._say(f"over {usage.counts.get(State.PENDING, 0)}")

    def _open(self) -> Store:
        for _ in range(OPENINGS):
            store = self._attempt(
                "open",
                lambda: Store.open(
                    section(self._folder), device=DEVICE, boot_id=BOOT, randomness=self._chance.randbytes
                ),
            )
            if store is not None:
                return store
        raise AssertionError("the store does not open any more")

    def _start_again(self) -> None:
        self._attempt("close", self._store.close)
        self._store = self._open()

    def _attempt(self, what: str, action: Callable[[], Result]) -> Result | None:
        """Do something; a failing disk is told in the one way that the agent goes on after."""
        try:
            return action()
        except StoreFullError as error:
            self._say(f"failed {what}: {error}")
        except Exception as error:  # noqa: BLE001 (whatever else it is, the agent would not go on after it)
            self._say(f"wrong {what}: {type(error).__name__}: {error}")
        return None

    def _keep(self, size: int, *, value: float = 0.5, arm: Arm = Arm.UNCERTAINTY) -> FrameId | None:
        at_ns = next(self._number) * 10**9
        draft = make_draft(
            value=value, arm=arm, priority=Priority.DOUBTFUL, spendings=(Spending(RULE, at_ns, 1, size),)
        )
        jpeg = self._chance.randbytes(size)
        self._store.budget_now(at_ns)
        kept = self._attempt("keep", lambda: self._store.keep(draft, jpeg))
        if not isinstance(kept, str):
            return None
        due = self._attempt("ask", lambda: self._store.due(1000, exclude=()))
        self._sha |= {frame.frame_id: frame.sha256 for frame in due or ()}
        self._say(f"kept {kept} {self._sha.get(kept, 'unknown')}")
        return kept

    def _deliver(self, frame_id: FrameId | None) -> None:
        if frame_id is None or frame_id not in self._sha:
            return
        if self._attempt("deliver", lambda: self._store.deliver(frame_id, self._sha[frame_id])):
            self._say(f"delivered {frame_id}")

    def _quarantine(self, frame_id: FrameId | None) -> None:
        if frame_id is not None and self._attempt("quarantine", lambda: self._store.quarantine(frame_id, "schema")):
            self._say(f"quarantined {frame_id}")

    def _read(self, frame_id: FrameId) -> bytes | None:
        return self._attempt("read", lambda: self._store.read(frame_id, 0, length=10**6))

    def _ruin(self) -> None:
        """Take the files of two frames that wait, one wholly and one in part, and read them."""
        due = self._attempt("ask", lambda: self._store.due(2, exclude=())) or []
        ruins: tuple[Callable[[Path], object], ...] = (Path.unlink, _cut)
        for frame, ruin in zip(due, ruins, strict=False):
            self._say(f"ruined {frame.frame_id}")
            with suppress(OSError):
                ruin(self._folder / "frames" / frame.frame_id[-2:].lower() / f"{frame.frame_id}.askf")
            self._read(frame.frame_id)

    def _drain(self) -> None:
        """Send everything that waits, as the courier does, and once more what the disk did not give."""
        for _ in range(2):
            for frame in self._attempt("ask", lambda: self._store.due(1000, exclude=())) or []:
                self._sha[frame.frame_id] = frame.sha256
                if self._read(frame.frame_id):
                    self._deliver(frame.frame_id)


def _cut(file: Path) -> None:
    file.write_bytes(b"cut")
