"""What the candidates of one frame look like in numbers, from which its errors are expected."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.binary_entropy import TOP
from askance.edge.detections import Detections
from askance.edge.score.overlaps import overlaps

BINS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
"""Where one bin of scores ends and the next begins; the first begins at the floor, the last ends at 1."""

SMALL: Final = 0.1
"""Below this side an object is small: the root of its area, as a share of the root of the frame's."""

CONTESTED: Final = 0.5
_CLAIMED: Final = 0.3

# At an IoU two boxes have this share of their areas together in common, so that nothing has to be divided.
_CONTESTED_PART: Final = np.float32(CONTESTED / (1.0 + CONTESTED))
_EDGES: Final = np.array(BINS)
_NUMBER, _SCORE, _DOUBT, _ENTROPY, _VARIANCE, _SIDE = range(6)  # what a group of candidates sums to
_TINY: Final = np.finfo(np.float64).tiny

_HISTOGRAM: Final = tuple(f"scores_to_{round(100 * end):03d}" for end in (*BINS, 1.0))
_TOTALS: Final = ("candidates", "reported", "score_sum", "unreported_sum", "reported_doubt")
_DOUBTS: Final = ("entropy", "entropy_top", "entropy_small", "variance")
_LABELS: Final = ("labels", "labels_claimed", "most_of_a_label", "most_score_of_a_label")
_EXTREMES: Final = ("best_score", "typical_side")

NAMES: Final = (*_HISTOGRAM, *_TOTALS, *_DOUBTS, *_LABELS, *_EXTREMES)
"""What each entry of the vector is."""

TOGETHER: Final = (*NAMES, "contested")
"""The same of what several looks together see."""


def statistics(detections: Detections, *, size: tuple[int, int], floor: float) -> NDArray[np.float64]:
    """Describe a frame by what one forward pass says of it; no number depends on the order of the candidates.

    With the score ``p`` of a candidate, its ``binary_entropy`` ``H(p)`` in bits and its side, the root of the share of
    the frame that its box covers:

    * ``scores_to_X``: candidates in each bin of scores, the bin named by its upper end in hundredths;
    * ``candidates``, ``reported``: how many; ``score_sum``, ``unreported_sum``: the sum of ``p`` of all, and of those
      not reported; ``reported_doubt``: of ``1 - p`` of those reported;
    * ``entropy``, ``entropy_top``, ``entropy_small``: the sum of ``H(p)`` of all, of the twenty greatest, of the small;
      ``variance``: of ``p (1 - p)``;
    * ``labels``: how many there are; ``labels_claimed``: those whose scores sum to more than 0.3; ``most_...``: of
      the label with most, how many candidates and what sum of scores it has;
    * ``best_score``; ``typical_side``: the mean side, weighted by score.

    Class scores, rivals and overlaps are not asked for: with them errors were not foretold better (8-fold
    cross-validation on coco128 train), not every decoder has the first, and the others cost as much as all the rest.

    Args:
        detections: the frame's.
        size: width and height of the frame, pixels, above 0.
        floor: candidates with a lower score are left out.

    Returns:
        (len(NAMES),), float64, finite, none below 0.
    """
    rows = (detections.scores >= floor).nonzero()[0]
    if not len(rows):
        return np.zeros(len(NAMES))
    labels, reported = detections.label_ids.take(rows), detections.reported.take(rows)
    scores, bits = np.minimum(np.maximum(detections.exact_scores.take(rows), 0.0), 1.0), detections.bits.take(rows)
    sides = np.sqrt(detections.areas.take(rows).astype(np.float64) / (size[0] * size[1]))
    ones, doubts = np.ones(len(rows), np.bool_), 1.0 - scores
    groups = np.array([ones, reported, ~reported, sides < SMALL], np.float64)
    columns = np.array([ones, scores, doubts, bits, scores * doubts, scores * sides])
    every, sure, unsure, small = (groups @ columns.T).tolist()
    counts, sums = np.bincount(labels), np.bincount(labels, weights=scores)
    values = [
        *np.bincount(_EDGES.searchsorted(scores, side="right"), minlength=len(_HISTOGRAM)).tolist(),
        every[_NUMBER],
        sure[_NUMBER],
        every[_SCORE],
        unsure[_SCORE],
        sure[_DOUBT],
        every[_ENTROPY],
        float(np.sort(bits)[-TOP:].sum()),
        small[_ENTROPY],
        every[_VARIANCE],
        np.count_nonzero(counts),
        np.count_nonzero(sums > _CLAIMED),
        int(counts.max()),
        float(sums.max()),
        float(scores.max()),
        every[_SIDE] / max(every[_SCORE], _TINY),
    ]
    return np.array(values, np.float64)


def statistics_together(detections: Detections, *, size: tuple[int, int], floor: float) -> NDArray[np.float64]:
    """Describe what several looks together see: the same, and of how many candidates models are at odds.

    ``contested`` counts candidates that one of another label overlaps by more than ``CONTESTED``. Where two models look
    it tells much (deviance of SSDLite with tiles and YOLOX-nano 1.87, without it 2.04), and nothing of a single look.

    Returns:
        (len(TOGETHER),), float64, finite, none below 0.
    """
    rows = (detections.scores >= floor).nonzero()[0]
    contested = _count_contested(detections, rows)
    return np.append(statistics(detections, size=size, floor=floor), contested)


def _count_contested(detections: Detections, rows: NDArray[np.intp]) -> int:
    labels, areas = detections.label_ids[rows], detections.areas[rows]
    one, other, common = overlaps(detections.boxes[rows])
    pairs = (labels[one] != labels[other]) & (common > _CONTESTED_PART * (areas[one] + areas[other]))
    flags = np.zeros(len(rows), np.bool_)
    flags[one[pairs]] = flags[other[pairs]] = True
    return int(np.count_nonzero(flags))
