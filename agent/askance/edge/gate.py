"""Cheap reasons not to look at a frame: a faulty picture, nothing moved, too dark, too bright, blurred, or a copy."""

from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.attention import GateSection
from askance.edge.outlook import Outlook, survey
from askance.edge.picture import PictureMemory, inspect, same_picture
from askance.edge.values import Drop, Frame, Quality

Grey: TypeAlias = NDArray[np.uint8]

TILE_WIDTH: Final = 160
TILE_HEIGHT: Final = 90
CHANGED: Final = 12
"""Grey levels by which a pixel of the tile has to differ to count as changed.

On real clips sensor noise of 6 grey levels (standard deviation) then changes less than 0.05 % of the tile.
"""

BLINDING: Final = 250
"""Grey level from which nothing is to be told any more: sensors end at 255, and coding takes a few levels off."""

_VIEW_SIDE: Final = 640  # blur that a detector cannot see any more does not matter
_HASH_SIDE: Final = 8
_MOST_SHARPNESS: Final = 0.999  # one-pixel chequers reach 1 and, at the border, a little more


@dataclass(frozen=True, slots=True)
class GateMemory:
    """What is remembered of the last frame of a camera that passed, all None before the first, and of faults since.

    Attributes:
        tile: (90, 160), uint8, grey.
        dhash: 64-bit difference hash.
        passed_ns: when it was taken, nanoseconds of the monotonic clock.
        picture: what its pictures were like.
        outlook: what it usually shows.
    """

    tile: Grey | None = None
    dhash: int | None = None
    passed_ns: int | None = None
    picture: PictureMemory = field(default_factory=PictureMemory)
    outlook: Outlook | None = None


class Glance(NamedTuple):
    """What the gate saw.

    Attributes:
        memory: to be given with the next frame of the camera.
        seen: what was measured on a frame that passes, or why the frame need not be looked at.
    """

    memory: GateMemory
    seen: Quality | Drop


def look(memory: GateMemory, frame: Frame, *, section: GateSection) -> Glance:
    """Measure a frame and decide whether the detector should see it.

    The reasons, first match wins: what ``picture.inspect`` finds; ``gate.dark``, ``gate.bright``; unless the last
    passing frame is ``at_least`` old and not the same, ``gate.still`` and ``gate.copy``; ``gate.blurred``. What costs
    most comes last: most frames of a camera are still.
    """
    view = _view(frame.image)
    tile = _tile(view)
    at_ns = frame.taken.monotonic_ns
    finding = inspect(memory.picture, tile, at_ns=at_ns, section=section)
    memory = replace(memory, picture=finding.memory)
    if finding.fault is not None:
        return Glance(memory, finding.fault)
    return _judge(memory, view, tile=tile, at_ns=at_ns, section=section)


def _judge(memory: GateMemory, view: Grey, *, tile: Grey, at_ns: int, section: GateSection) -> Glance:
    """Decide on a frame whose picture is sound."""
    brightness = cv2.mean(tile)[0] / 255
    moved = None if memory.tile is None else motion(memory.tile, tile)
    if brightness < section.darkest:
        return Glance(memory, Drop("gate.dark"))
    if brightness > section.brightest:
        return Glance(memory, Drop("gate.bright"))
    overdue = _overdue(memory, tile, at_ns=at_ns, section=section)
    if moved is not None and moved < section.motion and not overdue:
        return Glance(memory, Drop("gate.still"))
    bits = difference_hash(tile)
    if memory.dhash is not None and (memory.dhash ^ bits).bit_count() <= section.duplicate and not overdue:
        return Glance(memory, Drop("gate.copy"))
    sharp = sharpness(view)
    if sharp < section.sharpness:
        return Glance(memory, Drop("gate.blurred"))
    outlook = survey(memory.outlook, tile, before=memory.tile, at_ns=at_ns)
    quality = Quality(
        sharpness=sharp,
        brightness=brightness,
        motion=moved,
        dhash=f"{bits:016x}",
        glare=glare(tile),
        dirt=outlook.dirt,
        view=outlook.left,
    )
    return Glance(GateMemory(tile, bits, at_ns, memory.picture, outlook), quality)


