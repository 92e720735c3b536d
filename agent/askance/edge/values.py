"""What moves between the stages: frames, signals, decisions; frozen, and checked once, at birth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.wire.capture import Arm, ClockQuality, Priority, Reason
from askance.wire.identity import CameraId

Image: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int32]
Counts: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Instant:
    """When a frame was taken.

    Attributes:
        monotonic_ns: nanoseconds of the device's monotonic clock; a recording's frames lie on the recording's own
            time line, begun at the moment it was opened, so that cooldowns and budgets mean the same as live.
        wall_ms: milliseconds since 1970, UTC, as the device believes; None when it has no idea.
        clock: how far ``wall_ms`` can be trusted.
    """

    monotonic_ns: int
    wall_ms: int | None
    clock: ClockQuality


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame.

    Attributes:
        image: (height, width, 3), uint8, BGR as OpenCV has it.
        camera: who took it.
        taken: when.
        index: 0 for a source's first frame; a gap means that frames were skipped.
    """

    image: Image
    camera: CameraId
    taken: Instant
    index: int

    def __post_init__(self) -> None:
        if self.image.ndim != 3 or self.image.shape[2] != 3 or 0 in self.image.shape:  # noqa: PLR2004 (h, w, BGR)
            raise ValueError(f"expected an image of shape (height, width, 3), got {self.image.shape}")
        if self.image.dtype != np.uint8:
            raise ValueError(f"expected an image of uint8, got {self.image.dtype}")

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.image.shape[0])


Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""Corners (x, y) in order, closed by itself, as shares of the frame's width and height."""

Subject: TypeAlias = tuple[CameraId, str | None, int | Polygon]
"""What a rule may pause for: a camera, where it looks, and a track there or a part of what it sees."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where an object has to stand to count: where the bottom of its box has its middle.

    Attributes:
        include: it has to stand in one of these; none: nothing counts.
        exclude: and in none of these.
    """

    include: tuple[Polygon, ...]
    exclude: tuple[Polygon, ...] = ()


class Measure(NamedTuple):  # a tuple is hashed far faster, which is done many times a frame
    """What a rule wants measured: equal wishes of several rules are measured once.

    Attributes:
        signal: the measure's file name in ``edge/score``.
        label_ids: the labels that count; None: all.
        low: lower bound of a band of scores; None where the measure has no band.
        high: upper bound of the band.
        area: where the objects stand that count; None: anywhere.
    """

    signal: str
    label_ids: frozenset[int] | None = None
    low: float | None = None
    high: float | None = None
    area: Area | None = None

    def inside(self, other: "Measure") -> bool:
        """Whether both have bands, and whatever scores inside its own scores inside the other's and counts there."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return False
        counts = other.label_ids is None or (self.label_ids is not None and self.label_ids <= other.label_ids)
        alike = (self.signal, self.area) == (other.signal, other.area)
        return alike and counts and other.low <= self.low and self.high <= other.high


@dataclass(frozen=True, slots=True)
class Signal:
    """How much one measure doubts a frame.

    Attributes:
        name: the measure's file name in ``edge/score``.
        value: in [0, 1]; 0 is no doubt at all.
        objects: indices into the detections that the doubt is about, most doubtful first.
        text: a sentence for people.
    """

    name: str
    value: float
    objects: tuple[int, ...]
    text: str

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:
            raise ValueError(f"expected a value in [0, 1], got {self.value} for {self.name}")


@dataclass(frozen=True, slots=True)
class Quality:
    """What the gate measured on a frame, for conditions and for the manifest.

    Attributes:
        sharpness: in [0, 1), see ``gate``; 0 is a frame without any edge.
        brightness: mean grey level in [0, 1].
        motion: share of the tile's pixels that changed since the last frame that passed; None for the first frame.
        dhash: 64-bit difference hash, 16 hex digits.
        glare: share of the picture that is blinding, in [0, 1].
        dirt: share of the picture's cells in which something seems to stick to the lens, in [0, 1]; see ``outlook``.
        view: share of the camera's usual view that is left, in [0, 1]; 1 unless another stands in its place.
    """

    sharpness: float
    brightness: float
    motion: float | None
    dhash: str
    glare: float = 0.0
    dirt: float = 0.0
    view: float = 1.0


@dataclass(frozen=True, slots=True)
class Drop:
    """The frame is let go, for a reason that is counted, e.g. ``gate.still`` or ``rules.cooldown``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Spending:
    """What one rule pays for a capture, to be stored in the capture's own transaction."""

    rule: str
    at_ns: int
    frames: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Payer:
    """A rule that a frame is taken from the budget of, and what the frame is to it.

    Attributes:
        rule: its id.
        value: what the frame is worth to it, at least 0.
        arm: the part of the selection that its frames belong to.
        priority: their class in the send order.
        inclusion_probability: of a rule of the random arm; None elsewhere.
        subjects: what the rule pauses for, once it has paid.
    """

    rule: str
    value: float
    arm: Arm
    priority: Priority
    inclusion_probability: float | None = None
    subjects: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """The frame is captured; what it is worth, and to whom, is said by those who pay alone.

    Attributes:
        reasons: every rule that matched, strongest first, at least one.
        payers: who pays, the one of greatest value first, at least one.
    """

    reasons: tuple[Reason, ...]
    payers: tuple[Payer, ...]

    @property
    def arm(self) -> Arm:
        """The part of the selection that took it: the random arm wherever it pays, else the first payer's."""
        return self.payers[0].arm if self.inclusion_probability is None else Arm.RANDOM

    @property
    def inclusion_probability(self) -> float | None:
        """The chance of being drawn; None outside the random arm.

        All random rules share the frame's one draw, so any of them takes it with the greatest of their chances.
        """
        chances = [payer.inclusion_probability for payer in self.payers if payer.inclusion_probability is not None]
        return max(chances, default=None)

    @property
    def value(self) -> float:
        """What it is worth to the labeling queue, at least 0."""
        return max(payer.value for payer in self.payers)

    @property
    def priority(self) -> Priority:
        """Its class in the send order."""
        return min(payer.priority for payer in self.payers)


SignalValues: TypeAlias = Mapping[Measure, Signal | None]
"""Each wish's answer; None where the detector cannot give it."""
