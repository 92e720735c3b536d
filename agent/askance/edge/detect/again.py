"""Further looks at one frame: at its parts, at its mirror image, with other models; a forward pass at a time."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import cv2
import numpy as np

from askance.edge.config import SecondLookSection
from askance.edge.detect.crop import Crop, tiles
from askance.edge.detect.detector import Detector
from askance.edge.detect.lane import Lane
from askance.edge.detect.merge import gather, take
from askance.edge.detect.model import Prepared
from askance.edge.detect.preprocess import Preprocessor
from askance.edge.detections import Detections
from askance.edge.values import Floats, Image
from askance.edge.view import Again, cut
from askance.errors import ConfigError, ModelError

TILES: Final = "tiles"
MIRROR: Final = "mirror"


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a frame again.

    Attributes:
        name: its own.
        exactly: what makes it this look and no other, in words; of another model the hash of its file.
        detector: who looks.
        signal: what it is evidence for.
        count: the frame is cut into so many tiles a side.
        overlap: what two neighbours have in common, as a share of the frame's side.
        mirrored: left and right are exchanged before.
        preprocess: makes the inputs; the detector's own may still hold that of the frame after.
    """

    name: str
    exactly: str
    detector: Detector
    signal: str = "second_look"
    count: int = 1
    overlap: float = 0.0
    mirrored: bool = False
    preprocess: Preprocessor = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "preprocess", Preprocessor(self.detector.model.package.card.input))

    def see(self, part: Image, *, lane: Lane) -> Detections:
        """Look at a part of a frame.

        Args:
            part: (height, width, 3), uint8, BGR.
            lane: runs the forward pass.

        Returns:
            In pixels of the part as it was given.

        Raises:
            ModelError: the forward pass failed, or its outputs are not finite.
        """
        shown = cv2.flip(part, 1).astype(np.uint8, copy=False) if self.mirrored else part
        prepared = Prepared(*self.preprocess(shown))
        outputs = lane.ask(partial(self.detector.forward, prepared)).result()
        found = self.detector.read(outputs, fit=prepared.fit)
        return _plain(found, _mirrored(found.boxes, width=part.shape[1]) if self.mirrored else found.boxes)


class SecondLook:
    """Every further look that a configuration asks for: tiles, mirror, other detectors, challengers, in this order.

    Args:
        main: the detector that has looked before.
        section: which looks.
        others: detectors of another architecture or training.
        challengers: the main detector in another precision or version.
        lane: runs the forward passes.

    Raises:
        ConfigError: two looks have the same name.
    """

    def __init__(
        self,
        main: Detector,
        section: SecondLookSection,
        *,
        others: Sequence[Detector] = (),
        challengers: Sequence[Detector] = (),
        lane: Lane,
    ) -> None:
        looks: list[Look] = []
        if section.tiles is not None:
            exactly = f"{section.tiles} x {section.tiles}, overlap {section.overlap:g}"
            looks.append(Look(TILES, exactly, main, count=section.tiles, overlap=section.overlap))
        if section.mirror:
            looks.append(Look(MIRROR, "left and right exchanged", main, mirrored=True))
        looks += [Look(each.info.name, each.info.sha256, each) for each in others]
        looks += [Look(each.info.name, each.info.sha256, each, "disagreement") for each in challengers]
        self.looks: Final[Mapping[str, str]] = {look.name: look.exactly for look in looks}
        self.signals: Final = frozenset(look.signal for look in looks)
        if len(self.looks) < len(looks):
            raise ConfigError(
                f"two looks have the same name: {', '.join(look.name for look in looks)}",
                hint="see `second_look.models` and `second_look.challengers`",
            )
        self._all, self._known, self._lane = looks, main.labels, lane

    def begin(self, image: Image) -> "Looking":
        """Get ready to look at a frame again; nothing runs before the first step.

        Args:
            image: (height, width, 3), uint8, BGR; it has to stay as it is until the last step.
        """
        return Looking(image, self._all, known=self._known, lane=self._lane)

    def look(self, image: Image) -> tuple[Again, ...]:
        """Take all steps at once.

        Raises:
            ModelError: a model failed.
        """
        looking = self.begin(image)
        while looking.left:
            looking.step()
        for fault in looking.faults.values():
            if fault is not None:
                raise ModelError(fault)
        return looking.seen


class Looking:
    """A frame that is being looked at again; whoever steps may stop, and go on later.

    Attributes:
        faults: of each look that is over: what went wrong, None where nothing did.
    """

    def __init__(self, image: Image, looks: Sequence[Look], *, known: frozenset[int], lane: Lane) -> None:
        self.faults: Final[dict[str, str | None]] = {}
        self._image, self._known, self._lane = image, known, lane
        height, width = image.shape[:2]
        self._left = deque((look, tiles(width, height, count=look.count, overlap=look.overlap)) for look in looks)
        self._parts: list[Detections] = []
        self._seen: list[Again] = []

    @property
    def left(self) -> int:
        """How many forward passes are left."""
        return sum(len(crops) for _, crops in self._left) - len(self._parts)

    @property
    def seen(self) -> tuple[Again, ...]:
        """What the looks that are over saw; one that failed is not among them."""
        return tuple(self._seen)

    def step(self) -> None:
        """Run one forward pass and wait for it; where a model fails its look is over, and a fault.

        Raises:
            IndexError: no pass is left.
        """
        look, crops = self._left[0]
        try:
            self._parts.append(self._see(look, crops[len(self._parts)]))
        except ModelError as error:
            self._end(look, fault=str(error))
            return
        if len(self._parts) == len(crops):
            self._seen.append(_put_together(look, crops, parts=self._parts, known=self._known))
            self._end(look, fault=None)

    def _see(self, look: Look, crop: Crop) -> Detections:
        """Look at one part, in pixels of that, and leave out what an inner border cuts and what is no label of ours."""
        found = look.see(self._image[crop.top : crop.bottom, crop.left : crop.right], lane=self._lane)
        height, width = self._image.shape[:2]
        whole = ~cut(found.boxes + np.array(crop[:2] * 2, np.float32), crop, size=(width, height))
        kept = whole & np.isin(found.label_ids, list(self._known))
        return take(found, np.flatnonzero(kept))

    def _end(self, look: Look, *, fault: str | None) -> None:
        self.faults[look.name] = fault
        self._left.popleft()
        self._parts = []


def _put_together(look: Look, crops: Sequence[Crop], *, parts: Sequence[Detections], known: frozenset[int]) -> Again:
    """Make one table of what was seen in all parts; of an object in several the best box stays."""
    rows = sum(len(part) for part in parts)
    nowhere = np.zeros(4, np.float32)  # stands for the box of tags, of which there are none
    placed = [((crop.left, crop.top), nowhere, part) for crop, part in zip(crops, parts, strict=True)]
    found = parts[0] if len(parts) == 1 else gather(placed, most=rows)
    return Again(
        look.name,
        found,
        labels=look.detector.labels & known,
        signal=look.signal,
        parts=tuple(crops) if len(crops) > 1 else (),
    )


def _plain(found: Detections, boxes: Floats) -> Detections:
    """Return boxes, scores and labels alone: forms and class scores are large, and nobody asks for them."""
    return Detections(boxes, found.scores, found.label_ids, class_scores=None, reported=found.reported)


def _mirrored(boxes: Floats, *, width: int) -> Floats:
    turned = boxes[:, [2, 1, 0, 3]]
    turned[:, [0, 2]] = width - turned[:, [0, 2]]
    return turned
