"""What two conditions are to each other, whatever a device sees."""

from math import inf

from askance.edge.rules.circumstances import Fence, Hours, Reading, metres
from askance.edge.rules.conditions import Clause, Doubt, Fault, Novel


def implies(one: Clause, other: Clause) -> bool:
    """Whether a condition holds only where the other does, as far as can be told from conditions of the same kind."""
    match one, other:
        case (Doubt(measure, at_least), Doubt(same, least)):
            return (measure == same and at_least >= least) or (least == 0 and measure.inside(same))
        case (Novel(at_least), Novel(least)):
            return at_least >= least
        case (Hours(), Hours()):
            return one.minutes() <= other.minutes()
        case (Reading(), Reading()):
            return one.name == other.name and _above(one.above, other.above) and _below(one.below, other.below)
        case (Fence(), Fence()):
            return metres(one.centre, other.centre) + one.within_m <= other.within_m
        case (Fault(), Fault()):
            return _worse(one, other)
        case _:
            return one == other


def exclusive(one: Clause, other: Clause) -> bool:
    """Whether two conditions never hold together: of one reading other numbers, other times, or places far apart."""
    match one, other:
        case (Hours(), Hours()):
            return one.minutes().isdisjoint(other.minutes())
        case (Reading(name, above, below), Reading(same, over, under)) if name == same:
            low = max((limit for limit in (above, over) if limit is not None), default=-inf)
            return low >= min((limit for limit in (below, under) if limit is not None), default=inf)
        case (Fence(), Fence()):
            return metres(one.centre, other.centre) > one.within_m + other.within_m
        case _:
            return False


def _above(one: float | None, other: float | None) -> bool:
    """Whether what lies above one limit lies above the other; None: no limit."""
    return other is None or (one is not None and one >= other)


def _below(one: float | None, other: float | None) -> bool:
    return other is None or (one is not None and one <= other)


def _worse(one: Fault, other: Fault) -> bool:
    """Whether every fault that one asks for is one that the other asks for, and as bad."""
    below = ("sharpness_below", "brightness_below", "view_below")
    above = ("brightness_above", "glare_above", "dirt_above")
    limits = [
        *((getattr(one, name), getattr(other, name), _below) for name in below),
        *((getattr(one, name), getattr(other, name), _above) for name in above),
    ]
    return all(mine is None or (its is not None and nested(mine, its)) for mine, its, nested in limits)
