"""Every order of events with one frame of two chunks, two receivers and a bounded number of faults.

A state is a value; what follows it is computed by the real machine, the real receiver and SQLite, and remembered.
"""

from collections.abc import Iterator
from functools import cache, partial
from typing import Final, NamedTuple, TypeVar

from askance.edge.sync import Event, Lost, Received, Settled, Tick
from askance.wire.codec import load_json
from askance.wire.receipts import Receipts
from chaos.protocol.desk import Books, Desk, Worked
from chaos.protocol.passage import Kinds
from chaos.protocol.pose import LINE, Deed, Piece, Pose, Sent, act, wake_s

LONGEST: Final = 3  # messages before one receiver
RELEASED: Final[frozenset[Deed]] = frozenset({"deliver", "set aside"})


class State(NamedTuple):
    """Everything there is.

    Attributes:
        pose: the device's sync machine.
        held: whether the device holds the frame.
        wire: what it has published and the broker has not taken; in no order.
        acks: tickets of PUBACKs on their way.
        desks: for each receiver what waits before it, in order, and whether it has greeted.
        books: what the centre has on its disk.
        receipts: on their way to the device, in no order.
        faults: how many may still happen.
    """

    pose: Pose = Pose()
    held: bool = True
    wire: tuple[Sent, ...] = ()
    acks: tuple[int, ...] = ()
    desks: tuple[tuple[tuple[Piece, ...], bool], ...] = (((), False), ((), False))
    books: Books = Books()
    receipts: tuple[bytes, ...] = ()
    faults: int = 0

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way."""
        return not (self.wire or self.acks or self.receipts or any(queue for queue, _ in self.desks))

    @property
    def over(self) -> bool:
        """Whether all is done: the frame is at the centre alone, once and whole, and nothing waits."""
        done = not self.held and self.books.captures == 1 and self.books.envelope and not self.books.staged
        return done and self.quiet

    @property
    def broken(self) -> str | None:
        """The promise that this state breaks."""
        if not self.held and not (self.books.captures and self.books.envelope):
            return "lost"
        return "duplicated" if self.books.captures > 1 else None


class Search:
    """Finds what may follow a state.

    Args:
        kinds: what device and receivers are made of.
    """

    def __init__(self, kinds: Kinds) -> None:
        desk, machine = Desk(kinds), kinds.machine
        self._work = cache(partial(desk.work))
        self._begin = cache(desk.begin)
        self._act = cache(partial(act, machine))
        self._wake_s = cache(partial(wake_s, machine))

    def steps(self, state: State) -> Iterator[State]:
        """Yield every state that may follow; the two receivers are alike, so their order says nothing."""
        for following in self._steps(state):
            one, other = following.desks
            yield following if one <= other else following._replace(desks=(other, one))

    def _steps(self, state: State) -> Iterator[State]:
        yield from self._broker(state)
        for number in range(len(state.desks)):
            yield from self._desk(state, number)
        yield from self._device(state)
        if state.faults:
            yield from self._disasters(state._replace(faults=state.faults - 1))

    def _broker(self, state: State) -> Iterator[State]:
        """Take a message: it goes to one receiver, or is lost, or goes to two or twice to one."""
        for sent in dict.fromkeys(state.wire):
            wire = without(state.wire, sent)
            acks = joined(state.acks, sent.ticket) if sent.ticket else state.acks
            left = state._replace(wire=wire, acks=acks)
            for number in range(len(state.desks)):
                yield from given(left, sent.piece, number)
            if not sent.ticket:
                yield left
            elif state.faults:
                left = left._replace(faults=state.faults - 1)
                yield left
                for number in range(len(state.desks)):
                    for twice in given(left, sent.piece, number):
                        yield from given(twice, sent.piece, 0)
                        yield from given(twice, sent.piece, 1)

    def _desk(self, state: State, number: int) -> Iterator[State]:
        """Have a receiver take its first message or all of them, and perhaps die on the way."""
        queue, greeted = state.desks[number]
        for taken in sorted({1, len(queue)}) if queue else ():
            worked = self._work(state.books, queue[:taken], greeted=greeted, dies_at=None)
            yield after_work(state, worked, number, queue[worked.acknowledged :])
            if not state.faults:
                continue
            left = state._replace(faults=state.faults - 1)
            deaths = [self._work(state.books, queue[:taken], greeted=greeted, dies_at=at) for at in range(worked.steps)]
            for died in dict.fromkeys(deaths):
                yield from self._reborn(after_work(left, died, number, ()), number, queue[died.acknowledged :])

    def _reborn(self, state: State, number: int, unacknowledged: tuple[Piece, ...]) -> Iterator[State]:
        """Start a receiver anew; what the dead one left unacknowledged is lost, or comes to the other."""
        begun = self._begin(state.books)
        alone = after_work(state, begun, number, ())
        yield alone
        queue, greeted = alone.desks[1 - number]
        if unacknowledged and len(queue) + len(unacknowledged) <= LONGEST:
            yield seated(alone, 1 - number, (queue + unacknowledged, greeted))

    def _device(self, state: State) -> Iterator[State]:
        """Have the device hear something, dial, or find that time has passed."""
        if not state.pose.connected:
            yield from self._hears(state, LINE)
            for receipt in dict.fromkeys(state.receipts):
                yield state._replace(receipts=without(state.receipts, receipt))
            return
        for ticket in state.acks:
            yield from self._hears(state._replace(acks=without(state.acks, ticket)), Settled(ticket))
        for receipt in dict.fromkeys(state.receipts):
            event = said(receipt)
            heard = state._replace(receipts=without(state.receipts, receipt))
            yield from self._hears(heard, event)
            if state.faults:
                yield heard._replace(faults=state.faults - 1)
                yield from self._hears(state._replace(faults=state.faults - 1), event)
        wait_s = self._wake_s(state.pose)
        if wait_s is not None and (state.quiet or state.faults):
            late = state if state.quiet else state._replace(faults=state.faults - 1)
            yield from self._hears(late, Tick(), after_s=wait_s)

    def _hears(self, state: State, event: Event, *, after_s: float = 0.0) -> Iterator[State]:
        """Give the device's machine an event; its power may be cut between any two of the things that it then does."""
        acted = self._act(state.pose, held=state.held, event=event, after_s=after_s)
        renewed = [Sent(acted.tickets.get(sent.ticket, 0), sent.piece) for sent in state.wire]
        published = [deed for deed in acted.deeds if isinstance(deed, Sent)]
        yield state._replace(
            pose=acted.pose,
            held=state.held and not RELEASED & set(acted.deeds),
            wire=tuple(sorted([*renewed, *published])),
            acks=tuple(sorted(acted.tickets[ticket] for ticket in state.acks if ticket in acted.tickets)),
        )
        if state.faults:
            for done in range(len(acted.deeds)):
                deeds = acted.deeds[:done]
                dark = state._replace(
                    faults=state.faults - 1,
                    held=state.held and not RELEASED & set(deeds),
                    wire=tuple(sorted([*state.wire, *(deed for deed in deeds if isinstance(deed, Sent))])),
                )
                yield cut(dark)

    def _disasters(self, state: State) -> Iterator[State]:
        """Cut the device's power, break its line, have an idle receiver die, or the broker."""
        yield cut(state)
        broken = list(self._hears(state, Lost()))[:1] if state.pose.connected else [state]
        if state.pose.connected:
            yield from broken
        for number, (queue, _) in enumerate(state.desks):
            if not queue:
                yield from self._reborn(state, number, ())
        for left in broken:
            dead = left._replace(wire=(), receipts=())
            for number in range(len(state.desks)):
                dead = next(self._reborn(dead, number, ()))
            yield dead


