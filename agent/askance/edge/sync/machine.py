"""The sync machine: asks the centre what it has of the due frames, sends what it misses, believes its receipts."""

from collections.abc import Callable
from math import inf
from typing import Final, assert_never

from askance.edge.sync.messages import (
    Ask,
    Ceiling,
    Command,
    Connected,
    Deliver,
    Due,
    Event,
    Fetch,
    HangUp,
    Kept,
    Lost,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Stuck,
    Tick,
    Vanished,
)
from askance.edge.sync.patience import Patience
from askance.edge.sync.transfer import Phase, Transfer, Turn
from askance.edge.sync.window import FLOOR, Flight, Window
from askance.wire.identity import FrameId
from askance.wire.receipts import Missing, Receipt, Receipts, Rejected, Stored

REFUSED_PAUSE_S: Final = 5.0
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
        self._frames = frames
        self._patience = patience
        self._draw = draw
        self._transfers: dict[FrameId, Transfer] = {}
        self._connected = self._fetching = False
        self._more = True
        self._credit: int | None = None
        self._credit_until = 0.0
        self._pause_until = 0.0
        self._tickets = 0
        self._failures = 0  # of the store, since it last kept a frame

    def receive(self, event: Event, now: float) -> list[Command]:
        """Take one event in at ``now`` (monotonic seconds) and say what to do."""
        commands = self._take(event, now)
        if not self._connected:
            return commands
        if now >= self._stalled_at:
            self._connected = False
            return [*commands, HangUp()]
        self._overdue(now)
        if now >= self._pause_until:
            commands += [*self._ask(now), *self._send(now), *self._fetch(now)]
        return commands

    def wake_at(self, now: float) -> float | None:
        """When, after ``now``, the machine wants a ``Tick``; None while only events matter."""
        if not self._connected:
            return None
        times = [self._pause_until, self._credit_until, self._stalled_at]
        times += [transfer.act_at for transfer in self._transfers.values() if transfer.phase is not Phase.SENDING]
        return min((time for time in times if now < time < inf), default=None)

    def _take(self, event: Event, now: float) -> list[Command]:
        match event:
            case Lost():
                return self._lost(now, by_us=event.by_us)
            case Received():
                return self._heard(event.receipts, now)
            case _:
                self._note(event, now)
                return []

    def _note(self, event: Connected | Due | Kept | Settled | Vanished | Stuck | Tick, now: float) -> None:
        match event:
            case Connected():
                self._window.open(receive_maximum=event.receive_maximum, maximum_packet=event.maximum_packet)
                self._connected, self._more, self._fetching = True, True, False
            case Due():
                self._fetching, self._more = False, event.more
                for frame in event.frames:
                    self._transfers.setdefault(frame.frame_id, Transfer(frame, act_at=now))
            case Kept():
                self._more, self._failures = True, 0
            case Settled():
                self._settled(event, now)
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
        poison, ceiling_changed = self._window.broken(now, by_us=by_us)
        self._transfers.clear()
        self._connected, self._fetching, self._credit, self._pause_until = False, False, None, 0.0
        if poison is not None:
            return [Quarantine(poison, "the broker hangs up on it")]
        if ceiling_changed and self._window.ceiling is not None:
            return [Ceiling(self._window.ceiling)]
        return []

    def _stuck(self, now: float) -> None:
        """Forget what was under way, and ask about it again when the store may have recovered."""
        self._window.broken(now, by_us=True)
        self._transfers.clear()
        self._fetching, self._more = False, True
        self._pause_until = max(self._pause_until, now + self._patience.wait_s(self._failures, self._draw()))
        self._failures += 1

    def _settled(self, event: Settled, now: float) -> None:
        flight = self._window.arrive(event.ticket, now)
        if event.problem is not None:
            self._pause_until = max(self._pause_until, now + REFUSED_PAUSE_S * (0.5 + self._draw()))
        if flight is None or flight.frame_id is None:
            return
        transfer = self._transfers.get(flight.frame_id)
        if transfer is None:
            return
        transfer.outstanding.discard(event.ticket)
        if event.problem is not None:
            transfer.again(now)
        elif transfer.phase is Phase.SENDING and not transfer.needs and not transfer.outstanding:
            transfer.turn(Turn.ALL_SETTLED)
            transfer.since, transfer.act_at = now, now + self._wait_s(transfer)

    def _heard(self, receipts: Receipts, now: float) -> list[Command]:
        earlier = 0.0 if receipts.hello else self._pause_until
        self._pause_until = max(earlier, now + receipts.pause_s)
        if receipts.credit is not None:
            # a credit of nothing must not outlive a centre that forgot to take it back
            self._credit, self._credit_until = receipts.credit, now + self._patience.most_s
        if receipts.hello:
            self._greeted(now, answered={receipt.id for receipt in receipts.a})
        return [command for receipt in receipts.a for command in self._receipt(receipt, now)]

    def _greeted(self, now: float, *, answered: set[FrameId]) -> None:
        """Ask again about everything that the receiver which has just started did not speak of in the same breath."""
        self._more = True
        for frame_id, transfer in self._transfers.items():
            transfer.tries = 0
            if frame_id not in answered:
                transfer.again(now)

    def _receipt(self, receipt: Receipt, now: float) -> list[Command]:
        """Believe a receipt about a frame under way whose bytes it names; anything else is an old story."""
        transfer = self._transfers.get(receipt.id)
        if transfer is None or receipt.sha not in {None, transfer.frame.sha256}:
            return []
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
        if transfer.turn(Turn.MISSING) and not transfer.need(receipt.need):
            # a centre that names nothing we have would leave us waiting for ever
            transfer.tries += 1
            transfer.again(now + self._wait_s(transfer))

    def _overdue(self, now: float) -> None:
        """Give up waits that are over."""
        for transfer in self._transfers.values():
            if transfer.phase in {Phase.ASKED, Phase.SENT} and now >= transfer.act_at:
                transfer.tries += 1
                transfer.again(now)

    @property
    def _stalled_at(self) -> float:
        """When the line counts as dead unless the broker answers."""
        since = self._window.silent_since
        return inf if since is None else since + self._patience.stalled_s

    def _ask(self, now: float) -> list[Command]:
        ready = [
            transfer
            for transfer in self._transfers.values()
            if transfer.phase is Phase.WAITING and not transfer.outstanding and now >= transfer.act_at
        ][: max(1, min(self._window.chunk, FLOOR) // ASKED_LENGTH)]
        if not ready or not self._window.fits(ASKED_LENGTH * len(ready)):
            return []
        for transfer in ready:
            transfer.turn(Turn.ASK)
            transfer.since, transfer.act_at = now, now + self._wait_s(transfer)
        ticket = self._depart(Flight(None, ASKED_LENGTH * len(ready), now))
        return [Ask(ticket, tuple(transfer.frame for transfer in ready))]

    def _send(self, now: float) -> list[Command]:
        commands: list[Command] = []
        for frame_id, transfer in self._transfers.items():
            while transfer.phase is Phase.SENDING and transfer.needs:
                if not self._window.fits(min(self._window.chunk, transfer.needs[0][1])):
                    return commands  # nor does a shorter message overtake: the long one would starve
                offset, length = transfer.take(self._window.chunk)
                ticket = self._depart(Flight(frame_id, length, now))
                transfer.outstanding.add(ticket)
                commands.append(SendRange(ticket, transfer.frame, offset, length))
        return commands

    def _fetch(self, now: float) -> list[Command]:
        credit = self._frames if self._credit is None or now >= self._credit_until else self._credit
        room = min(self._frames, credit) - len(self._transfers)
        if room <= 0 or not self._more or self._fetching:
            return []
        self._fetching = True
        return [Fetch(room, frozenset(self._transfers))]

    def _depart(self, flight: Flight) -> int:
        self._tickets += 1
        self._window.depart(self._tickets, flight)
        return self._tickets

    def _wait_s(self, transfer: Transfer) -> float:
        return self._patience.wait_s(transfer.tries, self._draw())
