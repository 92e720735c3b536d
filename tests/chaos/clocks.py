"""Clocks that are wrong: the wall clock through libfaketime, the monotonic one through a time namespace."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from askance.wire.identity import FrameId
from chaos import life

FRAMES: Final = 3
NOBODY_SET_IT: Final = "-56y"  # 1970
NO_TIME_OF_DAY: Final = (NOBODY_SET_IT, "-20y", "-10y")
LIBRARY: Final = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DAY_S: Final = 24 * 3600


def missing() -> str | None:
    """Say what this machine lacks; None: nothing."""
    if LIBRARY is None:
        return "no libfaketime on this machine: apt-get install faketime"
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return "a time namespace takes root, and unshare: apt-get install util-linux"
    return None


def faked(file: Path, offset: str = "+0") -> Mapping[str, str]:
    """The environment of a process whose wall clock is what ``file`` says, at every moment anew."""
    file.write_text(f"{offset}\n")
    return {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What a life said.

    Attributes:
        life: which.
        kept: its frames, and whether each knew the time of day.
        budget: readings of the monotonic and of the budget clock, in nanoseconds.
    """

    life: "Life"
    kept: Sequence[tuple[FrameId, bool]]
    budget: Sequence[tuple[int, int]]

    @property
    def frames(self) -> list[FrameId]:
        """Its frames, in the order in which they were kept."""
        return [frame_id for frame_id, _ in self.kept]


@dataclass(frozen=True, slots=True)
class Life:
    """A run of the store.

    Attributes:
        boot: of which boot.
        offsets: the wall clock's, as libfaketime writes them, one after the other.
        monotonic_s: what the monotonic clock is ahead.
        dies: without closing the store.
        index_lost: the database is gone before it begins.
    """

    boot: str
    offsets: Sequence[str] = ("+0",)
    monotonic_s: int = 0
    dies: bool = False
    index_lost: bool = False

    @property
    def spoken(self) -> str:
        """It in a word, as ``life`` reads it."""
        return f"{self.boot}={','.join(self.offsets)}"

    def leads_to(self, following: "Life") -> bool:
        """Whether the next one can be lived in the same process."""
        return not (self.dies or following.dies or following.index_lost or self.monotonic_s != following.monotonic_s)


def live(store: Path, lives: Sequence[Life], *options: str) -> list[Told]:
    """Have a store live its lives, in as many processes as that takes."""
    groups: list[list[Life]] = []
    for each in lives:
        if groups and groups[-1][-1].leads_to(each):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [told for group in groups for told in _live(store, group, options)]


def _live(store: Path, lives: Sequence[Life], options: Sequence[str]) -> list[Told]:
    first = lives[0]
    if first.index_lost:
        for file in store.glob("captures.db*"):
            file.unlink()
    namespace = (
        ["unshare", "--time", "--monotonic", str(first.monotonic_s), "--fork", "--"] if first.monotonic_s else []
    )
    given = [str(store), str(FRAMES), *(each.spoken for each in lives), *(["--dies"] if first.dies else []), *options]
    done = subprocess.run(
        [*namespace, sys.executable, str(life.HERE), *given],
        env={**os.environ, **faked(store.with_suffix(".time"))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return [
        Told(each, [tuple(frame) for frame in one["kept"]], [tuple(reading) for reading in one["budget"]])
        for each, one in zip(lives, said, strict=True)
    ]


CASES: Final[Mapping[str, Sequence[Life]]] = {
    "ten years forward and back while it runs": [Life("a", ("+0", "+10y", "-10y", "+0"))],
    "ten years forward between two runs": [Life("a"), Life("a", ("+10y",))],
    "ten years back between two runs": [Life("a"), Life("a", ("-10y",))],
    "back, and killed": [Life("a", ("+10y",), dies=True), Life("a", dies=True), Life("b", ("-10y",), dies=True)],
    "one boot without a clock": [Life("a"), Life("b", (NOBODY_SET_IT,)), Life("c")],
    "never a clock": [Life(boot, (NOBODY_SET_IT,)) for boot in "abc"],
    "no clock until a server answers": [Life("a", (NOBODY_SET_IT, "+0")), Life("b", (NOBODY_SET_IT, "+0"))],
    "earlier at every boot": [Life(boot, (f"-{years}y",)) for years, boot in enumerate("abc")],
    "a lifetime ahead": [Life("a", ("+70y",)), Life("b")],
    "a monotonic clock that begins anew": [
        Life("a", monotonic_s=60 * DAY_S),
        Life("b", monotonic_s=30 * DAY_S),
        Life("c"),
    ],
    "one that begins anew in the same boot": [Life("a", monotonic_s=60 * DAY_S), Life("a")],
    "both at once": [Life("a", ("+10y", "-10y"), monotonic_s=60 * DAY_S), Life("b", ("-10y", "+10y"))],
    "the index lost under a wrong clock": [Life("a", ("+10y", "+0")), Life("b", ("-10y", "+0"), index_lost=True)],
}
"""What happens to the clocks of a device, by name."""