def cut(state: State) -> State:
    """Have the device go dark; what is on the wire may still arrive."""
    wire = tuple(sorted(Sent(0, sent.piece) for sent in state.wire))
    return state._replace(pose=Pose(), wire=wire, acks=())


def given(state: State, piece: Piece, number: int) -> Iterator[State]:
    """Put a message before a receiver, unless too many wait there."""
    queue, greeted = state.desks[number]
    if len(queue) < LONGEST:
        yield seated(state, number, ((*queue, piece), greeted))


def seated(state: State, number: int, desk: tuple[tuple[Piece, ...], bool]) -> State:
    """Change one receiver."""
    return state._replace(desks=(desk, state.desks[1]) if number == 0 else (state.desks[0], desk))


def after_work(state: State, worked: Worked, number: int, queue: tuple[Piece, ...]) -> State:
    """Take over what a receiver did."""
    receipts = tuple(sorted([*state.receipts, *worked.said]))
    return seated(state._replace(books=worked.books, receipts=receipts), number, (queue, worked.greeted))


Item = TypeVar("Item")


def without(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """Leave one of the equal items out."""
    at = items.index(item)
    return items[:at] + items[at + 1 :]


def joined(items: tuple[int, ...], item: int) -> tuple[int, ...]:
    """Put one in, in order."""
    return tuple(sorted([*items, item]))


@cache
def said(receipts: bytes) -> Received:
    """Read receipts."""
    return Received(load_json(Receipts, receipts))
