"""What the courier publishes beside frames: statuses and notices, which wait for their turn and fit the broker.

A broker that breaks the line over a status, or announces a small limit, gets as much of it as it takes: rules, counters
and trouble are left out before the ledgers, and of these the oldest boots'. A limit that was only learnt is forgotten
after ``TRIAL`` statuses, because a bad network looks the same.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from askance.edge.sync.tolerance import FLOOR, STRIKES
from askance.edge.sync.window import HEADROOM
from askance.mqtt import Message
from askance.wire.codec import dump_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Notice, Status
from askance.wire.topics import Up, up

TRIAL: Final = 60


class Outbox:
    """Messages in the order in which they were put.

    Args:
        device: whose they are.
        count: takes the name of what is to be counted.
    """

    def __init__(self, device: DeviceId, count: Callable[[str], object]) -> None:
        self._device: Final = device
        self._count: Final = count
        self._waiting: deque[tuple[Up, Message]] = deque()
        self._longest: int | None = None
        self._strikes = 0
        self._short = 0

    def open(self, maximum_packet: int | None) -> None:
        """Begin on a new line with what its broker announced."""
        self._longest = None if maximum_packet is None else maximum_packet - HEADROOM

    def broken(self, *, over_status: bool) -> None:
        """Drop what waited; ``over_status``: the broker had not acknowledged one."""
        for kind, _ in self._waiting:
            if kind is Up.EVENT:
                self._count("sync.notice_unsent")
        self._waiting.clear()
        self._strikes += over_status
        if self._strikes >= STRIKES:
            self._strikes, self._short = 0, TRIAL

    def passed(self, kind: Up) -> None:
        """Note that the broker took a message."""
        if kind is Up.STATUS:
            self._strikes = 0

    def put_status(self, status: Status) -> int | None:
        """Let a status wait, retained, as much of it as the broker takes; its bytes, or None while another waits."""
        if any(kind is Up.STATUS for kind, _ in self._waiting):
            return None
        return self._put(Up.STATUS, self.letter(status))

    def put_notice(self, notice: Notice) -> int:
        """Let a notice wait; its bytes."""
        return self._put(Up.EVENT, Message(up(self._device, Up.EVENT), dump_json(notice)))

    def take(self) -> tuple[Up, Message]:
        """Hand out the next one; there has to be one."""
        return self._waiting.popleft()

    def letter(self, status: Status) -> Message:
        """Write a status, as much of it as the broker takes."""
        longest = self._longest
        if self._short:
            self._short -= 1
            longest = min(FLOOR - HEADROOM, longest or FLOOR)
        payload = dump_json(status)
        if longest is not None and len(payload) > longest:
            self._count("sync.status_cut")
            for without in _less_and_less(status):
                payload = dump_json(status.model_copy(update=without))
                if len(payload) <= longest:
                    break
        return Message(up(self._device, Up.STATUS), payload, retain=True)

    def _put(self, kind: Up, message: Message) -> int:
        self._waiting.append((kind, message))
        return len(message.payload)


def _less_and_less(status: Status) -> Iterator[dict[str, Any]]:
    """Say what to leave out, first what is missed least."""
    without: dict[str, Any] = {}
    for part, nothing in (("last", None), ("rules", None), ("counters", {}), ("trouble", ())):
        without |= {part: nothing}
        yield without
    for ledgers in range(len(status.ledgers) - 1, -1, -1):
        yield without | {"ledgers": status.ledgers[:ledgers]}
