"""How much a frame is worth doubting: one signal per file, each pure and in [0, 1]."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from askance.edge.score.class_switch import class_switch
from askance.edge.score.entropy import entropy
from askance.edge.score.expected_errors import expected_errors
from askance.edge.score.flicker import flicker
from askance.edge.score.isolated import isolated
from askance.edge.score.jitter import jitter
from askance.edge.score.lore import Lore
from askance.edge.score.lost_in_middle import lost_in_middle
from askance.edge.score.margin import margin
from askance.edge.score.near_threshold import near_threshold
from askance.edge.score.silent import silent
from askance.edge.values import Measure, Signal, SignalValues
from askance.edge.view import View


class SignalFunction(Protocol):
    """What every file here defines: a view and a wish in, a signal out, None where the detector cannot give it."""

    def __call__(self, view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
        """Measure one frame."""
        ...


__all__ = ["SIGNALS", "TEMPORAL", "Lore", "measure"]

_TRACKS: Final[Mapping[str, SignalFunction]] = {
    "isolated": isolated,
    "flicker": flicker,
    "silent": silent,
    "class_switch": class_switch,
    "lost_in_middle": lost_in_middle,
    "jitter": jitter,
}
TEMPORAL: Final = frozenset(_TRACKS)
"""Signals that need tracks and the frames around; every detector with boxes gives them."""

SIGNALS: Final[Mapping[str, SignalFunction]] = {
    "near_threshold": near_threshold,
    "margin": margin,
    "entropy": entropy,
    "expected_errors": expected_errors,
    **_TRACKS,
}


def measure(view: View, wishes: Iterable[Measure], *, lore: Lore) -> SignalValues:
    """Answer every wish of the rules for one frame.

    Args:
        view: it.
        wishes: what to measure, see ``Policy.measures``.
        lore: what holds for every frame.
    """
    return {wish: SIGNALS[wish.signal](view, wish, lore=lore) for wish in wishes}
