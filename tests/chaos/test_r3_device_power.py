"""R3: the power of a device goes while its store works; every promise holds after the next start.

The same on a disk that is only thought of, which keeps what was synced and nothing more; and what a life writes.
"""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import pytest

from chaos import confined, outages, syncs
from chaos.breakage import WHOLE
from chaos.outages import Control
from chaos.verdict import Verdict

SCENARIO: Final = "R3"
CUTS: Final = 150
CONTROL_CUTS: Final = 8
CONTROLS: Final = (
    Control("eatmydata", "lost", wrapper=("eatmydata",)),
    Control("synchronous=NORMAL", "frames to be sent again", broken="synchronous=NORMAL"),
    Control("no fsync of files", "lost", broken="no fsync of files"),
)
QUOTA: Final = 10**6
UNNAMED: Final = "promised without the name of lib/edge/frames/*/*.askf"
KEPT: Final = re.compile(r"kept (\w+)")
KILLED_AT: Final = range(1, 40)
"""Calls that change a file, from the first of a new store to those that keep its third frame."""

LIVES: Final = 4
LAST_CALL: Final = 300


@pytest.mark.timeout(600)
def test_every_promise_of_a_device_holds_after_power_cuts(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)

    found(outages.cut_power("device", tmp_path, random=random, cuts=CUTS))


@pytest.mark.timeout(600)
def test_a_device_that_does_not_sync_is_noticed(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)

    found(outages.control("device", tmp_path, random=random, cuts=CONTROL_CUTS, controls=CONTROLS))


def broken_promises(folder: Path, *calls: int, broken: str = WHOLE) -> set[str]:
    """Let an agent be killed at one call after the other, and hold what it said against what it had synced."""
    top, log = folder / f"top-{calls}", folder / f"log-{calls}"
    top.mkdir()
    for life, call in enumerate(calls, start=1):
        syncs.trace("capturing.py", top / "lib" / "edge", QUOTA, life, call, broken, log=log)
    promises, wrong = syncs.judge(log.read_text(errors="replace").splitlines(), top, promised=KEPT)
    return wrong if promises else {"nothing was promised"}


@pytest.mark.timeout(600)
def test_a_device_promises_what_it_has_synced_even_on_what_a_killed_one_left(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)
    wrong = {told for call in random.sample(KILLED_AT, LIVES) for told in broken_promises(tmp_path, call, LAST_CALL)}
    unsynced = broken_promises(tmp_path, LAST_CALL, broken="no fsync of folders")

    caught = {"no fsync of folders": UNNAMED in unsynced}
    found(Verdict(SCENARIO, "promises held against syncs", LIVES, wrong=tuple(sorted(wrong)), controls=caught))


@pytest.mark.timeout(600)
def test_little_is_written_and_nothing_while_nothing_is_captured(
    tmp_path: Path, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)

    found(confined.run("wear.py", tmp_path))
