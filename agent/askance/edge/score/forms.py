"""Shapes of one kind: those of a frame's reported candidates, and those that a track had before."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from askance.edge.detections import Detections
from askance.edge.score.cases import wanted
from askance.edge.shapes import Shape
from askance.edge.values import Measure
from askance.edge.view import Moment

S = TypeVar("S", bound=Shape)


class Place(NamedTuple):
    """Where a shape is found: its frame, and its row there."""

    moment: Moment
    row: int


def reported_forms(found: Detections, kind: type[S], *, wish: Measure) -> dict[int, S] | None:
    """Return the shapes of reported candidates with a label that counts, by row; None where no candidate has the kind.

    Args:
        found: what was seen.
        kind: of the shapes.
        wish: label ids.
    """
    shapes = found.shapes or ()
    if not any(isinstance(shape, kind) for shape in shapes):
        return None
    rows = found.reported.nonzero()[0]
    return {
        row: shape
        for row, label in zip(rows.tolist(), found.label_ids[rows].tolist(), strict=True)
        if isinstance(shape := shapes[row], kind) and wanted(wish, label)
    }


def track_forms(moments: Sequence[Moment], track: int, *, kind: type[S]) -> Iterator[tuple[Place, S]]:
    """List the reported shapes of a track, in the order of the moments."""
    for moment in moments:
        report, shapes = moment.reports.get(track), moment.detections.shapes
        if report is not None and shapes is not None and isinstance(shape := shapes[report.row], kind):
            yield Place(moment, report.row), shape
