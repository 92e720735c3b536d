"""The real sync machine with one frame, as a value: put up, given an event, and taken down again.

Left out of the value is what only says how long things take: round trips, throughput, credit, the count of tries. Waits
are always ``WAIT_S``, so that the times in a value are few.
"""

from typing import Final, Literal, NamedTuple, TypeAlias

from askance.edge.sync import (
    Ask,
    Connected,
    Deliver,
    Due,
    Event,
    Fetch,
    HangUp,
    Lost,
    Patience,
    Quarantine,
    SendRange,
    Sync,
    Waiting,
    Window,
)
from askance.edge.sync.transfer import Phase, Transfer
from askance.edge.sync.window import HEADROOM, Flight
from askance.wire.codec import digest
from support_central import frame_id, make_envelope

WAIT_S: Final = 10.0
NOW: Final = 1000.0
ENVELOPE: Final = make_envelope(0, noise=False)
FRAME: Final = Waiting(frame_id(0), digest(ENVELOPE), len(ENVELOPE))
CHUNK: Final = len(ENVELOPE) // 2 + 1
LINE: Final = Connected(None, HEADROOM + CHUNK)

Piece: TypeAlias = tuple[int, ...]
"""An offset and a length of the envelope, or nothing: a query about it."""


class Sent(NamedTuple):
    """A message that the device has published; ticket 0: on a line that is gone."""

    ticket: int
    piece: Piece


Word: TypeAlias = Literal["deliver", "set aside", "hang up"]
Deed: TypeAlias = Sent | Word


class Pose(NamedTuple):
    """A sync machine, at a moment that is 0 s; tickets are numbered from 1 in the order of their messages."""

    connected: bool = False
    fetching: bool = False
    more: bool = True
    phase: Phase | None = None
    needs: tuple[tuple[int, int], ...] = ()
    outstanding: tuple[int, ...] = ()
    act_at: float = 0.0
    flights: tuple[tuple[bool, int, float], ...] = ()
    moved_at: float = 0.0


class Acted(NamedTuple):
    """What a machine did with an event.

    Attributes:
        pose: after all of it.
        deeds: what it had done, in order.
        tickets: the new number of each old ticket that is still open.
    """

    pose: Pose
    deeds: tuple[Deed, ...]
    tickets: dict[int, int]


def act(kind: type[Sync], pose: Pose, *, held: bool, event: Event, after_s: float = 0.0) -> Acted:
    """Give a machine an event ``after_s`` seconds later, and do what it says as ``edge/courier.py`` does."""
    sync, now = _put_up(kind, pose), NOW + after_s
    done: list[tuple[int, Piece] | Word] = []
    events: list[Event] = [event]
    while events:
        for command in sync.receive(events.pop(0), now):
            match command:
                case Fetch(exclude=exclude):
                    events.append(Due((FRAME,) if held and FRAME.frame_id not in exclude else (), more=False))
                case Ask(ticket=ticket):
                    done.append((ticket, ()))
                case SendRange(ticket=ticket, offset=offset, length=length):
                    done.append((ticket, (offset, length)))
                case Deliver():
                    held = False
                    done.append("deliver")
                case Quarantine():
                    held = False
                    done.append("set aside")
                case HangUp():
                    done.append("hang up")
                    events.append(Lost(by_us=True))
                case _:
                    raise AssertionError(f"not within the bounds of the search: {command}")
    after, tickets = _take_down(sync, now)
    deeds: list[Deed] = [Sent(tickets.get(deed[0], 0), deed[1]) if isinstance(deed, tuple) else deed for deed in done]
    return Acted(after, tuple(deeds), tickets)


def wake_s(kind: type[Sync], pose: Pose) -> float | None:
    """Return when a machine wants to be woken; None: not at all."""
    wake_at = _put_up(kind, pose).wake_at(NOW)
    return None if wake_at is None else wake_at - NOW


def _put_up(kind: type[Sync], pose: Pose) -> Sync:
    window = Window(messages=8, payload=60 * 1024, chunk=48 * 1024, keepalive_s=30.0)
    window.open(receive_maximum=LINE.receive_maximum, maximum_packet=LINE.maximum_packet)
    window._moved_at = NOW + pose.moved_at
    for ticket, (piece, length, sent_at) in enumerate(pose.flights, start=1):
        window.depart(ticket, Flight(FRAME.frame_id if piece else None, length, NOW + sent_at))
    sync = kind(window, frames=16, patience=Patience(WAIT_S, WAIT_S), draw=lambda: 0.0)
    sync._connected, sync._fetching, sync._more = pose.connected, pose.fetching, pose.more
    sync._tickets = len(pose.flights)
    if pose.phase is not None:
        needs, outstanding = list(pose.needs), set(pose.outstanding)
        sync._transfers[FRAME.frame_id] = Transfer(
            FRAME, pose.phase, needs, outstanding, since=NOW, act_at=NOW + pose.act_at
        )
    return sync


def _take_down(sync: Sync, now: float) -> tuple[Pose, dict[int, int]]:
    window = sync._window
    tickets = {old: new for new, old in enumerate(sorted(window._flights), start=1)}
    flights = [window._flights[old] for old in tickets]
    transfer = sync._transfers.get(FRAME.frame_id)
    timed = transfer is not None and transfer.phase is not Phase.SENDING
    pose = Pose(
        connected=sync._connected,
        fetching=sync._fetching,
        more=sync._more,
        phase=None if transfer is None else transfer.phase,
        needs=() if transfer is None else tuple(transfer.needs),
        outstanding=() if transfer is None else tuple(sorted(tickets[old] for old in transfer.outstanding)),
        act_at=max(0.0, transfer.act_at - now) if transfer is not None and timed else 0.0,
        flights=tuple((flight.frame_id is not None, flight.length, flight.sent_at - now) for flight in flights),
        moved_at=max(window._moved_at - now, -3 * WAIT_S) if flights else 0.0,
    )
    return pose, tickets
