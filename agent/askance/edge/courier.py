"""Carries captured frames to the centre: does what the sync machine says, with the line and the store it is given."""

from collections import deque
from collections.abc import Callable
from typing import Final, assert_never

from askance.edge import sync
from askance.edge.health import Health
from askance.edge.shelf import Shelf
from askance.edge.sync.window import HEADROOM
from askance.errors import StoreFullError, WireError
from askance.line import Event, Line, Woken
from askance.transport import Down, Limits, Message, Received, Settled, Subscribed, Up
from askance.wire.codec import Chunk, dump_json, load_json, pack_chunk
from askance.wire.identity import DeviceId
from askance.wire.receipts import Asked, Notice, Query, Receipts, Status
from askance.wire.topics import Down as DownKind
from askance.wire.topics import Up as UpKind
from askance.wire.topics import down, up

LONGEST_WAIT_S: Final = 1.0
FAREWELL_S: Final = 2.0


class Courier:
    """The sync thread's work, one ``step`` at a time.

    Args:
        line: the line to the broker; owned by the courier's thread.
        machine: decides.
        shelf: the store.
        device: whose frames.
        status: makes the status to publish.
        status_every_s: how often.
        health: where everything is counted.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        line: Line,
        machine: sync.Sync,
        *,
        shelf: Shelf,
        device: DeviceId,
        status: Callable[[], Status],
        status_every_s: float,
        health: Health,
        clock: Callable[[], float],
    ) -> None:
        self._line = line
        self._machine = machine
        self._shelf = shelf
        self._device = device
        self._limits = Limits(None, None, shared_subscriptions=False)
        self._status = status
        self._status_every_s = status_every_s
        self._health = health
        self._clock = clock
        self._tickets: dict[int, int] = {}
        self._status_at = clock()

    def step(self) -> None:
        """Wait a moment for what happens next, and deal with it."""
        event = self._line.next(self._patience_s(self._clock()))
        self._health.trouble("broker", self._line.trouble)
        translated = self._translate(event)
        if translated is not None:
            self._drive(translated)
        if self._line.up and self._clock() >= self._status_at:
            self.report()

    def farewell(self) -> None:
        """Publish the last status, wait a moment for the broker to take it, and hang up."""
        last = self.report() if self._line.up else None
        deadline = self._clock() + FAREWELL_S
        while last is not None and self._clock() < deadline:
            match self._line.next(0.1):
                # a goodbye with answers still on their way resets the connection, and the broker publishes the will
                case Settled(mid=mid) if mid == last:
                    last = None
                case Down():
                    last = None
                case _:
                    pass
        self._line.close()

    def _patience_s(self, now: float) -> float:
        """How long nothing but an event can matter; a status that is due waits for the line, not the line for it."""
        times = [now + LONGEST_WAIT_S, self._machine.wake_at(now), self._status_at if self._line.up else None]
        return max(0.0, min(time for time in times if time is not None) - now)

    def report(self) -> int | None:
        """Publish the status, retained; only the ledgers of it where the broker takes no longer message.

        Returns:
            The message's number; None without a line.
        """
        self._status_at = self._clock() + self._status_every_s
        payload = dump_json(self._status())
        if self._limits.maximum_packet is not None and len(payload) + HEADROOM > self._limits.maximum_packet:
            payload = dump_json(self._status().model_copy(update={"counters": {}, "trouble": (), "rules": None}))
            self._health.count("sync.status_cut")
        return self._line.publish(Message(up(self._device, UpKind.STATUS), payload, retain=True))

    def _translate(self, event: Event | None) -> sync.Event | None:
        """Put what happened on the line into the machine's words."""
        match event:
            case None:
                return sync.Tick()
            case Woken():
                return sync.Kept()
            case Up():
                self._limits = event.limits
                self._status_at = self._clock() + self._status_every_s  # the first goes out once receipts can come in
                self._line.subscribe(down(self._device, DownKind.RECEIPTS))
                return None
            case Subscribed():
                return self._subscribed(granted=event.granted)
            case Down():
                self._tickets.clear()
                self._health.count("sync.line_lost")
                return sync.Lost()
            case Settled():
                return self._settled(event)
            case Received():
                return self._received(event)
            case _:
                assert_never(event)

    def _subscribed(self, *, granted: bool) -> sync.Event | None:
        """Begin only now: a receipt sent before the subscription stood would have been lost."""
        if not granted:
            self._line.hang_up("the broker does not let this device receive receipts")
            return sync.Lost(by_us=True)
        self.report()
        return sync.Connected(self._limits.receive_maximum, self._limits.maximum_packet)

    def _settled(self, event: Settled) -> sync.Event | None:
        refused = f"the broker refuses what we send: {event.problem}; is device.id ({self._device}) its user name?"
        self._health.trouble("sync", None if event.problem is None else refused)
        ticket = self._tickets.pop(event.mid, None)
        return None if ticket is None else sync.Settled(ticket, event.problem)

    def _received(self, event: Received) -> sync.Event | None:
        self._line.acknowledge(event.mid)
        try:
            receipts = load_json(Receipts, event.payload)
        except WireError:
            self._health.count("sync.unreadable_receipt")
            return None
        return sync.Received(receipts)

    def _drive(self, event: sync.Event) -> None:
        try:
            self._carry_out_all(event)
        except StoreFullError as error:
            # The disk will not note what the centre said; after a pause everything still held is asked about again.
            self._health.count("sync.store_failed")
            self._health.trouble("store", str(error))
            self._tickets.clear()
            self._carry_out_all(sync.Stuck())

    def _carry_out_all(self, event: sync.Event) -> None:
        events: deque[sync.Event] = deque([event])
        while events:
            for command in self._machine.receive(events.popleft(), self._clock()):
                answer = self._carry_out(command)
                if answer is not None:
                    events.append(answer)

    def _carry_out(self, command: sync.Command) -> sync.Event | None:
        match command:
            case sync.Fetch():
                frames = self._shelf.due(command.limit, exclude=command.exclude)
                waiting = tuple(sync.Waiting(held.frame_id, held.sha256, held.size) for held in frames)
                return sync.Due(waiting, more=len(frames) == command.limit)
            case sync.Ask():
                asked = tuple(Asked(id=f.frame_id, sha=f.sha256, size=f.size) for f in command.frames)
                self._publish(UpKind.QUERY, dump_json(Query(q=asked)), ticket=command.ticket)
            case sync.SendRange():
                return self._send(command)
            case sync.Deliver():
                self._deliver(command)
            case sync.Quarantine():
                self._quarantine(command)
            case sync.Ceiling():
                self._shelf.set_chunk_ceiling(self._line.address, command.length)
                self._health.count("sync.chunk_halved")
            case sync.HangUp():
                self._health.count("sync.stalled")
                self._line.hang_up("nothing moved")
                self._tickets.clear()
                return sync.Lost(by_us=True)
            case _:
                assert_never(command)
        return None

    def _send(self, command: sync.SendRange) -> sync.Event | None:
        frame = command.frame
        data = self._shelf.read(frame.frame_id, command.offset, length=command.length)
        if data is None:
            self._health.count("sync.vanished")
            return sync.Vanished(frame.frame_id, command.ticket)
        if command.whole:
            self._publish(UpKind.FRAME, data, ticket=command.ticket)
        else:
            chunk = Chunk(frame.frame_id, frame.sha256, frame.size, command.offset, data)
            self._publish(UpKind.CHUNK, pack_chunk(chunk), ticket=command.ticket)
        if command.offset + command.length == frame.size:
            self._health.count("sync.sent_frames")
        self._health.count("sync.sent_messages")
        self._health.count("sync.sent_bytes", len(data))
        return None

    def _deliver(self, command: sync.Deliver) -> None:
        delivered = self._shelf.deliver(command.frame_id, command.sha256)
        self._health.count("sync.delivered" if delivered else "sync.receipt_without_frame")

    def _quarantine(self, command: sync.Quarantine) -> None:
        self._shelf.quarantine(command.frame_id, command.reason)
        self._health.count("sync.quarantined")
        notice = Notice(code="quarantined", text=command.reason[:240], frame_id=command.frame_id)
        if self._line.publish(Message(up(self._device, UpKind.EVENT), dump_json(notice))) is None:
            self._health.count("sync.notice_unsent")

    def _publish(self, kind: UpKind, payload: bytes, *, ticket: int) -> None:
        """Publish under a ticket; on a line that has just broken nothing is sent, and ``Down`` is on its way."""
        mid = self._line.publish(Message(up(self._device, kind), payload))
        if mid is not None:
            self._tickets[mid] = ticket
