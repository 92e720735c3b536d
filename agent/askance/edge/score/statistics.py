"""What the candidates of one frame look like in numbers, from which its errors are expected."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detections import Detections
from askance.edge.score.entropy import TOP, binary_entropy
from askance.edge.values import Floats

BINS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
"""Where one bin of scores ends and the next begins; the first begins at the floor, the last ends at 1."""

SMALL: Final = 0.1
"""Below this side an object is small: the root of its area, as a share of the root of the frame's."""

CROWDED: Final = 0.3
CONTESTED: Final = 0.5
COVERED: Final = 0.45
_CLAIMED: Final = 0.3

_HISTOGRAM: Final = tuple(f"scores_to_{round(100 * end):03d}" for end in (*BINS, 1.0))
_TOTALS: Final = ("candidates", "reported", "score_sum", "unreported_sum", "reported_doubt")
_DOUBTS: Final = ("entropy", "entropy_top", "entropy_small", "variance")
_PLACES: Final = ("crowded", "contested", "places", "place_score_sum", "place_unreported_sum", "place_entropy")
_LABELS: Final = ("labels", "labels_claimed", "most_of_a_label", "most_score_of_a_label")
_EXTREMES: Final = ("best_score", "typical_side")

NAMES: Final = (*_HISTOGRAM, *_TOTALS, *_DOUBTS, *_PLACES, *_LABELS, *_EXTREMES)
"""What each entry of the vector is."""


def statistics(detections: Detections, *, size: tuple[int, int], floor: float) -> NDArray[np.float64]:
    """Describe a frame by what one forward pass says of it; no number depends on the order of the candidates.

    With the score ``p`` of a candidate, its binary entropy ``H(p)`` in bits (see ``entropy``) and its side, the root of
    the share of the frame that its box covers:

    * ``scores_to_X``: candidates in each bin of scores, the bin named by its upper end in hundredths;
    * ``candidates``, ``reported``: how many; ``score_sum``, ``unreported_sum``: the sum of ``p`` of all, and of those
      not reported; ``reported_doubt``: of ``1 - p`` of those reported;
    * ``entropy``, ``entropy_top``, ``entropy_small``: the sum of ``H(p)`` of all, of the twenty greatest, of the small;
      ``variance``: of ``p (1 - p)``;
    * ``crowded``: candidates that another of their label overlaps by more than ``CROWDED``; ``contested``: that one of
      another label overlaps by more than ``CONTESTED``;
    * ``places``: candidates that no better one overlaps by more than ``COVERED``, a guess at how many things there are;
      ``place_...``: the sums over those alone;
    * ``labels``: how many there are; ``labels_claimed``: those whose scores sum to more than 0.3; ``most_...``: of
      the label with most, how many candidates and what sum of scores it has;
    * ``best_score``; ``typical_side``: the mean side, weighted by score.

    Class scores and rivals are not asked for: with them errors were not foretold better (8-fold cross-validation on
    coco128 train), not every decoder has them, and rivals cost as much as the suppression.

    Args:
        detections: the frame's.
        size: width and height of the frame, pixels, above 0.
        floor: candidates with a lower score are left out.

    Returns:
        (len(NAMES),), float64, finite, none below 0.
    """
    kept = detections.scores >= floor
    scores = np.clip(detections.scores[kept].astype(np.float64), 0.0, 1.0)
    if not len(scores):
        return np.zeros(len(NAMES))
    boxes, reported = detections.boxes[kept], detections.reported[kept]
    bits = binary_entropy(detections.scores[kept])
    labels = np.unique(detections.label_ids[kept], return_inverse=True)[1]
    sides = np.sqrt(_areas(boxes).astype(np.float64) / (size[0] * size[1]))
    counts, sums = np.bincount(labels), np.bincount(labels, weights=scores)
    crowded, contested, covered = _overlapped(boxes, scores, labels=labels)
    place = ~covered
    values: list[float] = [
        *np.bincount(np.searchsorted(BINS, scores, side="right"), minlength=len(_HISTOGRAM)).tolist(),
        len(scores),
        reported.sum(),
        scores.sum(),
        scores[~reported].sum(),
        (1.0 - scores[reported]).sum(),
        bits.sum(),
        np.sort(bits)[-TOP:].sum(),
        bits[sides < SMALL].sum(),
        (scores * (1.0 - scores)).sum(),
        crowded.sum(),
        contested.sum(),
        place.sum(),
        scores[place].sum(),
        scores[place & ~reported].sum(),
        bits[place].sum(),
        len(counts),
        (sums > _CLAIMED).sum(),
        counts.max(),
        sums.max(),
        scores.max(),
        (scores * sides).sum() / max(scores.sum(), np.finfo(np.float64).tiny),
    ]
    return np.array(values, np.float64)


def _overlapped(
    boxes: Floats, scores: NDArray[np.float64], *, labels: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of each candidate, shape (n,), whether it is crowded, contested, covered."""
    common, areas = _common(boxes), _areas(boxes)
    both = areas[:, None] + areas
    same = labels[:, None] == labels
    crowded = _any((common > _part(CROWDED) * both) & same)
    contested = _any((common > _part(CONTESTED) * both) & ~same)
    covered = _any((common > _part(COVERED) * both) & (scores > scores[:, None]))
    return crowded, contested, covered


def _any(table: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(table.any(axis=1), np.bool_)


def _part(iou: float) -> np.float32:
    """Return the share of two boxes' areas together that they have in common at an IoU; no division of tables then."""
    return np.float32(iou / (1.0 + iou))


def _common(boxes: Floats) -> Floats:
    """Return the area that each pair of boxes has in common, shape (n, n); 0 of a box with itself."""
    left, top, right, bottom = np.ascontiguousarray(boxes.T)
    across: Floats = np.minimum(right[:, None], right)
    down = np.minimum(bottom[:, None], bottom)
    across -= np.maximum(left[:, None], left)
    down -= np.maximum(top[:, None], top)
    np.maximum(across, np.float32(0.0), out=across)
    across *= np.maximum(down, np.float32(0.0), out=down)
    np.fill_diagonal(across, 0.0)
    return across


def _areas(boxes: Floats) -> Floats:
    width, height = np.maximum(boxes[:, 2:] - boxes[:, :2], np.float32(0.0)).T
    areas: Floats = width * height
    return areas
