"""As many annotations as a manifest bears: masks get coarser before any annotation goes."""

from collections.abc import Mapping, Sequence
from typing import Final

from askance.codecs.pixels import covered, resample
from askance.codecs.rle import encode
from askance.edge.annotate.canvas import TOLERANCE, flat, tight
from askance.wire.annotations import Annotation, Mask, Polygon, Segment
from askance.wire.capture import Reason
from askance.wire.codec import dump_json

_STEPS: Final = (2, 4, 8)  # pixels in one, across and down
_OWN: Final = ("kind", "counts", "grid", "scope")


def fit(
    annotations: Sequence[Annotation], reasons: Sequence[Reason], *, room: int, size: tuple[int, int] | None = None
) -> tuple[tuple[Annotation, ...], tuple[Reason, ...]]:
    """Make all take ``room`` bytes at most; reasons point at the rest.

    Masks are simplified first, all of them alike; what still is too much is left out from the end, the weakest first.

    Args:
        annotations: best first.
        reasons: whose ``objects`` are indices of annotations.
        room: bytes of JSON.
        size: width and height of the image; None where there is no mask.
    """
    simple = _simplified(annotations, room=room, size=size)
    kept = 0
    for annotation in simple:
        room -= _bytes(annotation)
        if room < 0:
            break
        kept += 1
    if kept == len(simple):
        return tuple(simple), tuple(reasons)
    pointed = (tuple(index for index in reason.objects if index < kept) for reason in reasons)
    return tuple(simple[:kept]), tuple(
        reason.model_copy(update={"objects": objects}) for reason, objects in zip(reasons, pointed, strict=True)
    )


def tally(before: Sequence[Annotation], after: Sequence[Annotation]) -> Mapping[str, int]:
    """Count what `fit` did to annotations, by the reason it is to be counted under; empty where it did nothing."""
    simplified = sum(old != new for old, new in zip(before, after, strict=False))
    counts = {"annotate.simplified": simplified, "annotate.left_out": len(before) - len(after)}
    return {reason: count for reason, count in counts.items() if count}


def _simplified(annotations: Sequence[Annotation], *, room: int, size: tuple[int, int] | None) -> Sequence[Annotation]:
    """Return the annotations, their masks as coarse as they have to be; at the coarsest even if that is too much."""
    simple = annotations
    for step in _STEPS:
        if size is None or sum(map(_bytes, simple)) <= room:
            break
        simple = [_coarser(annotation, step, size=size) for annotation in annotations]
    return simple


def _coarser(annotation: Annotation, step: int, *, size: tuple[int, int]) -> Annotation:
    if not isinstance(annotation, Mask | Segment):
        return annotation
    mask = covered(annotation, width=size[0], height=size[1])
    if isinstance(annotation, Mask) and annotation.scope == "instance":
        rings = flat(tight(mask, tolerance=TOLERANCE * step / 2))
        if not rings:
            return annotation
        shorter = Polygon.model_validate(annotation.model_dump(exclude=set(_OWN)) | {"rings": rings})
        return shorter if _bytes(shorter) < _bytes(annotation) else annotation
    grid = -(-size[0] // step), -(-size[1] // step)
    if annotation.grid is not None and annotation.grid[0] <= grid[0]:
        return annotation
    coarse = resample(mask, width=grid[0], height=grid[1])
    return annotation.model_copy(update={"counts": encode(coarse), "grid": grid})


def _bytes(annotation: Annotation) -> int:
    return len(dump_json(annotation)) + 1
