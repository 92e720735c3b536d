"""The random arm's lottery: every frame is drawn by itself, with a probability that is known."""

from dataclasses import dataclass

from askance.edge.rules.facts import FrameFacts
from askance.edge.rules.finding import Finding
from askance.units import Rate


@dataclass(frozen=True, slots=True)
class Lottery:
    """Either a rate per time or a probability per frame."""

    chance: Rate | float

    def evaluate(self, facts: FrameFacts) -> Finding:
        """Draw the frame, or not."""
        won = draws(self, facts.draw, elapsed_ns=facts.elapsed_ns)
        return Finding(won, "random", float(won), "drawn by lot" if won else "not drawn by lot")


def inclusion_probability(lottery: Lottery, *, elapsed_ns: int) -> float:
    """Return the chance, in [0, 1], of a frame that stands for ``elapsed_ns``.

    With a rate of ``n`` per period it is proportional to that time: ``min(1, n * elapsed / period)``.
    Independent draws with these probabilities are Poisson sampling; the Horvitz-Thompson estimator, which weighs each
    frame by the inverse of its probability, is unbiased for them (Horvitz and Thompson, 1952).
    """
    chance = lottery.chance
    if not isinstance(chance, Rate):
        return chance
    return min(1.0, chance.amount * max(0, elapsed_ns) / (chance.period.total_seconds() * 1e9))


def draws(lottery: Lottery, draw: float, *, elapsed_ns: int) -> bool:
    """Whether a frame is drawn.

    Args:
        lottery: which.
        draw: uniform in [0, 1).
        elapsed_ns: the time that the frame stands for.
    """
    return draw < inclusion_probability(lottery, elapsed_ns=elapsed_ns)
