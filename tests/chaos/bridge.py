"""A device's store and a centre's intake with the real sync machine between them, and no line that could fail."""

from random import Random
from typing import assert_never

from askance.central.batch import Letter
from askance.central.intake import Intake
from askance.edge.store import Store
from askance.edge.sync import (
    Admit,
    Ask,
    Ceiling,
    Command,
    Connected,
    Deliver,
    Due,
    Event,
    Fetch,
    HangUp,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Waiting,
)
from askance.wire.codec import Chunk, dump_json, pack_chunk
from askance.wire.identity import DeviceId
from askance.wire.receipts import Asked, Query, Receipts, Status
from askance.wire.topics import Up, up
from support_world import machine

MAXIMUM_PACKET = 8192


class Bridge:
    """Carries everything that is due to the other side.

    Args:
        store: the device's.
        intake: the centre's.
        device: whose store it is.
    """

    def __init__(self, store: Store, intake: Intake, *, device: DeviceId) -> None:
        self._store = store
        self._intake = intake
        self._device = device
        self._sync = machine(Random(0))  # noqa: S311 (waits, no secret)

    def carry(self) -> None:
        """Go on until neither side has anything to say; then the device says where its frames are."""
        events: list[Event] = [Connected(None, MAXIMUM_PACKET)]
        while events:
            for command in self._sync.receive(events.pop(0), 0.0):
                events += self._carry_out(command)
        ledgers = self._store.ledgers()
        status = Status(device=self._device, online=True, boot_id=ledgers[0].boot_id, ledgers=ledgers)
        self._intake.take([Letter(up(self._device, Up.STATUS), dump_json(status))])

    def _carry_out(self, command: Command) -> list[Event]:
        match command:
            case Fetch():
                due = self._store.due(command.limit, exclude=command.exclude)
                waiting = tuple(Waiting(one.frame_id, one.sha256, one.size) for one in due)
                return [Due(waiting, more=len(due) == command.limit)]
            case Ask():
                query = Query(q=tuple(Asked(id=one.frame_id, sha=one.sha256, size=one.size) for one in command.frames))
                return [Settled(command.ticket), *self._hand_over(Up.QUERY, dump_json(query))]
            case SendRange():
                return [Settled(command.ticket), *self._send(command)]
            case Deliver():
                assert self._store.deliver(command.frame_id, command.sha256)
            case Quarantine():
                assert self._store.quarantine(command.frame_id, command.reason)
            case Ceiling() | HangUp() | Admit():
                raise AssertionError(f"on a line without faults: {command}")
            case _:
                assert_never(command)
        return []

    def _send(self, command: SendRange) -> list[Event]:
        frame = command.frame
        data = self._store.read(frame.frame_id, command.offset, length=command.length)
        assert data is not None, f"gone while it was sent: {frame.frame_id}"
        if command.whole:
            return self._hand_over(Up.FRAME, data)
        return self._hand_over(
            Up.CHUNK, pack_chunk(Chunk(frame.frame_id, frame.sha256, frame.size, command.offset, data))
        )

    def _hand_over(self, kind: Up, payload: bytes) -> list[Event]:
        answers = self._intake.take([Letter(up(self._device, kind), payload)])
        receipts = tuple(answers.get(self._device, ()))
        return [Received(Receipts(a=receipts))] if receipts else []
