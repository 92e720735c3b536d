"""Panoptic segments out of instance and semantic regions (Kirillov et al., Panoptic Feature Pyramid Networks, 2019)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.extent import extent
from askance.edge.shapes import Region, Scope
from askance.edge.values import Bools, Floats

_VISIBLE: Final = 0.5
_STUFF: Final = 1 / 75  # the paper's 4096 pixels, as a share of COCO's usual 640 x 480


@dataclass(frozen=True, slots=True)
class Part:
    """One segment.

    Attributes:
        index: which of the given regions it is of.
        region: what of it is seen, tight around its pixels.
    """

    index: int
    region: Region


def merge(
    regions: Sequence[Region],
    scores: NDArray[np.floating],
    *,
    label_ids: NDArray[np.integer],
    things: frozenset[int],
    width: int,
    height: int,
) -> tuple[Part, ...]:
    """Divide a frame: every pixel belongs to one segment at most.

    Instances come first, the surer above the others; one of which less than half stays visible is dropped. Stuff takes
    what is left, the larger first, and is dropped where that is too little.

    Args:
        regions: of instances and of semantic classes, in any order, in pixels of the frame.
        scores: (regions,).
        label_ids: (regions,).
        things: labels that are counted: a semantic region of one is left to the instances.
        width: of the frame, pixels.
        height: of the frame, pixels.

    Returns:
        Things and then stuff, as they were laid.
    """
    instances = [index for index, region in enumerate(regions) if region.scope is Scope.INSTANCE]
    stuff = [
        index
        for index, region in enumerate(regions)
        if region.scope is Scope.SEMANTIC and int(label_ids[index]) not in things
    ]
    instances.sort(key=lambda index: -float(scores[index]))
    areas = [int(np.count_nonzero(region.inside)) for region in regions]
    stuff.sort(key=lambda index: -areas[index])
    free = np.ones((height, width), np.bool_)
    wishes = [(index, Scope.THING, _VISIBLE * areas[index]) for index in instances]
    wishes += [(index, Scope.STUFF, _STUFF * width * height) for index in stuff]
    laid = [(index, _lay(regions[index], free, scope=scope, least=least)) for index, scope, least in wishes]
    return tuple(Part(index, region) for index, region in laid if region is not None)


def _lay(region: Region, free: Bools, *, scope: Scope, least: float) -> Region | None:
    """Take a region's pixels from the free ones; None, and nothing taken, where that would be none or too few."""
    (height, width), (rows, columns) = free.shape, region.inside.shape
    top, bottom = np.clip([region.top, region.top + rows], 0, height).tolist()
    left, right = np.clip([region.left, region.left + columns], 0, width).tolist()
    place = (slice(top, bottom), slice(left, right))
    seen = region.inside[top - region.top : bottom - region.top, left - region.left : right - region.left] & free[place]
    count = np.count_nonzero(seen)
    if not count or count < least:
        return None
    free[place] &= ~seen
    tall, wide = extent(seen)
    left, top = left + wide[0], top + tall[0]
    inside = seen[slice(*tall), slice(*wide)].copy()
    return Region(left, top, inside, scope, _soft(region, inside, left=left - region.left, top=top - region.top))


def _soft(region: Region, inside: Bools, *, left: int, top: int) -> Floats | None:
    """Cut a region's soft mask at about the places where ``inside`` was cut from its pixels."""
    if region.soft is None:
        return None
    down, across = (cells / pixels for cells, pixels in zip(region.soft.shape, region.inside.shape, strict=True))
    first, start = int(top * down), int(left * across)
    last, stop = math.ceil((top + inside.shape[0]) * down), math.ceil((left + inside.shape[1]) * across)
    return region.soft[first:last, start:stop]