def sharpness(grey: Grey) -> float:
    """Return the sharpness of a grey image of shape (height, width), uint8, in [0, 1); 0 is an image without any edge.

    The energy of the Laplacian over eight times the energy of the gradient (forward differences). By Parseval's theorem
    that is the gradient energy's mean squared spatial frequency over the greatest that pixels can show. Unlike the
    variance of the Laplacian (Pech-Pacheco et al. 2000) it does not depend on contrast or exposure. White noise has
    0.63; photos have 0.14 to 0.51, and below 0.1 when a Gaussian of 2 pixels has blurred them.
    """
    across = cv2.norm(cv2.absdiff(grey[:, 1:], grey[:, :-1]), cv2.NORM_L2SQR) if grey.shape[1] > 1 else 0.0
    down = cv2.norm(cv2.absdiff(grey[1:], grey[:-1]), cv2.NORM_L2SQR) if grey.shape[0] > 1 else 0.0
    if across + down == 0:
        return 0.0
    curvature = cv2.norm(cv2.Laplacian(grey, cv2.CV_16S), cv2.NORM_L2SQR)
    return min(curvature / (8 * (across + down)), _MOST_SHARPNESS)


def glare(tile: Grey) -> float:
    """Return the share of a tile's pixels that are ``BLINDING``."""
    return int(np.count_nonzero(tile >= BLINDING)) / tile.size


def motion(before: Grey, now: Grey) -> float:
    """Return the share of two tiles' pixels that differ by more than ``CHANGED`` grey levels."""
    return int(np.count_nonzero(cv2.absdiff(before, now) > CHANGED)) / now.size


def difference_hash(grey: Grey) -> int:
    """Return the 64-bit dHash (Krawetz 2013) of a grey image: row by row, is a pixel brighter than its left neighbour.

    The image is averaged down to 9 x 8; the first comparison is the most significant bit.
    """
    small = cv2.resize(grey, (_HASH_SIDE + 1, _HASH_SIDE), interpolation=cv2.INTER_AREA)
    return int.from_bytes(np.packbits(small[:, 1:] > small[:, :-1]).tobytes(), "big")


def _view(image: NDArray[np.uint8]) -> Grey:
    """Return the image in grey, its longer side at most 640 pixels.

    Of a large image only every so many rows are made grey, and every so many columns looked at: to a third, as from
    1080p, those are what a linear filter would have picked anyway, and making all of them grey costs more than
    everything else here together.
    """
    step = max(1, max(image.shape) // _VIEW_SIDE)
    top, left = (min(step // 2, side - 1) for side in image.shape[:2])  # a picture may be one line
    grey = cv2.cvtColor(image[top::step], cv2.COLOR_BGR2GRAY)[:, left::step]
    longer = max(image.shape)
    if longer > _VIEW_SIDE:
        height, width = (max(1, side * _VIEW_SIDE // longer) for side in image.shape[:2])
        grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(grey, np.uint8)


def _tile(view: Grey) -> Grey:
    """Return the view at 160 x 90, averaged; by way of twice that size, because exact halves are fast to average."""
    double = cv2.resize(view, (2 * TILE_WIDTH, 2 * TILE_HEIGHT), interpolation=cv2.INTER_LINEAR)
    return cv2.resize(double, (TILE_WIDTH, TILE_HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _overdue(memory: GateMemory, tile: Grey, *, at_ns: int, section: GateSection) -> bool:
    """Return whether a frame has to pass although it shows little new; one that may be frozen shows nothing new."""
    if section.at_least is None or memory.passed_ns is None or memory.tile is None:
        return False
    if section.frozen is not None and same_picture(memory.tile, tile):
        return False
    return at_ns - memory.passed_ns >= section.at_least.total_seconds() * 1e9
