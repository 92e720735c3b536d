"""Power cuts of many stores of a kind, two at a time: of sound ones, and of those that are broken on purpose."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from chaos import confined
from chaos.breakage import WHOLE
from chaos.verdict import Verdict

LANES: Final = 2


@dataclass(frozen=True, slots=True)
class Control:
    """What is broken on purpose: one of NICHES in the worker, or all of it by a ``wrapper``.

    Attributes:
        name: of the control.
        sign: the failure that gives it away, up to its colon.
        broken: the niche.
        wrapper: words before the worker's command.
    """

    name: str
    sign: str
    broken: str = WHOLE
    wrapper: tuple[str, ...] = ()


def cut_power(store: str, folder: Path, *, random: Random, cuts: int) -> Verdict:
    """Cut the power of stores of one kind (see ``power_cuts``) so often, in two lanes."""

    def lane(seed: int) -> Verdict:
        return confined.run("power_cuts.py", store, folder, seed, cuts // LANES, WHOLE)

    with ThreadPoolExecutor(LANES) as lanes:
        first, *others = lanes.map(lane, [random.getrandbits(32) for _ in range(LANES)])
    return sum(others, start=first)


def control(store: str, folder: Path, *, random: Random, cuts: int, controls: Sequence[Control]) -> Verdict:
    """Cut the power of broken stores: what is found wrong there is what has to be found."""

    def try_out(one: Control, seed: int) -> Verdict:
        return confined.run("power_cuts.py", store, folder, seed, cuts, one.broken, wrapper=one.wrapper)

    with ThreadPoolExecutor(LANES) as lanes:
        verdicts = [*lanes.map(try_out, controls, [random.getrandbits(32) for _ in controls])]
    caught = {one.name: _shows(verdict, one.sign) for one, verdict in zip(controls, verdicts, strict=True)}
    return Verdict(verdicts[0].scenario, "", len(controls), controls=caught)


def _shows(verdict: Verdict, sign: str) -> bool:
    return any(failure.startswith(f"{sign}: ") for failure in verdict.failures)
