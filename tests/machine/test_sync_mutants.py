"""The model of the line and the centre catches machines and centres that break their promises."""

from functools import partial

import pytest

from askance.edge.sync import Patience
from support_faults import Faults, Setup
from support_mutants import Eager
from support_world import World, machine

LIMIT_S = 1800.0


def test_the_harness_catches_a_machine_that_believes_the_broker() -> None:
    sizes = tuple(range(1000, 40_000, 2000))

    world = World(Setup(sizes, Faults(lose_up=0.3)), 5, make=partial(machine, kind=Eager))

    with pytest.raises(AssertionError, match="delivered what the centre lacks"):
        world.run(limit_s=LIMIT_S)


def test_the_harness_catches_a_machine_that_never_asks_again() -> None:
    sizes = tuple(range(1000, 40_000, 2000))
    setup = Setup(sizes, Faults(lose_up=0.1))

    forgetful = partial(machine, patience=Patience(1e9, 1e9))

    real, mutant = World(setup, 5, make=machine), World(setup, 5, make=forgetful)
    real.run(limit_s=LIMIT_S)
    mutant.run(limit_s=LIMIT_S)

    assert real.left == 0
    assert mutant.left > 0


def test_the_harness_catches_a_centre_that_does_not_assemble_on_a_query() -> None:
    sizes = tuple(range(1000, 40_000, 2000))
    faults = Faults(centre_restart_every_s=5.0)

    right = World(Setup(sizes, faults), 5, make=machine)
    wrong = World(Setup(sizes, faults, assembles_on_query=False), 5, make=machine)
    right.run(limit_s=LIMIT_S)
    wrong.run(limit_s=LIMIT_S)

    assert right.left == 0
    assert wrong.left > 0
