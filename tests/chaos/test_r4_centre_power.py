"""R4: the power of a centre goes, or its receivers are killed, and every receipt that was given is still true.

The same on a disk that is only thought of, which keeps what was synced and nothing more.
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

SCENARIO: Final = "R4"
CUTS: Final = 60
CONTROL_CUTS: Final = 8
CONTROLS: Final = (
    Control("receipt before commit", "lost", broken="receipt before commit"),
    Control("no fsync of blobs", "rows without a whole blob", broken="no fsync of files"),
    Control("synchronous=NORMAL", "lost", broken="synchronous=NORMAL"),
)
UNNAMED: Final = "promised without the name of lib/central/blobs/sha256/*/*/*.askf"
STORED: Final = re.compile(r"stored \w+ (\w+)")
KILLED_AT: Final = range(1, 60)
"""Calls that change a file, from the first of a new store to the blobs of its second batch."""

LIVES: Final = 3
LAST_CALL: Final = 300


@pytest.mark.timeout(600)
def test_every_receipt_of_a_centre_is_true_after_power_cuts_and_kills(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)

    found(outages.cut_power("centre", tmp_path, random=random, cuts=CUTS))


@pytest.mark.timeout(600)
def test_a_centre_that_answers_too_early_is_noticed(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)

    found(outages.control("centre", tmp_path, random=random, cuts=CONTROL_CUTS, controls=CONTROLS))


def broken_receipts(folder: Path, *calls: int, broken: str = WHOLE) -> set[str]:
    """Let a receiver be killed at one call after the other, and hold its receipts against what it had synced."""
    top, log = folder / f"top-{calls}", folder / f"log-{calls}"
    top.mkdir()
    for life, call in enumerate(calls, start=1):
        syncs.trace("receiving.py", top / "lib" / "central", life, call, broken, log=log)
    promises, wrong = syncs.judge(log.read_text(errors="replace").splitlines(), top, promised=STORED)
    return wrong if promises else {"nothing was promised"}


@pytest.mark.timeout(600)
def test_a_centre_answers_for_what_it_has_synced_even_on_what_a_killed_one_left(
    tmp_path: Path, random: Random, found: Callable[[Verdict], None]
) -> None:
    confined.require(tmp_path)
    wrong = {told for call in random.sample(KILLED_AT, LIVES) for told in broken_receipts(tmp_path, call, LAST_CALL)}
    unsynced = broken_receipts(tmp_path, LAST_CALL, broken="no fsync of folders")

    caught = {"no fsync of folders": UNNAMED in unsynced}
    found(Verdict(SCENARIO, "receipts held against syncs", LIVES, wrong=tuple(sorted(wrong)), controls=caught))
