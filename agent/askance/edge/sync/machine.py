"""The sync machine: asks the centre what it has of the due frames, sends what it misses, believes its receipts."""

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Final, assert_never

from askance.edge.sync.allowance import Allowance
from askance.edge.sync.messages import (
    Admit,
    Ask,
    Ceiling,
    Command,
    Connected,
    Deliver,
    Doubt,
    Due,
    Event,
    Fetch,
    HangUp,
    Kept,
    Lost,
    Post,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Stuck,
    Tick,
    Vanished,
)
from askance.edge.sync.patience import Patience
from askance.edge.sync.tolerance import FLOOR, STRIKES
from askance.edge.sync.transfer import Phase, Transfer, Turn
from askance.edge.sync.underway import Underway
from askance.edge.sync.window import Flight, Window
from askance.wire.receipts import Missing, Receipt, Receipts, Rejected, Stored

REFUSED_PAUSE_S: Final = 5.0
SILENT: Final = 2  # times as long as a broker may owe an answer, for a centre
ASKED_LENGTH: Final = 128  # bytes of one frame in a query, roughly: what it takes of the window


class Sync:
    """What to send next, and when.

    Args:
        window: the bounds of what is in flight.
        frames: most frames under way at once.
        patience: how long to wait for receipts.
        draw: random numbers in [0, 1), for the jitter of waits.
    """

    def __init__(self, window: Window, *, frames: int, patience: Patience, draw: Callable[[], float]) -> None:
        self._window = window
        self._allowance = Allowance(frames)
        self._patience = patience
        self._draw = draw
        self._transfers = Underway()
        self._posts: deque[int] = deque()
        self._asked_at: float | None = None  # since when an answer is owed
        self._connected, self._fetching, self._more = False, False, True
        self._tickets = 0
        self._failures = 0  # of the store, since it last kept a frame

    def receive(self, event: Event, now: float) -> list[Command]:
        """Take one event in at ``now`` (monotonic seconds) and say what to do."""
        before = self._window.ceiling
        commands = self._take(event, now)
        if (known := self._window.ceiling) is not None and known != before:
            commands.append(Ceiling(known, before))
        if not self._connected:
            return commands
        if now >= self._window.stalled_at(self._patience.stalled_s):
            self._connected = False
            return [*commands, HangUp()]
        self._transfers.give_up(now)
        commands += self._post(now)
        if now >= self._allowance.pause_until and not self._posts:
            commands += [*self._ask(now), *self._send(now), *self._fetch(now)]
        return commands

    def doubt(self, now: float) -> Doubt | None:
        """Say why frames may not get there although the broker lets us in; None where nothing seems to be wrong."""
        if self._window.in_vain:
            return Doubt.IN_VAIN
        if self._asked_at is not None and now - self._asked_at >= SILENT * self._patience.stalled_s:
            return Doubt.SILENT
        return Doubt.SWALLOWED if self._transfers.swallowed() else None

    def wake_at(self, now: float) -> float | None:
        """When, after ``now``, the machine wants a ``Tick``; None while only events matter."""
        if not self._connected:
            return None
        stalled_at = self._window.stalled_at(self._patience.stalled_s)
        times = [self._allowance.pause_until, self._allowance.credit_until, stalled_at]
        return min((time for time in [*times, *self._transfers.act_times()] if now < time < inf), default=None)

    def _take(self, event: Event, now: float) -> list[Command]:
        match event:
            case Lost():
                return self._lost(now, by_us=event.by_us)
            case Received():
                return self._heard(event.receipts, now)
            case _:
                self._note(event, now)
                return []

    def _note(self, event: Connected | Due | Kept | Settled | Post | Vanished | Stuck | Tick, now: float) -> None:
        match event:
            case Connected():
                self._window.open(receive_maximum=event.receive_maximum, maximum_packet=event.maximum_packet)
                self._connected, self._more, self._fetching = True, True, False
            case Due():
                self._fetching, self._more = False, event.more
                self._transfers.begin(event.frames, now)
            case Kept():
                self._more, self._failures = True, 0
            case Settled():
                self._settled(event, now)
            case Post():
                self._posts.append(event.length)
            case Vanished():
                self._window.forget(event.ticket)
                self._transfers.pop(event.frame_id, None)
            case Stuck():
                self._stuck(now)
            case Tick():
                pass
            case _:
                assert_never(event)

    def _lost(self, now: float, *, by_us: bool) -> list[Command]:
        """Forget what was under way: the next line begins with a query."""
        poison = self._window.broken(now, by_us=by_us)
        self._transfers.clear()
        self._posts.clear()
        self._allowance.forget()
        self._connected, self._fetching, self._asked_at = False, False, None
        return [] if poison is None else [Quarantine(poison, "the broker hangs up on it")]

    def _stuck(self, now: float) -> None:
        """Forget what was under way, and ask about it again when the store may have recovered."""
        self._window.broken(now, by_us=True)
        self._transfers.clear()
        self._posts.clear()
        self._fetching, self._more = False, True
        self._allowance.pause(now + self._patience.wait_s(self._failures, self._draw()))
        self._failures += 1

    def _settled(self, event: Settled, now: float) -> None:
        flight = self._window.arrive(event.ticket, now, taken=event.problem is None)
        if event.problem is not None:
            self._allowance.pause(now + REFUSED_PAUSE_S * (0.5 + self._draw()))
            self._asked_at = None  # who was not asked is not silent
        transfer = self._transfers.get(flight.frame_id) if flight and flight.frame_id else None
        if transfer is None:
            return
        transfer.outstanding.discard(event.ticket)
        if event.problem is not None:
            transfer.again(now)
        elif transfer.phase is Phase.SENDING and not transfer.needs and not transfer.outstanding:
            transfer.turn(Turn.ALL_SETTLED)
            transfer.since, transfer.act_at = now, now + self._wait_s(transfer)

    def _heard(self, receipts: Receipts, now: float) -> list[Command]:
        self._asked_at = None
        self._allowance.hear(receipts, now, lasting_s=self._patience.most_s)
        if receipts.hello:
            self._more = True
            self._transfers.greet(now, answered={receipt.id for receipt in receipts.a})
        return [command for receipt in receipts.a for command in self._receipt(receipt, now)]

    def _receipt(self, receipt: Receipt, now: float) -> list[Command]:
        """Believe a receipt about a frame under way whose bytes it names; anything else is an old story."""
        transfer = self._transfers.get(receipt.id)
        if transfer is None or receipt.sha not in {None, transfer.frame.sha256}:
            return []
        self._window.confirm(receipt.id, lost=isinstance(receipt, Missing) and transfer.lost(receipt.need))
        if transfer.phase in {Phase.ASKED, Phase.SENT}:
            self._patience.learn(now - transfer.since)
        match receipt:
            case Stored():
                del self._transfers[receipt.id]
                return [Deliver(receipt.id, receipt.sha)]
            case Rejected(perm=True):
                del self._transfers[receipt.id]
                return [Quarantine(receipt.id, receipt.code)]
            case Rejected():
                transfer.tries += 1
                transfer.again(now + self._wait_s(transfer))
            case Missing():
                self._missing(transfer, receipt, now=now)
            case _:
                assert_never(receipt)
        return []

    def _missing(self, transfer: Transfer, receipt: Missing, *, now: float) -> None:
        if not transfer.turn(Turn.MISSING):
            return
        if not transfer.need(receipt.need):
            transfer.tries += 1  # a centre that names nothing we have would leave us waiting for ever
            transfer.again(now + self._wait_s(transfer))
        if transfer.swallowed and transfer.barren % STRIKES == 0 and self._window.swallowed(transfer.swallowed):
            transfer.tries = 0

    def _ask(self, now: float) -> list[Command]:
        ready = self._transfers.ready(now, most=max(1, min(self._window.chunk, FLOOR) // ASKED_LENGTH))
        if not ready or not self._window.fits(ASKED_LENGTH * len(ready)):
            return []
        for transfer in ready:
            transfer.turn(Turn.ASK)
            transfer.since, transfer.act_at = now, now + self._wait_s(transfer)
        self._asked_at = now if self._asked_at is None else self._asked_at
        ticket = self._depart(Flight(None, ASKED_LENGTH * len(ready), now))
        return [Ask(ticket, tuple(transfer.frame for transfer in ready))]

    def _send(self, now: float) -> list[Command]:
        commands: list[Command] = []
        for frame_id, transfer in self._transfers.in_turn(last=self._window.held_back):
            while transfer.phase is Phase.SENDING and transfer.needs and self._window.admits(frame_id):
                if not self._window.fits(min(self._window.chunk, transfer.needs[0][1])):
                    return commands  # nor does a shorter message overtake: the long one would starve
                offset, length = transfer.take(self._window.chunk)
                ticket = self._depart(Flight(frame_id, length, now))
                transfer.outstanding.add(ticket)
                commands.append(SendRange(ticket, transfer.frame, offset, length))
        return commands

    def _fetch(self, now: float) -> list[Command]:
        room = self._allowance.frames(now) - len(self._transfers)
        if room <= 0 or not self._more or self._fetching:
            return []
        self._fetching = True
        return [Fetch(room, frozenset(self._transfers), self._window.held_back)]

    def _post(self, now: float) -> list[Command]:
        """Let what else there is go first: as soon as there is room, for it never waits for the centre."""
        commands: list[Command] = []
        while self._posts and self._window.fits(self._posts[0]):
            commands.append(Admit(self._depart(Flight(None, self._posts.popleft(), now))))
        return commands

    def _depart(self, flight: Flight) -> int:
        self._tickets += 1
        self._window.depart(self._tickets, flight)
        return self._tickets

    def _wait_s(self, transfer: Transfer) -> float:
        return self._patience.wait_s(transfer.tries, self._draw())
