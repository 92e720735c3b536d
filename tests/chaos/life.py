"""Lives of a capture store under clocks that jump: it keeps frames, reads the budget clock, says what it did.

python tests/chaos/life.py STORE FRAMES BOOT=OFFSET,OFFSET... [--budgets-by-the-wall] [--dies]

Before each few frames it sets its own wall clock, through the file that libfaketime reads.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.edge.source.clock import instant
from support_store import keep, make_draft, open_store

HERE: Final = Path(__file__)


def live(store: Path, boot: str, offsets: list[str], *, options: argparse.Namespace) -> dict[str, object]:
    """Open a store in a boot, keep a few frames under each offset of the wall clock, and close it."""
    kept: list[tuple[str, bool]] = []
    budget: list[tuple[int, int]] = []
    opened = open_store(store, boot_id=boot)
    for offset in offsets:
        Path(os.environ["FAKETIME_TIMESTAMP_FILE"]).write_text(f"{offset}\n")
        for _ in range(options.frames):
            now_ns = time.monotonic_ns()
            taken = instant(now_ns, wall_ns=time.time_ns(), synchronized=False)
            budget.append((now_ns, opened.budget_now(time.time_ns() if options.budgets_by_the_wall else now_ns)))
            kept.append((keep(opened, replace(make_draft(), taken=taken)), taken.wall_ms is not None))
    if not options.dies:
        opened.close()
    return {"kept": kept, "budget": budget}


def main() -> None:
    """Live once, or several times."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("frames", type=int)
    parser.add_argument("lives", nargs="+")
    parser.add_argument("--budgets-by-the-wall", action="store_true")
    parser.add_argument("--dies", action="store_true")
    options = parser.parse_args()
    told = [live(options.store, *_parsed(each), options=options) for each in options.lives]
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    if options.dies:
        os._exit(0)


def _parsed(spoken: str) -> tuple[str, list[str]]:
    boot, _, offsets = spoken.partition("=")
    return boot, offsets.split(",")


if __name__ == "__main__":
    main()
