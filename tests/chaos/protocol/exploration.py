"""Visits every state that a search finds, and whether the end can be reached from each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.protocol.passage import Kinds
from chaos.protocol.search import Search, State


@dataclass(slots=True)
class Found:
    """What a search has found.

    Attributes:
        states: how many there are.
        broken: the promise that one of them breaks; None when none does.
        stuck: how many states there are from which, without a further fault, the end cannot be reached.
    """

    states: int
    broken: str | None
    stuck: int

    @property
    def well(self) -> bool:
        """Whether every promise is kept."""
        return self.broken is None and not self.stuck


def explore(kinds: Kinds, roots: Sequence[State], *, most: int | None = None) -> Found:
    """Visit every state that may follow; stop at the first that breaks a promise.

    Args:
        kinds: what device and receivers are made of.
        roots: where to begin.
        most: states, more or less; what follows the last of them is not looked at, and taken for good. None: all.
    """
    search = Search(kinds)
    numbers = {root: number for number, root in enumerate(roots)}
    frontier = list(numbers)
    before: list[list[int]] = [[] for _ in roots]
    over: list[int] = []
    while frontier and (most is None or len(numbers) < most):
        state = frontier.pop()
        number = numbers[state]
        if state.broken:
            return Found(len(numbers), state.broken, 0)
        if state.over:
            over.append(number)
        for following in search.steps(state):
            at = numbers.get(following)
            if at is None:
                at = numbers[following] = len(numbers)
                before.append([])
                frontier.append(following)
            if following.faults == state.faults:
                before[at].append(number)
    over += [numbers[state] for state in frontier]
    return Found(len(numbers), None, len(numbers) - reach(over, before))


def reach(over: list[int], before: list[list[int]]) -> int:
    """Count the states from which an end can be reached."""
    reached, waiting = set(over), list(over)
    while waiting:
        for number in before[waiting.pop()]:
            if number not in reached:
                reached.add(number)
                waiting.append(number)
    return len(reached)


def first_faults(faults: int) -> list[State]:
    """Return, in an order that does not change, what a first fault of several leads to."""
    search, first = Search(Kinds()), State(faults=faults)
    seen, frontier, after = {first}, [first], dict[State, None]()
    while frontier:
        for following in search.steps(frontier.pop()):
            if following.faults < faults:
                after[following] = None
            elif following not in seen:
                seen.add(following)
                frontier.append(following)
    return list(after)
