"""What is wrong with a picture that no scene looks like: one colour, snow, or the same for too long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.attention import GateSection
from askance.edge.values import Drop

Grey: TypeAlias = NDArray[np.uint8]

WORDS: Final[Mapping[str, str]] = {
    "gate.flat": "the picture is all one colour: lens covered, no signal, or a broken decoder; see `gate.contrast`",
    "gate.snow": "the picture is noise: no signal behind the encoder; see `gate.structure`",
    "gate.frozen": "the picture stands still to the last grain: the camera hangs; see `gate.frozen`",
}
"""The reasons that speak of a fault, and what is said of a camera whose frames have it."""

GRAIN: Final = 2
"""Grey levels of a tile within which two are the same picture, encoded twice.

No two frames of real clips are so near, not even of those drawn by a computer, whose least greatest difference is 3.
"""

_LASTS_NS: Final = 2 * 10**9  # a change from day to night looks like a fault for as long as the filter moves


@dataclass(frozen=True, slots=True)
class PictureMemory:
    """What is remembered of a camera's last frames; all None before the first.

    Attributes:
        tile: the last that differed from the one before, (90, 160), uint8, grey.
        since_ns: since when pictures are the same as that one, monotonic nanoseconds.
        faulty_ns: since when every frame has had a fault; None: the last had none.
        trouble: what is wrong with the camera, for people; None while there is no fault, or it has not lasted.
    """

    tile: Grey | None = None
    since_ns: int | None = None
    faulty_ns: int | None = None
    trouble: str | None = None


class Finding(NamedTuple):
    """What was found on a frame.

    Attributes:
        memory: to be given with the next frame of the camera.
        fault: why the frame shows nothing that is there; None: it does.
    """

    memory: PictureMemory
    fault: Drop | None


def inspect(memory: PictureMemory, tile: Grey, *, at_ns: int, section: GateSection) -> Finding:
    """Look for a fault: ``gate.flat``, ``gate.snow`` or ``gate.frozen``; the first match wins.

    Args:
        memory: of the camera's frames before.
        tile: the frame, small.
        at_ns: when it was taken, monotonic nanoseconds.
        section: what counts as a fault.
    """
    anchor, since_ns = memory.tile, memory.since_ns
    if anchor is None or since_ns is None or not same_picture(anchor, tile):
        anchor, since_ns = tile, at_ns
    fault = _fault(tile, still_ns=at_ns - since_ns, section=section)
    if fault is None:
        return Finding(PictureMemory(anchor, since_ns), None)
    begun_ns = at_ns if memory.faulty_ns is None else memory.faulty_ns
    trouble = WORDS[fault.reason] if at_ns - begun_ns >= _LASTS_NS else None
    return Finding(PictureMemory(anchor, since_ns, begun_ns, trouble), fault)


def same_picture(before: Grey, now: Grey) -> bool:
    """Return whether two tiles show the same picture, encoded once or twice."""
    return cv2.norm(before, now, cv2.NORM_INF) <= GRAIN


def structure(tile: Grey) -> float:
    """Return how alike horizontal neighbours are: the autocorrelation at a distance of one, 0 for white noise.

    It is 1 for a picture of one colour. Photos have 0.6 and more.
    """
    spread = _deviation(tile) ** 2
    if spread == 0.0:
        return 1.0
    left, right = tile[:, :-1], tile[:, 1:]
    return 1.0 - cv2.norm(left, right, cv2.NORM_L2SQR) / right.size / (2.0 * spread)


def _deviation(tile: Grey) -> float:
    """Return the standard deviation of the grey levels."""
    return float(cv2.meanStdDev(tile)[1].item())


def _fault(tile: Grey, *, still_ns: int, section: GateSection) -> Drop | None:
    if _deviation(tile) < section.contrast * 255:
        return Drop("gate.flat")
    if section.structure > 0 and structure(tile) < section.structure:
        return Drop("gate.snow")
    if section.frozen is not None and still_ns >= section.frozen.total_seconds() * 1e9:
        return Drop("gate.frozen")
    return None
