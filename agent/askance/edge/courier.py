"""Carries captured frames to the centre: does what the sync machine says, with the line and the store it is given."""

from collections import deque
from collections.abc import Callable
from typing import Final, assert_never

from askance.edge import sync
from askance.edge.complaints import Complaints
from askance.edge.health import Health
from askance.edge.outbox import Outbox
from askance.edge.shelf import Shelf, due_in_turn
from askance.errors import StoreFullError, WireError
from askance.line import Event, Line, Woken
from askance.mqtt import Down, Limits, Message, Received, Settled, Subscribed, Up
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
        self._outbox = Outbox(device, health.count)
        self._complaints = Complaints(device)
        self._status = status
        self._status_every_s = status_every_s
        self._health = health
        self._clock = clock
        self._tickets: dict[int, tuple[int, UpKind]] = {}
        self._status_at = clock()

    def step(self) -> None:
        """Wait a moment for what happens next, and deal with it."""
        event = self._line.next(self._patience_s(self._clock()))
        self._health.trouble("broker", self._line.trouble)
        translated = self._translate(event)
        if translated is not None:
            self._drive(translated)
        doubt = self._machine.doubt(self._clock())
        self._health.trouble("sync", self._complaints.refusal(doubt))
        self._health.trouble("centre", self._complaints.worry(doubt))
        if self._line.up and self._clock() >= self._status_at:
            self.report()

    def farewell(self) -> None:
        """Publish the last status, wait a moment for the broker to take it, and hang up."""
        last = self._line.publish(self._outbox.letter(self._status()))
        deadline = self._clock() + FAREWELL_S
        while last is not None and self._clock() < deadline:
            event = self._line.next(0.1)
            # a goodbye with answers still on their way resets the connection, and the broker publishes the will
            if isinstance(event, Down) or (isinstance(event, Settled) and event.mid == last):
                last = None
        self._line.close()

    def _patience_s(self, now: float) -> float:
        """How long nothing but an event can matter; a status that is due waits for the line, not the line for it."""
        times = [now + LONGEST_WAIT_S, self._machine.wake_at(now), self._status_at if self._line.up else None]
        return max(0.0, min(time for time in times if time is not None) - now)

    def report(self) -> None:
        """Publish the status as soon as there is room for it."""
        self._status_at = self._clock() + self._status_every_s
        if (length := self._outbox.put_status(self._status())) is not None:
            self._drive(sync.Post(length))

    def _translate(self, event: Event | None) -> sync.Event | None:
        """Put what happened on the line into the machine's words."""
        match event:
            case None:
                return sync.Tick()
            case Woken():
                return sync.Kept()
            case Up():
                self._limits = event.limits
                self._outbox.open(event.limits.maximum_packet)
                self._complaints.forget()
                self._status_at = self._clock() + self._status_every_s  # the first goes out once receipts can come in
                self._line.subscribe(down(self._device, DownKind.RECEIPTS))
                return None
            case Subscribed():
                return self._subscribed(granted=event.granted)
            case Down():
                self._health.count("sync.line_lost")
                return self._lost(by_us=event.blameless)
            case Settled():
                return self._settled(event)
            case Received():
                return self._received(event)
            case _:
                assert_never(event)

    def _subscribed(self, *, granted: bool) -> sync.Event | None:
        """Begin only now: a receipt sent before the subscription stood would have been lost."""
        if not granted:
            topic = down(self._device, DownKind.RECEIPTS)
            self._line.hang_up(f"the broker does not let this device receive receipts: allow it to read {topic}")
            return self._lost(by_us=True)
        self._status_at = self._clock()
        return sync.Connected(self._limits.receive_maximum, self._limits.maximum_packet)

    def _settled(self, event: Settled) -> sync.Event | None:
        ticket, kind = self._tickets.pop(event.mid, (None, None))
        if ticket is None or kind is None:
            return None
        if event.problem is not None:
            self._complaints.refused(kind, event.problem)
        else:
            self._complaints.taken(kind)
            self._outbox.passed(kind)
            if kind in {UpKind.FRAME, UpKind.CHUNK}:
                self._line.prove()
        return sync.Settled(ticket, event.problem)

    def _lost(self, *, by_us: bool) -> sync.Event:
        """Forget what was under way on a line that is no more."""
        over_status = not by_us and any(kind is UpKind.STATUS for _, kind in self._tickets.values())
        self._outbox.broken(over_status=over_status)
        self._tickets.clear()
        return sync.Lost(by_us=by_us)

    def _received(self, event: Received) -> sync.Event | None:
        self._line.acknowledge(event.mid)
        if event.retained:  # nobody of ours has the broker keep one: a pause would hold at every connect, for ever
            self._health.count("sync.retained_receipt")
            return None
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
            self._health.trouble("backlog", str(error))
            self._outbox.broken(over_status=False)
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
                frames = due_in_turn(self._shelf, command.limit, exclude=command.exclude, last=command.last)
                self._health.trouble("backlog", None)
                waiting = tuple(sync.Waiting(held.frame_id, held.sha256, held.size) for held in frames)
                return sync.Due(waiting, more=len(frames) == command.limit)
            case sync.Ask():
                asked = tuple(Asked(id=f.frame_id, sha=f.sha256, size=f.size) for f in command.frames)
                self._publish(UpKind.QUERY, dump_json(Query(q=asked)), ticket=command.ticket)
            case sync.SendRange():
                return self._send(command)
            case sync.Admit():
                self._hand_over(*self._outbox.take(), ticket=command.ticket)
            case sync.Deliver():
                self._deliver(command)
            case sync.Quarantine():
                return self._quarantine(command)
            case sync.Ceiling():
                self._shelf.set_chunk_ceiling(self._line.address, command.length)
                self._health.count("sync.chunk_raised" if command.raised else "sync.chunk_halved")
            case sync.HangUp():
                self._health.count("sync.stalled")
                self._line.hang_up("nothing moved")
                return self._lost(by_us=True)
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

    def _quarantine(self, command: sync.Quarantine) -> sync.Event:
        self._shelf.quarantine(command.frame_id, command.reason)
        self._health.count("sync.quarantined")
        notice = Notice(code="quarantined", text=command.reason[:240], frame_id=command.frame_id)
        return sync.Post(self._outbox.put_notice(notice))

    def _publish(self, kind: UpKind, payload: bytes, *, ticket: int) -> None:
        self._hand_over(kind, Message(up(self._device, kind), payload), ticket=ticket)

    def _hand_over(self, kind: UpKind, message: Message, *, ticket: int) -> None:
        """Publish under a ticket; on a line that has just broken nothing is sent, and ``Down`` is on its way."""
        mid = self._line.publish(message)
        if mid is not None:
            self._tickets[mid] = (ticket, kind)
