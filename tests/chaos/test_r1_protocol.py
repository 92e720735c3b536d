"""The protocol itself: the real sync machine, receivers and catalog under faults of every kind, in simulated time.

Many random schedules with up to four frames and three receivers; and every order of events there is with one frame of
two chunks, two receivers and one fault, then some of what a second fault may add.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

import pytest

from chaos.protocol.catalog import Catalog
from chaos.protocol.exploration import Found, explore, first_faults
from chaos.protocol.mutants import SEARCHED, SOUND, WRONG, Mutant
from chaos.protocol.passage import Kinds, Outcome, draw, run
from chaos.protocol.search import State
from chaos.verdict import Verdict

SCHEDULES: Final = {"as it is": 2400, "chunks committed one by one": 300}
HUNTED: Final = 2000  # schedules in which a mutant has to give itself away; most need some twenty
SLICES: Final = 900  # rounds until a second fault has been tried after every first one
STATES: Final = 80_000  # in a round, with two faults; there are two million


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Have receivers refuse without a word: they do it often here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_lost_doubled_or_stuck_in_random_schedules(
    name: str, random: Random, found: Callable[[Verdict], None]
) -> None:
    outcomes = list(outcomes_of(SOUND[name], random, SCHEDULES[name]))

    found(
        Verdict(
            "R1",
            "random schedules of the protocol",
            len(outcomes),
            lost=sum(outcome.lost for outcome in outcomes),
            duplicated=sum(outcome.duplicated for outcome in outcomes),
            stuck=sum(outcome.stuck for outcome in outcomes),
            wrong=tuple(sorted({sentence for outcome in outcomes for sentence in outcome.wrong})),
        )
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_protocol_gives_itself_away(name: str, random: Random, found: Callable[[Verdict], None]) -> None:
    mutant = WRONG[name]
    assert mutant.sign is not None
    schedules = 0
    for outcome in outcomes_of(mutant, random, HUNTED):
        schedules += 1
        if getattr(outcome, mutant.sign):
            break

    caught = schedules < HUNTED
    found(Verdict("R1", "random schedules of the protocol", 1, controls={name: caught}))


@pytest.mark.timeout(600)
def test_no_order_of_events_breaks_the_protocol(seed: int, found: Callable[[Verdict], None]) -> None:
    one = explore(Kinds(), [State(faults=1)])
    two = explore(Kinds(), first_faults(2)[seed % SLICES :: SLICES], most=STATES)

    found(searched("every order of events with one fault", one) + searched("some of those with two", two))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SEARCHED)
def test_the_search_finds_a_wrong_protocol(name: str, found: Callable[[Verdict], None]) -> None:
    with WRONG[name].patched():
        seen = explore(WRONG[name].kinds, [State(faults=1)])

    found(Verdict("R1", "every order of events with one fault", 1, controls={f"{name}, searched": not seen.well}))


def outcomes_of(mutant: Mutant, random: Random, count: int) -> Iterator[Outcome]:
    """Run schedules; one that is not well is told with what it takes to run it again."""
    catalog = Catalog(unique=mutant.unique)
    with mutant.patched():
        for _ in range(count):
            schedule = draw(random)
            outcome = run(schedule, catalog, kinds=mutant.kinds)
            if not (outcome.well or mutant.sign):
                sys.stderr.write(f"{outcome}\n{schedule}\n")
            yield outcome


def searched(title: str, seen: Found) -> Verdict:
    """Say what a search has found."""
    return Verdict(
        "R1",
        title,
        1,
        stuck=seen.stuck,
        wrong=() if seen.broken is None else (f"{title}: {seen.broken}",),
        figures={f"states: {title}": seen.states},
    )
