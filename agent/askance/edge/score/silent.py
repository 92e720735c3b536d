"""Objects that a track leads to, and the detector only whispers: probably missed, and the place is known."""

from typing import Final

from askance.edge.score.cases import Case, mean_score, own, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

SIGHTINGS: Final = 2
"""So often a track has to have been reported; a single report may have been the error."""

NOTHING: Final = Signal("silent", 0.0, (), "no track without its object")


def silent(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely an object is missed whose track goes on below the report threshold.

    A candidate below the threshold on a track that was reported at least twice before, last and now under one label,
    counts the mean score of the reports of that label (false negatives from inconsistent time series: Maag, 2021).

    Args:
        view: the frame, with tracks.
        wish: label ids, by what the object was and is taken for.
        lore: label names.
    """
    cases: list[Case] = []
    found = view.detections
    for track in view.last.keys() & view.now.places.keys() - view.now.reports.keys():
        label = view.last[track].label
        index = own(view.now, track, label=label)
        if index is None or not wanted(wish, label):
            continue
        seen = [report for report in view.earlier(track) if report.label == label]
        if len(seen) >= SIGHTINGS:
            usual = mean_score(seen)
            text = f"{lore.names[label]} (track {track}) has dropped to {found.scores[index]:.2f}, after {usual:.2f}"
            cases.append(Case(usual, index, text))
    return weigh(cases, nothing=NOTHING)
