"""What the runs of a campaign found: added up by scenario, as a table and as a report."""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chaos.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Run:
    """One scenario's file, run once.

    Attributes:
        scenario: "R3".
        seed: of its chances.
        verdicts: what its tests found, in their order.
        passed: whether pytest was content.
        skipped: why parts were not run, and how many.
        seconds: how long it took.
        output: what pytest said.
    """

    scenario: str
    seed: int
    verdicts: tuple[Verdict, ...]
    passed: bool
    skipped: Mapping[str, int]
    seconds: float
    output: str


def summary(runs: Sequence[Run], *, everything: bool) -> dict[str, Verdict]:
    """Add up what was found, by scenario in the campaign's order.

    Args:
        runs: all of them; one that ended badly without a word is told.
        everything: whether nothing may be left out, as where one is root.
    """
    total: dict[str, Verdict] = {}
    for one in runs:
        parts = list(one.verdicts)
        if not one.passed and not any(part.failures for part in parts):
            parts.append(Verdict(one.scenario, "", 0, wrong=("ended badly: see what pytest said",)))
        if everything and one.skipped:
            parts.append(Verdict(one.scenario, "", 0, wrong=tuple(f"not run: {reason}" for reason in one.skipped)))
        for part in parts:
            total[one.scenario] = total[one.scenario] + part if one.scenario in total else part
    unproven = {name for name, whole in total.items() if not whole.controls}
    for name in unproven - {one.scenario for one in runs if one.skipped}:
        total[name] += Verdict(name, "", 0, wrong=("no control was run",))
    return {name: total[name] for name in in_order(total)}


def in_order(names: Iterable[str]) -> list[str]:
    """Sort scenarios as the campaign numbers them."""
    return sorted(names, key=lambda name: int(name[1:]))


def table(found: Mapping[str, Verdict], runs: Sequence[Run]) -> str:
    """Draw the table."""
    lines = [f"{'':4} {'trials':>7} {'lost':>5} {'doubled':>7} {'stuck':>5} {'caught':>7} {'s':>5}  what was done"]
    for scenario, verdict in found.items():
        caught = f"{sum(verdict.controls.values())}/{len(verdict.controls)}"
        lines.append(
            f"{scenario:4} {verdict.trials:7} {verdict.lost:5} {verdict.duplicated:7} {verdict.stuck:5} {caught:>7}"
            f" {seconds(runs, scenario):5.0f}  {verdict.title}"
        )
        lines += [f"{'':4} FAILED: {failure}" for failure in verdict.failures]
    for scenario in in_order({one.scenario for one in runs}):
        lines += [f"{scenario:4} not run: {count} x {reason}" for reason, count in skipped(runs, scenario).items()]
    return "\n".join(lines)


def seconds(runs: Sequence[Run], scenario: str) -> float:
    """Return how long a scenario has taken in all."""
    return sum(one.seconds for one in runs if one.scenario == scenario)


def skipped(runs: Sequence[Run], scenario: str) -> Counter[str]:
    """Count what was not run of a scenario, by its reason."""
    return sum((Counter(one.skipped) for one in runs if one.scenario == scenario), Counter())


def report(found: Mapping[str, Verdict], runs: Sequence[Run]) -> dict[str, object]:
    """Return what `reliability-report.json` holds; a scenario of which nothing could be run has not passed."""
    nothing = {name: Verdict(name, "", 0) for name in {one.scenario for one in runs} - set(found)}
    whole = {**found, **nothing}
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seeds": sorted({one.seed for one in runs}),
        "scenarios": {
            scenario: {
                **whole[scenario].as_json(),
                "passed": not whole[scenario].failures,
                "seconds": round(seconds(runs, scenario), 1),
                "not run": dict(skipped(runs, scenario)),
            }
            for scenario in in_order(whole)
        },
    }
