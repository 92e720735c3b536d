"""How much a frame is worth doubting: one signal per file, each pure and in [0, 1]."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from askance.edge.detections import Detections
from askance.edge.score.entropy import entropy
from askance.edge.score.margin import margin
from askance.edge.score.near_threshold import near_threshold
from askance.edge.values import Measure, Signal, SignalValues


class SignalFunction(Protocol):
    """What every file here defines: detections and a wish in, a signal out, None where the detector cannot give it."""

    def __call__(self, detections: Detections, wish: Measure, /, *, names: Mapping[int, str]) -> Signal | None:
        """Measure one frame."""
        ...


SIGNALS: Final[Mapping[str, SignalFunction]] = {
    "near_threshold": near_threshold,
    "margin": margin,
    "entropy": entropy,
}


def measure(detections: Detections, wishes: Iterable[Measure], *, names: Mapping[int, str]) -> SignalValues:
    """Answer every wish of the rules for one frame.

    Args:
        detections: every candidate from the floor up.
        wishes: what to measure, see ``Policy.measures``.
        names: label names by id, for the sentences.
    """
    return {wish: SIGNALS[wish.signal](detections, wish, names=names) for wish in wishes}
