"""A small centre on a real link: it stages what comes, commits what is complete, and answers queries."""

from askance.mqtt import LinkEvent, Message, Received, Subscribed, Up
from askance.sections import BrokerSection
from askance.wire import topics
from askance.wire.annotations import WireModel
from askance.wire.codec import digest, dump_json, load_json, unpack_chunk
from askance.wire.identity import DeviceId, FrameId, Sha256
from askance.wire.receipts import Asked, Missing, Notice, Query, Receipt, Receipts, Status, Stored
from support_link import Ear, section


class Receiver:
    """Answers one device from the link's own thread.

    Attributes:
        frames: what is committed.
        heard: status, queries and notices, in order.
        answers: whether queries are answered.
        confirms: whether it says that it has them.
    """

    def __init__(self, port: int, *, device: DeviceId) -> None:
        self.frames: dict[FrameId, bytes] = {}
        self.heard: list[WireModel] = []
        self.answers = True
        self.confirms = True
        self._device = device
        self._asked: dict[Sha256, Asked] = {}
        self._staged: dict[FrameId, dict[int, bytes]] = {}
        self._broker: BrokerSection = section(port)
        self._ear = Ear(self._broker, client_id="receiver", report=self._report)

    def open(self) -> None:
        """Connect and subscribe."""
        self._ear.link.connect()
        self._ear.hear(Up)
        self._ear.link.subscribe(topics.every_up(shared_group=None))
        self._ear.hear(Subscribed)

    def reopen(self) -> None:
        """Connect anew, as after the broker's death; what was staged or committed stays."""
        self._ear.link.close()
        self._ear = Ear(self._broker, client_id="receiver", report=self._report)
        self.open()
        self.say(Receipts(hello=True))

    def close(self) -> None:
        """Disconnect."""
        self._ear.link.close()

    def say(self, receipts: Receipts) -> None:
        """Publish receipts."""
        self.say_bytes(dump_json(receipts))

    def say_bytes(self, payload: bytes, *, retain: bool = False) -> None:
        """Publish whatever stands for receipts."""
        self._ear.link.publish(Message(topics.down(self._device, topics.Down.RECEIPTS), payload, retain=retain))

    def _report(self, event: LinkEvent) -> None:
        if isinstance(event, Received):
            self._take(event)
            self._ear.link.acknowledge(event.mid)
        else:
            self._ear.events.put(event)

    def _take(self, event: Received) -> None:
        topic = topics.parse_up(event.topic)
        assert topic is not None
        match topic.kind:
            case topics.Up.FRAME:
                self._commit(self._asked[digest(event.payload)], event.payload)
            case topics.Up.CHUNK:
                chunk = unpack_chunk(event.payload)
                staged = self._staged.setdefault(chunk.frame_id, {})
                staged[chunk.offset] = chunk.data
                if sum(map(len, staged.values())) == chunk.total:
                    self._commit(self._asked[chunk.sha256], b"".join(data for _, data in sorted(staged.items())))
            case topics.Up.QUERY:
                self._answer(load_json(Query, event.payload))
            case topics.Up.STATUS:
                self.heard.append(load_json(Status, event.payload))
            case topics.Up.EVENT:
                self.heard.append(load_json(Notice, event.payload))

    def _answer(self, query: Query) -> None:
        self.heard.append(query)
        answers: list[Receipt] = []
        for asked in query.q:
            self._asked[asked.sha] = asked
            if asked.id in self.frames and self.confirms:
                answers.append(Stored(st="dup", id=asked.id, sha=asked.sha))
            else:
                self._staged.pop(asked.id, None)
                answers.append(Missing(id=asked.id, sha=asked.sha, need=((0, asked.size),)))
        if self.answers:
            self.say(Receipts(a=tuple(answers)))

    def _commit(self, asked: Asked, envelope: bytes) -> None:
        assert digest(envelope) == asked.sha
        self.frames[asked.id] = envelope
        if self.confirms:
            self.say(Receipts(a=(Stored(st="stored", id=asked.id, sha=asked.sha),)))
