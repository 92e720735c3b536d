"""Objects that a track leads to, and the detector only whispers: probably missed, and the place is known."""

from typing import Final

from askance.edge.score.cases import Case, mean_score, wanted, weigh
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View

SIGHTINGS: Final = 2
"""So often a track has to have been reported; a single report may have been the error."""

NOTHING: Final = Signal("silent", 0.0, (), "no track without its object")


def silent(view: View, wish: Measure, *, lore: Lore) -> Signal:
    """Measure how likely an object is missed whose track goes on below the report threshold.

    A candidate below the threshold on a track that was reported at least twice before counts the mean score of those
    reports (false negatives from inconsistent time series: Maag, 2021).

    Args:
        view: the frame, with tracks.
        wish: label ids, by what the candidate is taken for.
        lore: label names.
    """
    cases: list[Case] = []
    found = view.detections
    for track in view.earlier.keys() & view.now.places.keys() - view.now.reports.keys():
        index, seen = view.now.places[track], view.earlier[track]
        label, usual = int(found.label_ids[index]), mean_score(seen)
        if len(seen) >= SIGHTINGS and wanted(wish, label):
            text = f"{lore.names[label]} (track {track}) has dropped to {found.scores[index]:.2f}, after {usual:.2f}"
            cases.append(Case(usual, index, text))
    return weigh(cases, nothing=NOTHING)
