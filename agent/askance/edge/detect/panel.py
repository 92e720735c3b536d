"""All models that look at a device's frames: the main one at each, its companions now and then or at what it found."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Final

from askance.edge.config import CompanionSection
from askance.edge.detect.crop import around
from askance.edge.detect.decode import Outputs
from askance.edge.detect.detector import Detector
from askance.edge.detect.fit import Fit
from askance.edge.detect.lane import Lane
from askance.edge.detect.merge import gather, merge
from askance.edge.detect.panoptic import segments
from askance.edge.detections import Detections
from askance.edge.values import Floats, Frame
from askance.errors import ModelError
from askance.wire.capture import ModelInfo
from askance.wire.identity import CameraId


@dataclass(frozen=True, slots=True)
class Companion:
    """Another model that looks at some frames.

    Attributes:
        detector: it.
        section: which frames, or which parts of them.
        crops_of: ids of the labels that ``section.crops_of`` names.
    """

    detector: Detector
    section: CompanionSection
    crops_of: frozenset[int]

    def concerns(self, camera: CameraId) -> bool:
        """Whether it looks at this camera at all."""
        return not self.section.cameras or camera in self.section.cameras


@dataclass(frozen=True, slots=True)
class Look:
    """A frame that the models are looking at; ``Panel.finish`` waits for what they see.

    Attributes:
        frame: it.
        main: the main model's pass.
        companions: the passes of those whose turn it is to see the whole frame.
    """

    frame: Frame
    main: "_Pass"
    companions: tuple["_Pass", ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What all models saw.

    Attributes:
        detections: rows of the main model first.
        companions: those that looked at this frame, beside the main model.
        faults: for each of those that were asked, by name: what went wrong, None where nothing did.
    """

    detections: Detections
    companions: tuple[ModelInfo, ...]
    faults: Mapping[str, str | None]

    @property
    def objects(self) -> int:
        """How many objects they report."""
        return int(self.detections.reported.sum())


@dataclass(frozen=True, slots=True)
class _Pass:
    """One model's forward pass, under way."""

    detector: Detector
    fit: Fit
    outputs: Future[Outputs]

    def result(self) -> Detections:
        """Wait for it and read it.

        Raises:
            ModelError: it failed.
        """
        return self.detector.read(self.outputs.result(), fit=self.fit)


class Panel:
    """The main model and its companions; for one thread, which may begin one frame before it finishes the last.

    Forward passes run on the lane one after the other, so that a device never computes more than one at once beside the
    thread that prepares and reads.

    Args:
        main: looks at every frame.
        companions: names of their own.
        lane: runs the forward passes.
        things: ids of the labels that are counted, where masks are to be made panoptic; None: they stay as they are.
    """

    def __init__(
        self, main: Detector, companions: Sequence[Companion], *, lane: Lane, things: frozenset[int] | None = None
    ) -> None:
        self._companions = companions
        self._lane = lane
        self._things = things
        self._looked: Counter[CameraId] = Counter()
        self.main: Final = main
        self.info: Final = main.info
        self.folder: Final = main.model.package.folder
        self.signals: Final = main.signals.union(*(companion.detector.signals for companion in companions))
        self.others: Final = tuple(companion.detector for companion in companions)

    def begin(self, frame: Frame) -> Look:
        """Prepare a frame and let the models look at it; not before the frame before the last is finished."""
        turn = self._looked[frame.camera]
        self._looked[frame.camera] += 1
        due = [
            companion.detector
            for companion in self._companions
            if companion.section.every is not None
            and companion.concerns(frame.camera)
            and turn % companion.section.every == 0
        ]
        main, *others = [self._pass(detector, frame) for detector in (self.main, *due)]
        return Look(frame, main, tuple(others))

    def finish(self, look: Look) -> Seen:
        """Wait for what the models see, and let those that look at parts look at what the main one found.

        Raises:
            ModelError: the main model failed; a companion that fails is told as a fault.
        """
        found = look.main.result()
        tasks: list[tuple[ModelInfo, Callable[[], Detections | None]]] = [
            (passed.detector.info, passed.result) for passed in look.companions
        ]
        tasks += [
            (companion.detector.info, partial(_close_up, companion, look.frame, found=found))
            for companion in self._companions
            if companion.crops_of and companion.concerns(look.frame.camera)
        ]
        seen: list[tuple[str | None, Detections]] = [(None, found)]
        faults: dict[str, str | None] = {}
        looked: list[ModelInfo] = []
        for info, task in tasks:
            try:
                part = task()
            except ModelError as error:
                faults[info.name] = str(error)
                continue
            if part is not None:
                faults[info.name] = None
                looked.append(info)
                seen.append((info.name, part))
        whole = merge(seen)
        if self._things is not None:
            whole = segments(whole, things=self._things, width=look.frame.width, height=look.frame.height)
        return Seen(whole, tuple(looked), faults)

    def _pass(self, detector: Detector, frame: Frame) -> _Pass:
        prepared = detector.prepare(frame.image)
        return _Pass(detector, prepared.fit, self._lane.ask(partial(detector.forward, prepared)))


def _close_up(companion: Companion, frame: Frame, *, found: Detections) -> Detections | None:
    """Let a companion look at the best of the main model's reported objects; None when there is none.

    Raises:
        ModelError: it failed.
    """
    wanted = [
        index
        for index, label in enumerate(found.label_ids)
        if found.reported[index] and int(label) in companion.crops_of
    ][: companion.section.crops]
    parts: list[tuple[tuple[int, int], Floats, Detections]] = []
    for index in wanted:
        box = found.boxes[index]
        crop = around(box, scale=companion.section.crop_scale, width=frame.width, height=frame.height)
        prepared = companion.detector.prepare(frame.image[crop.top : crop.bottom, crop.left : crop.right])
        outputs = companion.detector.forward(prepared)
        parts.append(((crop.left, crop.top), box, companion.detector.read(outputs, fit=prepared.fit)))
    return gather(parts, most=companion.section.candidates) if parts else None
