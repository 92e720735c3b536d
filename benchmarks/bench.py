"""The rows of the speed table that concern detection, measured round by round in one run.

python benchmarks/bench.py                         every row
python benchmarks/bench.py --only gate --rounds 9  one of them, more exactly
python benchmarks/bench.py --profile pipeline-320  where the time of its frames goes, stage by stage
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from material import CHECKOUT, Material, assets_folder
from profiling import profile
from ratios import Row, Samples, collect
from report import document, table
from rows import gate, idle, overlap, peers, pipeline, rectangle

Rounds = Callable[[str, Material, ExitStack], Iterator[Samples]]

ROWS: Sequence[Row] = (*pipeline.ROWS, *overlap.ROWS, *peers.ROWS, *gate.ROWS, *idle.ROWS, *rectangle.ROWS)
PARTS: Mapping[str, tuple[Rounds, Sequence[Row]]] = {
    **{row.name: (pipeline.rounds, (row,)) for row in pipeline.ROWS},
    **{row.name: (overlap.rounds, (row,)) for row in overlap.ROWS},
    "peers-640": (peers.rounds, peers.ROWS_640),
    "peers-320": (peers.rounds, peers.ROWS_320),
    "gate": (gate.rounds, gate.ROWS),
    "idle": (idle.rounds, idle.ROWS),
    "rectangle": (rectangle.rounds, rectangle.ROWS),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print the table, and save what was asked for."""
    options = _arguments(argv)
    material = Material(options.folder, assets_folder())
    if options.profile is not None:
        print(profile(options.profile, material))
        return
    wanted = options.only or [row.name for row in ROWS]
    parts = [part for part, (_, rows) in PARTS.items() if any(row.name in wanted for row in rows)]
    results = collect(ROWS, _measure(parts, material, rounds=options.rounds))
    results = [result for result in results if result.row.name in wanted]
    print(table(results))
    print(f"1080p video: {material.codec}")
    if options.json is not None:
        options.json.write_text(json.dumps(document(results), indent=2) + "\n", encoding="utf-8")
    if options.plot is not None:
        from chart import draw  # noqa: PLC0415 (slow to import, and wanted by this option alone)

        draw(results, options.plot)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(description="measure the speed of detection against its limits and its peers")
    parser.add_argument("--only", metavar="ROW", action="append", choices=names, help=f"one of {', '.join(names)}")
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="of each row (default: 5)")
    parser.add_argument("--profile", metavar="ROW", choices=names, help="print milliseconds a stage instead")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all rounds")
    parser.add_argument("--plot", metavar="FILE", type=Path, help="draw a picture")
    parser.add_argument("--folder", type=Path, default=CHECKOUT / "build" / "bench", help="keeps models and videos")
    options = parser.parse_args(argv)
    if options.rounds < 1:
        parser.error("--rounds has to be at least 1")
    return options


def _measure(parts: Sequence[str], material: Material, *, rounds: int) -> Iterator[Samples]:
    """Take one round of every part, then the next of every part: a slow spell of the machine meets all of them."""
    with ExitStack() as resources:
        running = [PARTS[part][0](part, material, resources) for part in parts]
        for number in range(1, rounds + 1):
            for samples in running:
                begun = time.monotonic()
                measured = next(samples)
                values = ", ".join(f"{name} {sample.value:.3g}" for name, sample in measured.items())
                took = time.monotonic() - begun
                print(f"round {number} of {rounds}: {values} ({took:.0f} s)", file=sys.stderr, flush=True)
                yield measured


if __name__ == "__main__":
    main()
