"""A device with a backlog in the middle of its life, and a centre that has some of it, each in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from askance.central.batch import Letter
from askance.central.config import QueueSection
from askance.central.intake import Intake
from askance.central.queue import Queue
from askance.edge.store import Store
from askance.edge.values import Spending
from askance.wire.annotations import Origin
from askance.wire.capture import ImageInfo
from askance.wire.codec import Chunk, digest, dump_json, pack_chunk, unpack
from askance.wire.identity import FrameId
from askance.wire.receipts import Notice
from askance.wire.topics import Up
from support_central import PERSON, Clock, make_jpeg, open_intake, topic
from support_store import make_draft, open_store, sha_of
from support_wire import kinds_in, manifest, manifest_json

GOLDEN: Final = Path(__file__).parents[1] / "contract" / "golden" / "0.1.0"
LATER: Final = "boot-b"
PENDING: Final = 12
KINDS: Final = manifest(
    image={"width": 64, "height": 48},
    companions=[{**manifest_json()["model"], "name": "roads"}],
    annotations=list(kinds_in(width=64, height=48).values()),
)


@dataclass(slots=True)
class Backlog:
    """What is where.

    Attributes:
        device: the store's folder.
        centre: the catalog's folder.
        kinds: whether there are annotations of every kind, by two models, in the frames.
        envelopes: every frame's bytes that the device holds.
        delivered: frames that both have, and the device knows it.
        aside: the frame that the device has set aside.
    """

    device: Path
    centre: Path
    kinds: bool
    envelopes: dict[FrameId, bytes] = field(default_factory=dict[FrameId, bytes])
    delivered: set[FrameId] = field(default_factory=set[FrameId])
    aside: FrameId | None = None

    def make(self) -> None:
        """Let a device live through two boots, and a centre with it."""
        self._golden_frame()
        with open_store(self.device) as store:
            frames = [self._keep(store, n) for n in range(4)]
            intake = open_intake(self.centre)
            self._deliver(store, intake, frames[:2])
            store.quarantine(frames[2], "schema")
            self.aside = frames[2]
            self._lose(store, frames[3])
        with open_store(self.device, boot_id=LATER) as store:
            waiting = [self._keep(store, n) for n in range(4, 4 + PENDING)]
            store.set_chunk_ceiling("broker:1883", 9000)
        self._begin_some(intake, waiting)
        self._label(intake)
        intake._connection.close()

    def _golden_frame(self) -> None:
        """Leave a frame of the first release behind, as one whose row a crash has taken."""
        envelope = (GOLDEN / "envelope.bin").read_bytes()
        frame_id = unpack(envelope).manifest.frame_id
        file = self.device / "frames" / frame_id[-2:].lower() / f"{frame_id}.askf"
        file.parent.mkdir(parents=True)
        file.write_bytes(envelope)
        self.envelopes[frame_id] = envelope

    def _keep(self, store: Store, number: int) -> FrameId:
        draft = make_draft(value=number / 20, spendings=(Spending("r", number, 1, 1000),))
        draft = replace(draft, image=ImageInfo(width=64, height=48))
        if self.kinds:
            draft = replace(draft, annotations=KINDS.annotations, companions=KINDS.companions)
        kept = store.keep(draft, make_jpeg(seed=number))
        assert isinstance(kept, str)
        self.envelopes[kept] = store.read(kept, 0, length=10**6) or b""
        return kept

    def _lose(self, store: Store, frame_id: FrameId) -> None:
        """Have a frame's file vanish: it is counted as evicted."""
        next(self.device.rglob(f"{frame_id}.askf")).unlink()
        assert store.read(frame_id, 0, length=1) is None
        del self.envelopes[frame_id]

    def _deliver(self, store: Store, intake: Intake, frames: Sequence[FrameId]) -> None:
        for frame_id in frames:
            intake.take([Letter(topic(Up.FRAME), self.envelopes[frame_id])])
            assert store.deliver(frame_id, sha_of(store, frame_id))
            self.delivered.add(frame_id)

    def _begin_some(self, intake: Intake, waiting: Sequence[FrameId]) -> None:
        """Have the centre hold half of two frames, and all of a third whose receipt was lost."""
        for frame_id in waiting[:2]:
            envelope = self.envelopes[frame_id]
            half = Chunk(frame_id, digest(envelope), len(envelope), 1000, envelope[1000:2000])
            intake.take([Letter(topic(Up.CHUNK), pack_chunk(half))])
        intake.take([Letter(topic(Up.FRAME), self.envelopes[waiting[2]])])
        intake.take([Letter(topic(Up.FRAME), b"no envelope")])
        intake.take(
            [Letter(topic(Up.EVENT), dump_json(Notice(code="quarantined", text="schema", frame_id=self.aside)))]
        )

    def _label(self, intake: Intake) -> None:
        """Have one task done and another one leased."""
        tokens = iter("ab")
        queue = Queue(intake._connection, QueueSection(), clock=Clock(), mint=lambda: next(tokens))
        first = queue.claim("ann")
        assert first is not None
        queue.submit(first.token, [PERSON.model_copy(update={"origin": Origin.HUMAN})], seconds=3.0)
        assert queue.claim("bob") is not None
