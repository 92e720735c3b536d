"""What each strategy thinks a photo is worth: ours, and those that others use."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from selecting.frames import FRAME_S, OBJECT_S, Looked

from askance.edge.binary_entropy import TOP, binary_entropy
from askance.edge.detections import Detections
from askance.edge.score import TEMPORAL, Lore, measure
from askance.edge.score.error_model import ErrorModel
from askance.edge.score.expected_errors import known
from askance.edge.values import Measure

Scores = NDArray[np.float64]

OURS = "expected_errors"
PER_SECOND = "expected_errors a second"
AGAIN = "expected_errors after a second look"
CONTRADICTED = "second_look"
TIMELY = "expected_errors and time"
MINE = (OURS, PER_SECOND, AGAIN, CONTRADICTED, TIMELY)
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


def score(frames: Sequence[Looked], *, errors: ErrorModel, names: Mapping[int, str]) -> dict[str, Scores | None]:
    """Score every frame by every strategy; None stands for one that goes by place alone.

    Strategies that need a second look, or frames around, are there where all frames have those.
    """
    scored: dict[str, Scores | None] = {}
    expected = np.array([_expected(frame.view.detections, frame, errors=errors) for frame in frames])
    scored[OURS] = expected
    # what is there is what is reported and what is missed; nearly all expected errors are missed objects
    objects = expected + [int(frame.view.detections.reported.sum()) for frame in frames]
    scored[PER_SECOND] = expected / (FRAME_S + OBJECT_S * objects)
    if errors.again is not None and all(frame.view.again for frame in frames):
        knowing = [known(frame.view, errors) for frame in frames]
        scored[AGAIN] = np.array(
            [_expected(seen, frame, errors=model) for (model, seen), frame in zip(knowing, frames, strict=True)]
        )
        scored[CONTRADICTED] = _values(frames, ["second_look"], names=names)
    if any(frame.view.before for frame in frames):
        scored[TIMELY] = expected + _values(frames, sorted(TEMPORAL), names=names)
    scored[SPACED] = None
    for name, rival in rivals(errors.report).items():
        scored[name] = np.array([rival(frame.view.detections) for frame in frames])
    return scored


def _expected(seen: Detections, frame: Looked, *, errors: ErrorModel) -> float:
    return errors.expected(errors.describe(seen, size=frame.view.size))


def _values(frames: Sequence[Looked], signals: Sequence[str], *, names: Mapping[int, str]) -> Scores:
    """Return the sum of some signals of each frame; what time shows is each about as much as an error."""
    wishes, lore = [Measure(signal) for signal in signals], Lore(names)
    answers = [measure(frame.view, wishes, lore=lore).values() for frame in frames]
    return np.array([sum(signal.value for signal in each if signal is not None) for each in answers])
