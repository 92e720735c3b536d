"""3D boxes that change their size or turn at once: a thing keeps its size, and turns evenly."""

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.score.cases import Case, weigh
from askance.edge.score.forms import reported_forms, track_forms
from askance.edge.score.lore import Lore
from askance.edge.shapes import Placement, Solid
from askance.edge.values import Measure, Signal
from askance.edge.view import View

Vector: TypeAlias = NDArray[np.float64]

USUAL: Final = 0.15
"""So far corners tremble, as a share of the box: a side longer by a seventh, or a turn by ten degrees."""

SURE: Final = 0.6
"""What has moved so far within a frame is another box: a side longer by half, or a turn by forty degrees."""

_TINY: Final = np.finfo(np.float64).tiny


class _Course(NamedTuple):
    """A 3D box now and in its last two reports; where there is one alone it stands for both.

    Attributes:
        row: of the candidate.
        track: its track.
        solids: now, the last one, the one before.
        places: where these are in space; empty where that is not known of all three, or their lengths differ in kind.
        share: the time since the last one, as a multiple of that between the two; 0 where there is one alone.
    """

    row: int
    track: int
    solids: tuple[Solid, Solid, Solid]
    places: tuple[Placement, ...]
    share: float


NOTHING: Final = Signal("cuboid_jitter", 0.0, (), "no 3D box that jumps")


def cuboid_jitter(view: View, wish: Measure, /, *, lore: Lore) -> Signal | None:
    """Measure how far the corners of a 3D box move about its centre beyond its motion; None where there is no 3D box.

    They are expected where the last report of the track had them, or where its last two lead, whichever is nearer. The
    root of their mean squared distance from there, as a share of their spread, counts from 0 at ``USUAL`` to 1 at
    ``SURE``. Where the boxes are placed in space, it is their corners there, so that size and pose count, and depth
    does not; else it is the corners in the picture, brought to one spread (as shapes are compared: Kendall, 1984).

    Args:
        view: the frame, with tracks; without frames before it nothing can be said.
        wish: label ids.
        lore: label names.
    """
    found = view.detections
    solids = reported_forms(found, Solid, wish=wish)
    if solids is None:
        return None
    cases: list[Case] = []
    courses = [course for row, solid in solids.items() if (course := _course(view, row, solid=solid)) is not None]
    for known, forms in ((True, _in_space), (False, _in_picture)):
        group = [course for course in courses if bool(course.places) == known]
        for course, moved in zip(group, _moved(forms(group), group).tolist() if group else (), strict=True):
            if moved > USUAL:
                what = f"the 3D box of {lore.names[int(found.label_ids[course.row])]} (track {course.track})"
                doubt = min(1.0, (moved - USUAL) / (SURE - USUAL))
                cases.append(Case(doubt, course.row, f"{what} jumps: its corners move by {moved:.0%} of its size"))
    return weigh(cases, nothing=NOTHING)


def _course(view: View, row: int, *, solid: Solid) -> _Course | None:
    track = int(view.now.tracks[row])
    before = list(islice(track_forms(view.before[::-1], track, kind=Solid), 2))
    if not before:
        return None
    (place, last), (earlier, eldest) = before[0], before[-1]
    apart_ns = place.moment.at_ns - earlier.moment.at_ns
    share = (view.now.at_ns - place.moment.at_ns) / apart_ns if apart_ns > 0 else 0.0
    solids = (solid, last, eldest)
    places = tuple([each.placement for each in solids if each.placement is not None])
    alike = len(places) == len(solids) and len({each.metric for each in places}) == 1
    return _Course(row, track, solids, places if alike else (), share)


def _moved(forms: Vector, courses: Sequence[_Course]) -> Vector:
    """Return how far corners lie from where they were expected, shape (n,), as a share of their spread.

    Args:
        forms: (n, 3, ...): numbers whose distances are those of the corners about their centres.
        courses: the time between them.
    """
    now, last, eldest = np.moveaxis(forms.reshape(len(forms), 3, -1), 1, 0)
    moved, led = now - last, np.array([[course.share] for course in courses]) * (last - eldest)
    distances = np.minimum(np.linalg.norm(moved, axis=1), np.linalg.norm(moved - led, axis=1))
    return np.asarray(distances / np.maximum(np.linalg.norm(last, axis=1), _TINY), np.float64)


def _in_space(courses: Sequence[_Course]) -> Vector:
    """Return half the sides of boxes as columns, shape (n, 3, 3, 3).

    Corners are sums and differences of the columns: the mean squared distance of those of two boxes is the sum over it.
    """
    places = [place for course in courses for place in course.places]
    w, x, y, z = np.array([place.rotation for place in places]).T
    turns = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    halves = turns.transpose(2, 0, 1) * np.array([place.size for place in places])[:, None] / 2
    return np.asarray(halves.reshape(len(courses), 3, 3, 3), np.float64)


def _in_picture(courses: Sequence[_Course]) -> Vector:
    """Return corners about their centre, brought to the spread 1, shape (n, 3, 8, 2)."""
    corners = np.array([[solid.points[1:] for solid in course.solids] for course in courses])
    corners -= corners.mean(axis=2, keepdims=True)
    return np.asarray(corners / np.maximum(np.linalg.norm(corners, axis=(2, 3), keepdims=True), _TINY), np.float64)
