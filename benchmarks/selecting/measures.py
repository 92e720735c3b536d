"""How good a selection is: errors found against chance and against an oracle, labelling time, copies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COPY_BITS = 4

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """The frames that are chosen from, in the order in which they were taken.

    Attributes:
        errors: (n,): the detector's errors in each.
        missed: (n,): the objects that it missed.
        seconds: (n,): what labelling takes.
        hashes: (n,), uint64: difference hashes.
    """

    errors: Vector
    missed: Vector
    seconds: Vector
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.errors)

    def take(self, rows: NDArray[np.intp]) -> "Pool":
        """Return other frames, or some of them twice."""
        return Pool(self.errors[rows], self.missed[rows], self.seconds[rows], self.hashes[rows])


@dataclass(frozen=True, slots=True)
class Figures:
    """What a selection is worth.

    Attributes:
        lift: share of all errors found / share of the frames taken; 1 is chance.
        headroom: (lift - 1) / (lift of the oracle that knows the errors - 1).
        gain: errors found a labelling second / the same of all frames, which is what chance finds.
        missed: objects in the selection that the detector had missed, each once.
        copies: share of the frames taken whose hash is within ``COPY_BITS`` bits of a frame taken before.
    """

    lift: float
    headroom: float
    gain: float
    missed: float
    copies: float


def pick(scores: Vector | None, *, total: int, count: int, random: np.random.Generator) -> NDArray[np.intp]:
    """Return the places of the frames taken: greatest score first, equal ones by chance; without scores evenly spaced.

    Args:
        scores: (total,), or None.
        total: how many frames there are.
        count: how many are taken.
        random: breaks ties, and says where an even spacing begins.
    """
    if scores is None:
        return np.floor((np.arange(count) + random.random()) * total / count).astype(np.intp)
    return np.lexsort((random.random(total), -scores))[:count]


def lift_of(chosen: NDArray[np.intp], pool: Pool) -> float:
    """Return the share of all errors in a selection / its share of the frames; 1 where there are none."""
    total = pool.errors.sum()
    return float(pool.errors[chosen].sum() / total / (len(chosen) / len(pool))) if total else 1.0


def measure(chosen: NDArray[np.intp], pool: Pool) -> Figures:
    """Measure one selection."""
    lift = lift_of(chosen, pool)
    best = lift_of(np.argsort(-pool.errors, kind="stable")[: len(chosen)], pool)
    rate = pool.errors.sum() / pool.seconds.sum()
    gain = pool.errors[chosen].sum() / pool.seconds[chosen].sum() / rate
    return Figures(
        lift=lift,
        headroom=(lift - 1) / (best - 1) if best > 1 else 1.0,
        gain=float(gain),
        missed=float(pool.missed[chosen].sum()),
        copies=_copies(pool.hashes[chosen].tolist()),
    )


def mean_figures(scores: Vector | None, pool: Pool, *, share: float, seeds: int) -> Figures:
    """Return the mean over seeds; a seed decides what chance decides, see ``pick``."""
    count = budget(len(pool), share)
    each = [
        measure(pick(scores, total=len(pool), count=count, random=np.random.default_rng(seed)), pool)
        for seed in range(seeds)
    ]
    names = Figures.__slots__
    return Figures(**{name: float(np.mean([getattr(one, name) for one in each])) for name in names})


def budget(total: int, share: float) -> int:
    """Return how many frames a share of them is, at least one."""
    return max(1, round(total * share))


def differences(
    strategies: Mapping[str, Vector | None], pool: Pool, *, ours: str, shares: Sequence[float], rounds: int
) -> dict[str, list[tuple[float, float, float]]]:
    """Compare the lift of one strategy with that of each other one on the same resampled frames.

    The paired bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13): each round draws as
    many frames as there are with replacement, and both strategies choose from those.

    Returns:
        For each other strategy and share: the mean difference, and its 2.5 and 97.5 percentiles.
    """
    random = np.random.default_rng(0)
    lifts = {name: np.empty((rounds, len(shares))) for name in strategies}
    for number in range(rounds):
        rows = np.sort(random.integers(0, len(pool), len(pool)))
        drawn = pool.take(rows)
        for name, scores in strategies.items():
            resampled = None if scores is None else scores[rows]
            for place, share in enumerate(shares):
                count = budget(len(pool), share)
                chosen = pick(resampled, total=len(pool), count=count, random=random)
                lifts[name][number, place] = lift_of(chosen, drawn)
    return {
        name: [_interval(lifts[ours][:, place] - lifts[name][:, place]) for place in range(len(shares))]
        for name in strategies
        if name != ours
    }


def _interval(values: Vector) -> tuple[float, float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def _copies(hashes: Sequence[int]) -> float:
    copies = [
        any((each ^ other).bit_count() <= COPY_BITS for other in hashes[:place]) for place, each in enumerate(hashes)
    ]
    return sum(copies) / len(copies)
