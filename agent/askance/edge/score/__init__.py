"""How much a frame is worth doubting: one signal per file, each pure and in [0, 1]."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from askance.edge.score.angle_jump import angle_jump
from askance.edge.score.class_switch import class_switch
from askance.edge.score.cuboid_jitter import cuboid_jitter
from askance.edge.score.disagreement import disagreement
from askance.edge.score.entropy import entropy
from askance.edge.score.expected_errors import expected_errors
from askance.edge.score.flicker import flicker
from askance.edge.score.isolated import isolated
from askance.edge.score.jitter import jitter
from askance.edge.score.lore import Lore
from askance.edge.score.lost_in_middle import lost_in_middle
from askance.edge.score.margin import margin
from askance.edge.score.mask_dispersion import mask_dispersion
from askance.edge.score.near_threshold import near_threshold
from askance.edge.score.nms_support import nms_support
from askance.edge.score.overlap import overlap
from askance.edge.score.pose_outlier import pose_outlier
from askance.edge.score.rare_class import rare_class
from askance.edge.score.second_look import second_look
from askance.edge.score.silent import silent
from askance.edge.score.unexpected_count import unexpected_count
from askance.edge.values import Area, Measure, Signal, SignalValues
from askance.edge.view import View
from askance.edge.zones import Confined, confine


class SignalFunction(Protocol):
    """What every file here defines: a view and a wish in, a signal out, None where the detector cannot give it."""

    def __call__(self, view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
        """Measure one frame."""
        ...


__all__ = ["SIGNALS", "TEMPORAL", "Lore", "answered", "measure"]

_TRACKS: Final[Mapping[str, SignalFunction]] = {
    "isolated": isolated,
    "flicker": flicker,
    "silent": silent,
    "class_switch": class_switch,
    "lost_in_middle": lost_in_middle,
    "jitter": jitter,
}
_TURNS: Final[Mapping[str, SignalFunction]] = {
    "angle_jump": angle_jump,
    "cuboid_jitter": cuboid_jitter,
}
TEMPORAL: Final = frozenset(_TRACKS) | frozenset(_TURNS)
"""Signals that need tracks and the frames around."""

_ANY: Final = frozenset(_TRACKS) | {"overlap", "unexpected_count"}
"""Signals that every detector with boxes gives the evidence for."""

SIGNALS: Final[Mapping[str, SignalFunction]] = {
    "near_threshold": near_threshold,
    "margin": margin,
    "entropy": entropy,
    "expected_errors": expected_errors,
    "overlap": overlap,
    "nms_support": nms_support,
    "mask_dispersion": mask_dispersion,
    "pose_outlier": pose_outlier,
    "rare_class": rare_class,
    "unexpected_count": unexpected_count,
    "second_look": second_look,
    "disagreement": disagreement,
    **_TRACKS,
    **_TURNS,
}


def answered(evidence: frozenset[str], *, lore: Lore) -> frozenset[str]:
    """Name the signals that can be answered at all.

    Args:
        evidence: those that the models' outputs give the evidence for.
        lore: what holds for every frame.
    """
    known = {"expected_errors": lore.errors, "rare_class": lore.counts}
    return evidence | _ANY | lore.again | {name for name, what in known.items() if what is not None}


def measure(view: View, wishes: Iterable[Measure], *, lore: Lore) -> SignalValues:
    """Answer every wish of the rules for one frame; signals know nothing of areas, and see what stands in them alone.

    Args:
        view: it.
        wishes: what to measure, see ``Policy.measures``.
        lore: what holds for every frame.
    """
    answers: dict[Measure, Signal | None] = {}
    parts: dict[Area, Confined] = {}
    for wish in wishes:
        signal = SIGNALS[wish.signal]
        if wish.area is None:
            answers[wish] = signal(view, wish, lore=lore)
            continue
        if wish.area not in parts:
            parts[wish.area] = confine(view, wish.area)
        part = parts[wish.area]
        found = signal(part.view, wish, lore=lore)
        answers[wish] = None if found is None else part.widen(found)
    return answers
