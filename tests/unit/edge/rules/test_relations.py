"""Of two conditions of one kind it is known whether one is within the other, and whether both can hold."""

import pytest

from askance.edge.rules.circumstances import Asked, Fence, Hours, Reading
from askance.edge.rules.conditions import Clause, Doubt, Fault, Novel
from askance.edge.rules.relations import exclusive, implies
from askance.edge.values import Measure

ENTROPY = Measure("entropy")
NARROW, WIDE = (Measure("near_threshold", None, low, high) for low, high in ((0.3, 0.5), (0.2, 0.7)))
MORNING, EARLY = Hours(from_min=360, to_min=720), Hours(from_min=300, to_min=780)
HERE = Fence((48.0, 11.0), 100.0)
DARK, BLURRED = Fault(brightness_below=0.2), Fault(sharpness_below=0.1)


@pytest.mark.parametrize(
    ("one", "other", "within"),
    [
        (Doubt(ENTROPY, 0.6), Doubt(ENTROPY, 0.4), True),
        (Doubt(NARROW, 0.0), Doubt(WIDE, 0.0), True),
        (Doubt(NARROW, 0.0), Doubt(WIDE, 0.5), False),
        (Novel(0.6), Novel(0.4), True),
        (MORNING, EARLY, True),
        (Reading("speed", 5.0, None), Reading("speed", 3.0, None), True),
        (Reading("speed", 5.0, 8.0), Reading("speed", None, 9.0), True),
        (Reading("speed", 5.0, None), Reading("rpm", 3.0, None), False),
        (Reading("speed", None, 5.0), Reading("speed", 3.0, None), False),
        (Fence((48.0, 11.0), 50.0), HERE, True),
        (Fence((48.0005, 11.0), 50.0), HERE, False),
        (DARK, Fault(brightness_below=0.5), True),
        (DARK, Fault(brightness_below=0.5, glare_above=0.1), True),
        (Fault(glare_above=0.3), Fault(glare_above=0.1), True),
        (Fault(glare_above=0.3, sharpness_below=0.1), Fault(glare_above=0.1), False),
        (Asked(), Asked(), True),
        (Asked(), DARK, False),
    ],
)
def test_what_holds_only_where_another_does(one: Clause, other: Clause, *, within: bool) -> None:
    assert within == implies(one, other)
    assert implies(one, one)
    assert implies(other, one) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (MORNING, Hours(from_min=720, to_min=780), True),
        (MORNING, EARLY, False),
        (Reading("speed", 5.0, None), Reading("speed", None, 5.0), True),
        (Reading("speed", 5.0, None), Reading("speed", 3.0, 6.0), False),
        (Reading("speed", 5.0, None), Reading("rpm", None, 5.0), False),
        (HERE, Fence((48.0, 11.01), 100.0), True),
        (HERE, Fence((48.0, 11.002), 100.0), False),
        (DARK, BLURRED, False),
    ],
)
def test_what_never_holds_together(one: Clause, other: Clause, *, apart: bool) -> None:
    assert apart == exclusive(one, other) == exclusive(other, one)
    assert not exclusive(one, one)
