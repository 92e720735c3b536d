"""How much may be under way at once, and how long one message may be."""

from dataclasses import dataclass
from math import inf
from typing import Final

from askance.edge.sync.backlog import Backlog
from askance.edge.sync.tolerance import FLOOR, Tolerance
from askance.wire.identity import FrameId

HEADROOM: Final = 512
SLOW_S: Final = 2.0
SMOOTHING: Final = 0.125


@dataclass(frozen=True, slots=True)
class Flight:
    """A message that the broker has not acknowledged; ``frame_id`` is None for a query."""

    frame_id: FrameId | None
    length: int
    sent_at: float


class Window:
    """The messages in flight on one line, bounded in number and bytes.

    Args:
        messages: most messages in flight.
        payload: most bytes in flight; a message on its own may be longer.
        chunk: longest message wanted, bytes.
        keepalive_s: the connection's keepalive: a message that takes longer starves the ping behind it.
        ceiling: the longest message that this broker bears, as learnt earlier; None: nothing was.
    """

    def __init__(
        self, *, messages: int, payload: int, chunk: int, keepalive_s: float, ceiling: int | None = None
    ) -> None:
        self.goodput: float | None = None
        self._most_messages = messages
        self._payload = payload
        self._chunk = chunk
        self._keepalive_s = keepalive_s
        self._messages = messages
        self._maximum_packet: int | None = None
        self._flights: dict[int, Flight] = {}
        self._backlog = Backlog()
        self._moved_at = 0.0
        self._tolerance = Tolerance(chunk, ceiling=ceiling)

    def open(self, *, receive_maximum: int | None, maximum_packet: int | None) -> None:
        """Begin on a new line with what its broker announced."""
        self._flights.clear()
        self._backlog.clear()
        self._messages = min(self._most_messages, receive_maximum or self._most_messages)
        self._maximum_packet = maximum_packet

    @property
    def ceiling(self) -> int | None:
        """The longest message that the broker bears, bytes; None while nothing was learnt."""
        return self._tolerance.ceiling

    @property
    def held_back(self) -> frozenset[FrameId]:
        """The frames over which the line broke so often that they go last, and alone."""
        return self._tolerance.held_back

    @property
    def in_vain(self) -> bool:
        """Whether the broker has hung up again and again, and taken no message of any other frame in between."""
        return self._tolerance.in_vain

    @property
    def chunk(self) -> int:
        """Longest message to send now: bytes, at least ``FLOOR`` unless the broker announced less."""
        limits = [self._chunk]
        if self.ceiling is not None:
            limits.append(self.ceiling)
        if self.goodput is not None:
            limits.append(int(self.goodput * self._keepalive_s / 8))
        wanted = max(FLOOR, min(limits))
        return wanted if self._maximum_packet is None else max(1, min(wanted, self._maximum_packet - HEADROOM))

    @property
    def silent_since(self) -> float | None:
        """Since when the broker has owed answers and given none; None when it owes none."""
        oldest = min((flight.sent_at for flight in self._flights.values()), default=None)
        return None if oldest is None else max(oldest, self._moved_at)

    def stalled_at(self, longest_s: float) -> float:
        """Return when the line counts as dead unless the broker answers; infinity while it owes nothing.

        Args:
            longest_s: how long it may owe an answer.
        """
        return inf if self.silent_since is None else self.silent_since + longest_s

    def fits(self, length: int) -> bool:
        """Whether a message of ``length`` bytes may be sent now."""
        if not self._flights:
            return True
        return len(self._flights) < self._messages and self._under_way + length <= self._payload

    def admits(self, frame_id: FrameId) -> bool:
        """Whether a frame may be sent: one that was begun unless it has to be alone, another if the centre keeps up."""
        if not (alone := self.held_back):
            return self._backlog.admits(frame_id)
        others = {flight.frame_id for flight in self._flights.values()} - {None, frame_id}
        return self._backlog.admits(frame_id) and not (others and alone & (others | {frame_id}))

    def confirm(self, frame_id: FrameId, *, lost: bool) -> None:
        """Note that the centre has spoken of a frame; ``lost``: some of what was sent has not come there."""
        self._backlog.confirm(frame_id, lost=lost)

    @property
    def _under_way(self) -> int:
        return sum(flight.length for flight in self._flights.values())

    def depart(self, ticket: int, flight: Flight) -> None:
        """Note that a message was sent."""
        self._flights[ticket] = flight
        if flight.frame_id is not None:
            self._backlog.add(flight.frame_id)

    def arrive(self, ticket: int, now: float, *, taken: bool = True) -> Flight | None:
        """Note that the broker has answered, and whether it took the message; None for one of an earlier line."""
        flight = self._flights.pop(ticket, None)
        if flight is not None:
            self._moved_at = now
        if flight is not None and flight.frame_id is not None:
            if taken:
                self._tolerance.passed(flight.frame_id, flight.length)
            rate = flight.length / max(now - flight.sent_at, 1e-3)
            self.goodput = rate if self.goodput is None else self.goodput + SMOOTHING * (rate - self.goodput)
        return flight

    def forget(self, ticket: int) -> None:
        """Strike out a message that was not sent after all, of a frame that is gone."""
        flight = self._flights.pop(ticket, None)
        if flight is not None and flight.frame_id is not None:
            self._backlog.forget(flight.frame_id)

    def broken(self, now: float, *, by_us: bool) -> FrameId | None:
        """Find out whether the line broke over a message; the frame to set aside, or None.

        A line on which nothing moved for long is slow: it gets shorter messages, whoever hung up.
        """
        since = self.silent_since
        if since is not None and now - since > SLOW_S:
            at_most = self._under_way / (now - since)
            self.goodput = at_most if self.goodput is None else min(self.goodput, at_most)
        suspect = None if by_us else self._suspect()
        self._flights.clear()
        self._backlog.clear()
        return None if suspect is None else self._tolerance.strike(*suspect)

    def swallowed(self, length: int) -> bool:
        """Note that the broker took messages of this length and passed none on; whether shorter ones are sent now."""
        return self._tolerance.shorten(length)

    def _suspect(self) -> tuple[FrameId, int] | None:
        """Name the frame of the longest message, the first of several: a short one in its wake is not to blame."""
        flights = [(flight.frame_id, flight.length) for flight in self._flights.values()]
        longest = max((length for frame_id, length in flights if frame_id is not None), default=0)
        return next(((frame_id, length) for frame_id, length in flights if frame_id and length == longest), None)
