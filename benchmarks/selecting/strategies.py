"""What each strategy thinks a photo is worth: ours, and those that others use."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from selecting.frames import FRAME_S, OBJECT_S, Looked

from askance.edge.detections import Detections
from askance.edge.score.entropy import TOP, binary_entropy
from askance.edge.score.error_model import ErrorModel
from askance.edge.score.statistics import statistics

Scores = NDArray[np.float64]

OURS = "expected_errors"
PER_SECOND = "expected_errors a second"
SPACED = "every k-th"
RANDOM = "random"

CLOSE = 0.1
"""Roboflow's epsilon in its own examples."""

NEAR = 0.3
"""Half the band of the count: the best of 0.05 to 0.3 for both models on coco128 train."""


def rivals(report: float) -> Mapping[str, Callable[[Detections], float]]:
    """Return what others would score a frame by; the greatest is labelled first.

    Roboflow's package asks for many others before it can be imported, so its rule is written anew: an object of a score
    closer than epsilon to the threshold makes a frame match, and which of the matching ones are kept is chance. It is
    given every candidate, where its agent would see those that are reported.
    """
    return {
        RANDOM: lambda _: 0.0,
        "lowest mean confidence": _mean_doubt,
        "close to threshold (Roboflow's rule)": lambda found: float((np.abs(found.scores - report) < CLOSE).any()),
        "count near threshold": lambda found: float((np.abs(found.scores - report) < NEAR).sum()),
        "entropy, sum of top 20": lambda found: float(np.sort(binary_entropy(found.scores))[-TOP:].sum()),
        "number of candidates": lambda found: float(len(found)),
    }


def _mean_doubt(found: Detections) -> float:
    """Return minus the mean score of what is reported; a frame with nothing reported has no mean, and comes last."""
    return -float(found.scores[found.reported].mean()) if found.reported.any() else -2.0


def score(frames: Sequence[Looked], *, errors: ErrorModel) -> dict[str, Scores | None]:
    """Score every frame by every strategy; None stands for one that goes by place alone."""
    scored: dict[str, Scores | None] = {}
    expected = np.array([_expected(frame, errors) for frame in frames])
    scored[OURS] = expected
    # what is there is what is reported and what is missed; nearly all expected errors are missed objects
    objects = expected + [int(frame.view.detections.reported.sum()) for frame in frames]
    scored[PER_SECOND] = expected / (FRAME_S + OBJECT_S * objects)
    scored[SPACED] = None
    for name, rival in rivals(errors.report).items():
        scored[name] = np.array([rival(frame.view.detections) for frame in frames])
    return scored


def _expected(frame: Looked, errors: ErrorModel) -> float:
    return errors.expected(statistics(frame.view.detections, size=frame.view.size, floor=errors.floor))
