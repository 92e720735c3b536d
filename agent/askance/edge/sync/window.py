"""How much may be under way at once, and how long one message may be."""

from dataclasses import dataclass
from typing import Final

from askance.wire.identity import FrameId

FLOOR: Final = 4096
HEADROOM: Final = 512
SLOW_S: Final = 2.0
STRIKES: Final = 2
LAST_STRIKES: Final = 10
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
    """

    def __init__(self, *, messages: int, payload: int, chunk: int, keepalive_s: float) -> None:
        self.ceiling: int | None = None
        self.goodput: float | None = None
        self._most_messages = messages
        self._payload = payload
        self._chunk = chunk
        self._keepalive_s = keepalive_s
        self._messages = messages
        self._maximum_packet: int | None = None
        self._flights: dict[int, Flight] = {}
        self._moved_at = 0.0
        self._strikes: dict[FrameId, int] = {}

    def open(self, *, receive_maximum: int | None, maximum_packet: int | None) -> None:
        """Begin on a new line with what its broker announced."""
        self._flights.clear()
        self._messages = min(self._most_messages, receive_maximum or self._most_messages)
        self._maximum_packet = maximum_packet

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

    def fits(self, length: int) -> bool:
        """Whether a message of ``length`` bytes may be sent now."""
        if not self._flights:
            return True
        return len(self._flights) < self._messages and self._under_way + length <= self._payload

    @property
    def _under_way(self) -> int:
        return sum(flight.length for flight in self._flights.values())

    def depart(self, ticket: int, flight: Flight) -> None:
        """Note that a message was sent."""
        self._flights[ticket] = flight

    def arrive(self, ticket: int, now: float) -> Flight | None:
        """Note that the broker has answered; None for a message of an earlier line."""
        flight = self._flights.pop(ticket, None)
        if flight is not None:
            self._moved_at = now
        if flight is not None and flight.frame_id is not None:
            self._strikes.pop(flight.frame_id, None)
            rate = flight.length / max(now - flight.sent_at, 1e-3)
            self.goodput = rate if self.goodput is None else self.goodput + SMOOTHING * (rate - self.goodput)
        return flight

    def forget(self, ticket: int) -> None:
        """Strike out a message that was not sent after all."""
        self._flights.pop(ticket, None)

    def broken(self, now: float, *, by_us: bool) -> tuple[FrameId | None, bool]:
        """Find out whether the line broke over a message.

        Two breaks in a row over the same frame, none of which has been acknowledged in between, halve the ceiling: too
        long for the broker or for the line, the remedy is the same. At the floor ``LAST_STRIKES`` of them set the frame
        aside. A line on which nothing moved for long is slow: it gets shorter messages, whoever hung up.

        Returns:
            The frame to set aside, or None; and whether the ceiling changed.
        """
        since = self.silent_since
        if since is not None and now - since > SLOW_S:
            at_most = self._under_way / (now - since)
            self.goodput = at_most if self.goodput is None else min(self.goodput, at_most)
        suspect = None if by_us else self._suspect()
        self._flights.clear()
        return (None, False) if suspect is None else self._strike(*suspect)

    def _suspect(self) -> tuple[FrameId, int] | None:
        """Name the frame of the longest message, the first of several: a short one in its wake is not to blame."""
        flights = [(flight.frame_id, flight.length) for flight in self._flights.values()]
        longest = max((length for frame_id, length in flights if frame_id is not None), default=0)
        return next(((frame_id, length) for frame_id, length in flights if frame_id and length == longest), None)

    def _strike(self, frame_id: FrameId, length: int) -> tuple[FrameId | None, bool]:
        self._strikes[frame_id] = self._strikes.get(frame_id, 0) + 1
        if self._strikes[frame_id] < (STRIKES if length > FLOOR else LAST_STRIKES):
            return None, False
        del self._strikes[frame_id]
        if length <= FLOOR:
            return frame_id, False
        self.ceiling = max(FLOOR, length // 2)
        return None, True
