"""The fault campaign: every scenario in two lanes, round after round, then one table and one report.

python tests/chaos/campaign.py                       one round, as CI does it
python tests/chaos/campaign.py --only R3,R4          two scenarios alone
python tests/chaos/campaign.py --minutes 600         rounds with new seeds until ten hours are over
"""

import argparse
import itertools
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from chaos.verdict import Verdict  # noqa: E402 (the path has to be there first)

LANES: Final = 2
LONGEST_S: Final = 600
NAME: Final = re.compile(r"test_(r\d+)_\w+\.py")


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario's file, run once.

    Attributes:
        scenario: "R3".
        seed: of its chances.
        verdicts: what its tests found, in their order.
        passed: whether pytest was content.
        skipped: why parts were not run.
        seconds: how long it took.
        output: what pytest said.
    """

    scenario: str
    seed: int
    verdicts: tuple[Verdict, ...]
    passed: bool
    skipped: tuple[str, ...]
    seconds: float
    output: str


def scenarios(only: str | None) -> list[Path]:
    """Return the scenarios' files in their order; of those alone that ``only`` names ("R3,R4")."""
    wanted = None if only is None else {name.strip().upper() for name in only.split(",")}
    found = {number(path): path for path in HERE.glob("test_r*.py")}
    unknown = sorted((wanted or set()) - set(found))
    if unknown:
        raise SystemExit(f"error: no such scenario: {', '.join(unknown)}\nhint: there are {', '.join(sorted(found))}")
    chosen = [name for name in found if wanted is None or name in wanted]
    return [found[name] for name in sorted(chosen, key=lambda name: int(name[1:]))]


def number(path: Path) -> str:
    """Return the scenario of a file, as "R3"."""
    named = NAME.fullmatch(path.name)
    assert named is not None, f"not a scenario's name: {path.name}"
    return named[1].upper()


def run(path: Path, *, seed: int, folder: Path) -> Run:
    """Run a scenario's file in a process of its own."""
    scenario = number(path)
    record = folder / f"{scenario}-{seed}.jsonl"
    record.unlink(missing_ok=True)
    environment = {**os.environ, "ASKANCE_CHAOS_SEED": str(seed), "ASKANCE_CHAOS_RECORD": str(record)}
    command = [sys.executable, "-m", "pytest", "-m", "chaos", "-p", "no:cacheprovider", str(path)]
    begun = time.monotonic()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST_S)
        code, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        code, output = -1, f"not over after {error.timeout} s"
    lines = record.read_text().splitlines() if record.exists() else []
    return Run(
        scenario,
        seed,
        tuple(Verdict.from_json(json.loads(line)) for line in lines),
        passed=code == 0,
        skipped=tuple(re.findall(r"^SKIPPED \[\d+\] \S+ (.*)$", output, re.MULTILINE)),
        seconds=time.monotonic() - begun,
        output=output,
    )


def rounds(paths: Sequence[Path], *, seeds: Iterable[int], folder: Path) -> Iterable[Run]:
    """Run all scenarios with each seed in turn."""
    with ThreadPoolExecutor(LANES) as lanes:
        for seed in seeds:
            runs = [lanes.submit(run, path, seed=seed, folder=folder) for path in paths]
            for done in as_completed(runs):
                yield done.result()


def seeds_until(deadline: float, first: int, *, least: int) -> Iterable[int]:
    """Count seeds up from ``first``: ``least`` of them, and more until ``deadline`` on the monotonic clock."""
    for seed in itertools.count(first):
        if seed >= first + least and time.monotonic() >= deadline:
            return
        yield seed


def summary(runs: Sequence[Run]) -> dict[str, Verdict]:
    """Add up what was found, by scenario in the campaign's order; a run that ended badly without a word is told."""
    total: dict[str, Verdict] = {}
    for one in runs:
        parts = list(one.verdicts)
        if not one.passed and not any(part.failures for part in parts):
            parts.append(Verdict(one.scenario, "", 0, wrong=("ended badly: see what pytest said",)))
        for part in parts:
            total[one.scenario] = total[one.scenario] + part if one.scenario in total else part
    return dict(sorted(total.items(), key=lambda item: int(item[0][1:])))


def table(found: dict[str, Verdict], runs: Sequence[Run]) -> str:
    """Draw the table."""
    lines = [f"{'':4} {'trials':>7} {'lost':>5} {'doubled':>7} {'stuck':>5} {'caught':>7} {'s':>5}  what was done"]
    for scenario, verdict in found.items():
        seconds = sum(one.seconds for one in runs if one.scenario == scenario)
        caught = f"{sum(verdict.controls.values())}/{len(verdict.controls)}"
        lines.append(
            f"{scenario:4} {verdict.trials:7} {verdict.lost:5} {verdict.duplicated:7} {verdict.stuck:5} {caught:>7}"
            f" {seconds:5.0f}  {verdict.title}"
        )
        lines += [f"{'':4} FAILED: {failure}" for failure in verdict.failures]
    skipped = sorted({(one.scenario, reason) for one in runs for reason in one.skipped})
    lines += [f"{scenario:4} not run: {reason}" for scenario, reason in skipped]
    return "\n".join(lines)


def report(found: dict[str, Verdict], runs: Sequence[Run]) -> dict[str, object]:
    """Return what `reliability-report.json` holds."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seeds": sorted({one.seed for one in runs}),
        "scenarios": {
            scenario: {
                **verdict.as_json(),
                "passed": not verdict.failures,
                "seconds": round(sum(one.seconds for one in runs if one.scenario == scenario), 1),
                "not run": sorted({reason for one in runs if one.scenario == scenario for reason in one.skipped}),
            }
            for scenario, verdict in found.items()
        },
    }


def main() -> int:
    """Run the campaign; 1 when anything was lost, doubled, stuck, wrong or not caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="some scenarios, as R3,R4")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (default: 1)")
    parser.add_argument("--rounds", type=int, default=1, help="at least so many (default: 1)")
    parser.add_argument("--minutes", type=float, default=0, help="go on with new rounds for so long (default: 0)")
    parser.add_argument("--json", type=Path, default=Path("build/reliability-report.json"), help="the report")
    options = parser.parse_args()
    folder = options.json.parent / "chaos"
    folder.mkdir(parents=True, exist_ok=True)
    runs: list[Run] = []
    seeds = seeds_until(time.monotonic() + 60 * options.minutes, options.seed, least=options.rounds)
    for one in rounds(scenarios(options.only), seeds=seeds, folder=folder):
        runs.append(one)
        sys.stderr.write(f"{one.scenario}: {'passed' if one.passed else 'FAILED'} in {one.seconds:.0f} s\n")
        if not one.passed:
            sys.stderr.write(one.output)
    found = summary(runs)
    sys.stdout.write(table(found, runs) + "\n")
    options.json.write_text(json.dumps(report(found, runs), indent=2) + "\n")
    return 0 if all(one.passed for one in runs) and not any(verdict.failures for verdict in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
