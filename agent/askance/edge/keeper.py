"""The way of a frame that is kept: picture, annotations, price, store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf, nextafter
from typing import Final, NamedTuple

from askance.codecs.header import MAX_PIXELS
from askance.codecs.jpeg import encode
from askance.edge.annotate import annotate, fit, tally
from askance.edge.detect.panel import Seen
from askance.edge.health import Health
from askance.edge.rules import Memory, Policy, RuleId, defray, settle
from askance.edge.stages import Begun, Stages, Taken
from askance.edge.store import Draft
from askance.edge.values import Drop, Frame, Image, Keep, Spending
from askance.errors import StoreFullError, WireError
from askance.wire.annotations import Annotation
from askance.wire.capture import Arm, ImageInfo, Reason, Role
from askance.wire.codec import MAX_MANIFEST, dump_json
from askance.wire.identity import FrameId

FULL: Final = "full of frames that are worth more; it goes on when the centre takes some, or raise `store.quota`"
_MANIFEST_FRAME: Final = 2048  # bytes of a manifest without its annotations, rounded up


class Paid(NamedTuple):
    """What became of a frame that rules would keep.

    Attributes:
        memory: what the rules remember now.
        payers: those that paid for it.
        ended: how it ended.
        size: bytes that it takes, at most.
    """

    memory: Memory
    payers: frozenset[RuleId]
    ended: FrameId | Drop
    size: int


@dataclass(frozen=True, slots=True)
class Beside:
    """The frame that others are kept around.

    Attributes:
        frame_id: its name in the store; None: a rule that only counts would have kept it.
        taken_ns: when it was taken, on its camera's time line.
        keep: why it was kept.
        payers: the rules that paid for it.
    """

    frame_id: FrameId | None
    taken_ns: int
    keep: Keep
    payers: frozenset[RuleId]

    @property
    def arm(self) -> Arm:
        """The part of the selection that frames around it belong to: its own, and never the random one."""
        paid = (payer.arm for payer in self.keep.payers if payer.rule in self.payers)
        return next((arm for arm in paid if arm is not Arm.RANDOM), Arm.UNCERTAINTY)

    def offset_s(self, taken: Taken) -> float:
        """Return how long after it a frame was taken, seconds."""
        return (taken.taken.monotonic_ns - self.taken_ns) / 1e9

    def reason(self, taken: Taken) -> Reason:
        """Say why a frame around it is kept."""
        offset_s = self.offset_s(taken)
        first = next(reason for reason in self.keep.reasons if reason.rule in self.payers)
        text = f"{abs(offset_s):.1f} s {'before' if offset_s < 0 else 'after'} a frame that {first.rule} kept"
        return first.model_copy(update={"signal": "context", "text": text, "objects": ()})


class _Described(NamedTuple):
    """What a frame's manifest says of what was seen, how long the envelope is at most, and what was left out."""

    annotations: tuple[Annotation, ...]
    reasons: tuple[Reason, ...]
    size: int
    left_out: Mapping[str, int]


