"""A day's worth of frames at full speed through the agent's own parts: memory, threads and descriptors stay flat.

python benchmarks/soak.py                            200,000 forward passes of a small face detector
python benchmarks/soak.py --passes 5000 --every 2    a first look
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path

import gauges
from assembly import Assembly
from growth import Reading, judge
from material import CHECKOUT, Material, assets_folder
from playing import Playing

from askance.edge.detect.package import read_card
from askance.edge.tidy import TIDY_S, settle, tidy
from askance.models.cards import write_card

PASSES = 200_000
SETTLED = 5  # frames into a clip: everything that one needs is open, and nothing has ended
QUOTA = 50_000_000  # bytes: soon full, so that frames are evicted as well
ALLOWED = {"resident_mb": 5.0, "threads": 0.0, "descriptors": 2.0}
"""Two descriptors: the pipes of a clip's child may just be opening. One lost with each clip would be a thousand."""
CARD = CHECKOUT / "tests" / "cards" / "yunet-face.yaml"
CLIPS = ("video/bikes.mp4", "video/bigbuckbunny.mp4", "video/carphone_pristine.mp4", "video/crossing/img")
LABELS = "version: 1\nname: faces\nlabels: [{id: 1, name: face}]\n"
RULES = """version: 1
rules:
  - id: unsure
    when: {near_threshold: {from: 0.3, to: 0.7}}
    cooldown: {rule: 1s}
  - id: random
    when: {random: {probability: 0.002}}
"""


class Soak:
    """Plays clips over and over until there were enough forward passes, and takes readings in the first of them.

    Args:
        assembly: what looks at the clips.
        passes: how many are enough.
        every_s: seconds from one reading to the next.
    """

    def __init__(self, assembly: Assembly, *, passes: int, every_s: float) -> None:
        self.series: list[Reading] = []
        self._assembly = assembly
        self._passes = passes
        self._every_s = every_s
        self._done = 0
        self._begun = self._tidied = time.monotonic()
        settle()

    def run(self, clips: Sequence[Path]) -> None:
        """Play them; the same place of the same clip is read each time, because clips differ in size."""
        while self._done < self._passes:
            for clip in clips:
                first = clip == clips[0]
                Playing(clip).through(self._assembly, ended=partial(self._ended, first=first))

    @property
    def counts(self) -> Mapping[str, int]:
        """How the frames ended."""
        return self._assembly.health.vitals().counts

    def _ended(self, number: int, *, first: bool) -> bool:
        self._done += 1
        if time.monotonic() - self._tidied >= TIDY_S:  # as the agent's daemon does it
            tidy()
            self._tidied = time.monotonic()
        now = time.monotonic() - self._begun
        if first and number == SETTLED and (not self.series or now - self.series[-1].seconds >= self._every_s):
            self._read()
        return True

    def _read(self) -> None:
        reading = Reading(
            passes=self._done,
            seconds=time.monotonic() - self._begun,
            resident_mb=gauges.resident_bytes() / 1e6,
            threads=gauges.threads(),
            descriptors=gauges.descriptors(),
        )
        self.series.append(reading)
        said = f"{reading.passes} passes in {reading.seconds:.0f} s: {reading.resident_mb:.1f} MB"
        print(f"{said}, {reading.threads} threads, {reading.descriptors} descriptors", file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Soak, print what grew, and end with 1 when anything did."""
    options = _arguments(argv)
    assets = assets_folder()
    material = Material(options.folder, assets)
    with ExitStack() as resources:
        scratch = material.scratch(resources)
        soak = Soak(_assembly(assets, scratch, resources), passes=options.passes, every_s=options.every)
        soak.run([assets / clip for clip in CLIPS])
        ends = ", ".join(f"{name} {count}" for name, count in sorted(soak.counts.items()))
    grown = {quantity: judge(soak.series, quantity, allowed=allowed) for quantity, allowed in ALLOWED.items()}
    print(f"{soak.counts['seen']} forward passes, {len(soak.series)} readings; {ends}")
    print(f"{'':12} {'first':>8} {'last':>8} {'most':>8} {'a million':>10}")
    for quantity, growth in grown.items():
        verdict = "flat" if growth.flat else "GROWS"
        figures = f"{growth.first:8.1f} {growth.last:8.1f} {growth.most:8.1f} {growth.slope:10.2f}"
        print(f"{quantity:12} {figures}  {verdict}, {ALLOWED[quantity]:g} allowed")
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(reading) for reading in soak.series]) + "\n", encoding="utf-8")
    if options.plot is not None:
        from chart import draw_series  # noqa: PLC0415 (slow to import, and wanted by this option alone)

        draw_series(soak.series, options.plot)
    raise SystemExit(not all(growth.flat for growth in grown.values()))


def _assembly(assets: Path, scratch: Path, resources: ExitStack) -> Assembly:
    """Put the face detector of the assets together with rules that keep frames, and a store that is soon full."""
    card = read_card(CARD)
    model = scratch / "model"
    model.mkdir()
    (model / card.file).symlink_to(next((assets / "models").glob(f"*/{card.file}")).resolve())
    write_card(card, model / "card.yaml")
    labels, rules = scratch / "labels.yaml", scratch / "rules.yaml"
    labels.write_text(LABELS, encoding="utf-8")
    rules.write_text(RULES, encoding="utf-8")
    return Assembly(model, rules, scratch=scratch / "store", resources=resources, labels=labels, quota=QUOTA)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="see whether the agent stays flat over a day's worth of frames")
    parser.add_argument("--passes", metavar="N", type=int, default=PASSES, help=f"forward passes (default: {PASSES})")
    parser.add_argument("--every", metavar="SECONDS", type=float, default=60.0, help="between readings (default: 60)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all readings")
    parser.add_argument("--plot", metavar="FILE", type=Path, help="draw a picture")
    parser.add_argument("--folder", type=Path, default=CHECKOUT / "build" / "bench", help="for the store meanwhile")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
