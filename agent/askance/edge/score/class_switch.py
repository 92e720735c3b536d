"""Objects that are taken for something else in one frame: at most one of the two names is right."""

from collections import Counter
from typing import Final

from askance.edge.score.cases import Case, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

SIGHTINGS: Final = 2
"""So many frames around have to name the object, else there is no majority to differ from."""

HALF: Final = 0.5
"""A name that no greater share of them has is no majority: the others say as loudly that it is something else."""

NOTHING: Final = Signal("class_switch", 0.0, (), "no object that changes its class")


def class_switch(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely an object has the wrong class because its track has another one in the frames around.

    A reported object whose class differs from the one that most of the frames around report on its track, more than
    half of those that report it at all, counts its score times the share of that majority (Kang et al., MLSys 2020).

    Args:
        view: the frame, with tracks.
        wish: label ids; one of the two classes has to be among them.
        lore: label names.
    """
    cases: list[Case] = []
    around = [moment.reports for moment in (*view.before, *view.after)]
    for track, report in view.now.reports.items():
        label = report.label
        labels = [reports[track].label for reports in around if track in reports]
        if len(labels) < SIGHTINGS or labels.count(label) == len(labels):
            continue
        ((usual, count),) = Counter(labels).most_common(1)
        share = count / len(labels)
        if label == usual or share <= HALF or not (wanted(wish, label) or wanted(wish, usual)):
            continue
        text = f"track {track} is {lore.names[label]} here, and {lore.names[usual]} in {count} frames around"
        cases.append(Case(min(1.0, report.score) * share, report.row, text))
    return weigh(cases, nothing=NOTHING)