class Keeper:
    """Stores the frames that the rules keep; for one thread.

    Args:
        stages: the stages.
        health: takes the counts and the trouble.
        kept: told of every frame that is stored.
    """

    def __init__(self, stages: Stages, health: Health, *, kept: Callable[[], None]) -> None:
        self._stages = stages
        self._health = health
        self._kept = kept

    def take(self, begun: Begun) -> Taken:
        """Take the picture of a frame that may be kept, of the main stream where there is one."""
        frame = begun.frame
        image = self._picture(frame)
        return Taken(
            camera=frame.camera,
            index=frame.index,
            taken=frame.taken,
            now_ns=begun.now_ns,
            quality=begun.quality,
            size=(frame.width, frame.height),
            jpeg=encode(image, self._stages.jpeg_quality),
            picture=(image.shape[1], image.shape[0]),
            pose=begun.pose,
            last_ns=None if begun.asked is None else begun.asked.last_ns,
        )

    def keep(self, taken: Taken, seen: Seen, *, keep: Keep, policy: Policy, memory: Memory) -> Paid:
        """Take a frame into the store if a rule can pay for it.

        Args:
            taken: the frame.
            seen: what the models saw.
            keep: what the rules say.
            policy: the rules in force.
            memory: what they remember.
        """
        told = self._describe(taken, seen, reasons=keep.reasons)
        self._count(told)
        paid, settled = settle(policy, memory, keep=keep, size=told.size, now_ns=taken.now_ns)
        if isinstance(settled, Drop):
            return Paid(memory, frozenset(), settled, told.size)
        draft = replace(
            self._draft(taken, seen, told=told),
            arm=settled.arm,
            inclusion_probability=settled.inclusion_probability,
            value=settled.value,
            priority=settled.priority,
            spendings=tuple(Spending(payer.rule, taken.now_ns, 1, told.size) for payer in settled.payers),
        )
        kept = self._put(draft, taken.jpeg)
        if isinstance(kept, Drop):
            return Paid(memory, frozenset(), kept, told.size)
        self._kept()
        return Paid(paid, frozenset(RuleId(payer.rule) for payer in settled.payers), kept, told.size)

    def surround(self, taken: Taken, seen: Seen, *, beside: Beside, policy: Policy, memory: Memory) -> Paid:
        """Take a frame into the store because of another that is there.

        It belongs to that one's arm, so that what an arm costs and yields is counted with all that it keeps. Around one
        that was drawn by lot too, it belongs to the arm of the first other payer: nobody drew this frame, its chance is
        not known, and it takes none of the room that draws are safe in.

        Args:
            taken: the frame.
            seen: what the models saw.
            beside: which frame it belongs to.
            policy: the rules in force.
            memory: what they remember.
        """
        told = self._describe(taken, seen, reasons=(beside.reason(taken),))
        paid, spendings = defray(policy, memory, payers=beside.payers, size=told.size, at_ns=taken.now_ns)
        if not spendings:
            return Paid(memory, frozenset(), Drop("context.budget_bytes"), told.size)
        self._count(told)
        draft = replace(
            self._draft(taken, seen, told=told),
            arm=beside.arm,
            value=max(0.0, nextafter(beside.keep.value, -inf)),  # what it belongs to goes last
            priority=beside.keep.priority,
            group=beside.frame_id,
            role=Role.CONTEXT,
            offset_s=beside.offset_s(taken),
            spendings=spendings,
        )
        kept = self._put(draft, taken.jpeg)
        if isinstance(kept, Drop):
            return Paid(memory, frozenset(), kept, told.size)
        self._kept()
        return Paid(paid, frozenset(RuleId(spent.rule) for spent in spendings), kept, told.size)

    def price(self, taken: Taken, seen: Seen, *, reasons: tuple[Reason, ...]) -> int:
        """Return how many bytes a frame would take in the store, at most."""
        return self._describe(taken, seen, reasons=reasons).size

    def _describe(self, taken: Taken, seen: Seen, *, reasons: tuple[Reason, ...]) -> _Described:
        """Describe what was seen in pixels of the picture that is kept, as far as its manifest bears it."""
        stages, lore = self._stages, self._stages.lore
        parts = (*reasons, stages.panel.info, *seen.companions)
        described = sum(len(dump_json(part)) for part in parts) + _MANIFEST_FRAME
        lens = stages.lenses.get(taken.camera)
        detections = seen.detections if lens is None else lens(seen.detections)
        found = annotate(
            detections,
            lore.names,
            size=taken.picture,
            scale=taken.scale,
            polygons=stages.polygons,
            probabilities=None if lore.calibration is None else lore.calibration.probabilities(detections),
        )
        annotations, kept = fit(found, reasons, room=MAX_MANIFEST - described, size=taken.picture)
        size = len(taken.jpeg) + sum(len(dump_json(annotation)) for annotation in annotations) + described
        return _Described(annotations, kept, size, tally(found, annotations))

    def _count(self, told: _Described) -> None:
        for reason, count in told.left_out.items():
            self._health.count(reason, count)

    def _draft(self, taken: Taken, seen: Seen, *, told: _Described) -> Draft:
        """Describe a frame, but for why and at what price it is kept."""
        width, height = taken.picture
        return Draft(
            camera=taken.camera,
            pose=taken.pose,
            taken=taken.taken,
            image=ImageInfo(width=width, height=height, dhash=taken.quality.dhash),
            model=self._stages.panel.info,
            companions=seen.companions or None,
            annotations=told.annotations,
            reasons=told.reasons,
            arm=Arm.UNCERTAINTY,
            value=0.0,
        )

    def _picture(self, frame: Frame) -> Image:
        """Return the picture to keep: of the main stream where there is one, and else what was detected on."""
        main = self._stages.main_streams.get(frame.camera)
        if main is None:
            return frame.image
        picture = main.nearest(frame.taken.monotonic_ns)
        if picture is None or picture.shape[0] * picture.shape[1] > MAX_PIXELS:
            self._health.count("main_stream.missed")
            return frame.image
        return picture

    def _put(self, draft: Draft, jpeg: bytes) -> FrameId | Drop:
        try:
            kept = self._stages.store.keep(draft, jpeg)
        except StoreFullError as error:
            self._health.trouble("store", str(error))
            return Drop("store.full")
        except WireError as error:
            self._health.trouble("store", str(error))
            return Drop(f"store.{error.code}")
        self._health.trouble("store", FULL if isinstance(kept, Drop) else None)
        return kept
