"""Receipts on their way to devices: merged while they wait, and never more messages under way than the broker takes.

A broker that has announced how many messages it takes unacknowledged ends the line over one more. What waits is
bounded, and gone with the line: a device asks again for what it does not hear.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from askance.central.inbox import batches
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipt

MOST_IN_FLIGHT: Final = 20
"""Messages, also where the broker announces nothing: what mosquitto takes unless told otherwise."""
MOST_WAITING: Final = 256
"""Receipts for one device, more than two queries bring."""
STALLED_S: Final = 30.0

Waiting: TypeAlias = dict[tuple[str, str | None], Receipt]


class Outgoing:
    """What waits for each device, and the numbers of the messages that the broker has not acknowledged."""

    def __init__(self) -> None:
        self._waiting: dict[DeviceId, Waiting] = {}
        self._flying: set[int] = set()
        self._most = MOST_IN_FLIGHT
        self._moved_at = 0.0

    def open(self, receive_maximum: int | None) -> None:
        """Begin on a new line with what its broker announced."""
        self._most = min(receive_maximum or MOST_IN_FLIGHT, MOST_IN_FLIGHT)

    def close(self) -> int:
        """Forget everything: the line is gone; return how many receipts waited."""
        receipts = sum(map(len, self._waiting.values()))
        self._waiting.clear()
        self._flying.clear()
        return receipts

    @property
    def room(self) -> bool:
        """Whether the broker takes another message now."""
        return len(self._flying) < self._most

    def put(self, device: DeviceId, receipts: Sequence[Receipt]) -> int:
        """Let a message for a device wait, with receipts or without; return how many of the oldest give way.

        A receipt takes the place of an earlier one about the same bytes.
        """
        waiting = self._waiting.setdefault(device, {})
        for receipt in receipts:
            waiting.pop((receipt.id, receipt.sha), None)
            waiting[receipt.id, receipt.sha] = receipt
        oldest = [*waiting][: max(0, len(waiting) - MOST_WAITING)]
        for key in oldest:
            del waiting[key]
        return len(oldest)

    def take(self) -> tuple[DeviceId, tuple[Receipt, ...]] | None:
        """Hand out the next message, of the device that has waited longest; None: none waits, or there is no room."""
        device = next(iter(self._waiting), None)
        if device is None or not self.room:
            return None
        waiting = self._waiting.pop(device)
        part = next(batches(waiting.values()), ())
        for receipt in part:
            del waiting[receipt.id, receipt.sha]
        if waiting:
            self._waiting[device] = waiting
        return device, part

    def sent(self, mid: int, now: float) -> None:
        """Note that a message is under way; ``now`` in monotonic seconds, here and below."""
        self._moved_at = self._moved_at if self._flying else now
        self._flying.add(mid)

    def settled(self, mid: int, now: float) -> None:
        """Note that the broker has acknowledged a message."""
        self._moved_at = now
        self._flying.discard(mid)

    def stalled(self, now: float) -> bool:
        """Whether the broker has owed acknowledgements for long and given none."""
        return bool(self._flying) and now - self._moved_at >= STALLED_S
