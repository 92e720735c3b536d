"""The fault campaign: every scenario in three lanes, round after round, then one table and one report.

python tests/chaos/campaign.py                       one round, as CI does it
python tests/chaos/campaign.py --only R3,R4          two scenarios alone
python tests/chaos/campaign.py --minutes 600         rounds with new seeds until ten hours are over
"""

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from chaos.findings import Run, report, summary, table  # noqa: E402 (the path has to be there first)
from chaos.verdict import Verdict  # noqa: E402 (the same)

LANES: Final = (
    ("R6", "R7", "R10", "R11", "R13", "R14"),  # measure how soon something happens: never beside each other
    ("R3", "R4"),  # wait for a disk
    ("R1", "R2", "R5", "R8", "R9"),  # keep a core busy
)
"""What runs one after the other, beside the other lanes; a scenario that is not named runs in the last."""

LONGEST_S: Final = 600
SOAK: Final = 20
"""Of so many minutes of a long campaign one is a soak's, and of a short one half a minute."""

NAMESPACES: Final = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
)
"""What a program mounts and starts behind these ends with it, however it ends; for root alone."""

_OWN: Final = "mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && mount -t tmpfs tmpfs /dev/shm"
CONFINED: Final = (*NAMESPACES, *("sh", "-c", f'{_OWN} && "$@"; exit $?', "sh"))

NAME: Final = re.compile(r"test_(r\d+)_\w+\.py")


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


def run(path: Path, *, seed: int, folder: Path, soak_minutes: float) -> Run:
    """Run a scenario's file in a process of its own."""
    scenario = number(path)
    record, log = (folder / f"{scenario}-{seed}.{kind}" for kind in ("jsonl", "log"))
    record.unlink(missing_ok=True)
    told = {"SEED": str(seed), "RECORD": str(record), "MINUTES": str(soak_minutes)}
    environment = {**os.environ, **{f"ASKANCE_CHAOS_{name}": value for name, value in told.items()}}
    command = [sys.executable, "-m", "pytest", "-m", "chaos", "-p", "no:cacheprovider", str(path)]
    confined = CONFINED if os.geteuid() == 0 else ()
    longest_s = LONGEST_S + 60 * soak_minutes
    begun = time.monotonic()
    with log.open("w") as said:
        try:
            done = subprocess.run(
                [*confined, *command], env=environment, stdout=said, stderr=said, check=False, timeout=longest_s
            )
            code = done.returncode
        except subprocess.TimeoutExpired:
            said.write(f"not over after {longest_s:.0f} s\n")
            code = -1
    output = log.read_text()
    lines = record.read_text().splitlines() if record.exists() else []
    skips: Counter[str] = Counter()
    for count, reason in re.findall(r"^SKIPPED \[(\d+)\] \S+ (.*)$", output, re.MULTILINE):
        skips[reason] += int(count)
    return Run(
        scenario,
        seed,
        tuple(Verdict.from_json(json.loads(line)) for line in lines),
        passed=code == 0,
        skipped=skips,
        seconds=time.monotonic() - begun,
        output=output,
    )


def rounds(paths: Sequence[Path], *, seeds: Iterable[int], folder: Path, soak_minutes: float) -> Iterable[Run]:
    """Run all scenarios with each seed in turn, in lanes."""
    with ExitStack() as stack:
        lanes = [stack.enter_context(ThreadPoolExecutor(1)) for _ in LANES]
        for seed in seeds:
            runs = [
                lanes[lane(number(path))].submit(run, path, seed=seed, folder=folder, soak_minutes=soak_minutes)
                for path in paths
            ]
            for done in as_completed(runs):
                yield done.result()


def lane(scenario: str) -> int:
    """Return in which lane a scenario runs."""
    return next((at for at, names in enumerate(LANES) if scenario in names), len(LANES) - 1)


def seeds_until(deadline: float, first: int, *, least: int) -> Iterable[int]:
    """Count seeds up from ``first``: ``least`` of them, and more until ``deadline`` on the monotonic clock."""
    for seed in itertools.count(first):
        if seed >= first + least and time.monotonic() >= deadline:
            return
        yield seed


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
    found: dict[str, Verdict] = {}
    soak_minutes = max(options.minutes / SOAK, 0.5)
    begun = time.monotonic()
    seeds = seeds_until(time.monotonic() + 60 * options.minutes, options.seed, least=options.rounds)
    for one in rounds(scenarios(options.only), seeds=seeds, folder=folder, soak_minutes=soak_minutes):
        runs.append(one)
        sys.stderr.write(f"{one.scenario}: {'passed' if one.passed else 'FAILED'} in {one.seconds:.0f} s\n")
        if not one.passed:
            sys.stderr.write(one.output)
        found = summary(runs, everything=os.geteuid() == 0)
        options.json.write_text(json.dumps(report(found, runs), indent=2) + "\n")
    sys.stdout.write(f"{table(found, runs)}\n{(time.monotonic() - begun) / 60:.1f} minutes\n")
    return 0 if all(one.passed for one in runs) and not any(verdict.failures for verdict in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
