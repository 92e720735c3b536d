"""A moment knows whose candidate is whose, and a still picture stands alone."""

import numpy as np
import pytest

from askance.edge.view import NOBODY, Moment, Part, View, alone, cut
from support_looks import look
from support_scenes import CAR, PERSON, SIZE, scene
from support_tracks import MIDDLE, TENTH_NS, Seen, moment, view


def test_a_moment_names_a_track_for_every_candidate() -> None:
    found = scene((CAR, 0.5), (PERSON, 0.4))

    tracks, sightings = np.array([3, NOBODY], np.int32), np.array([5, 0])
    assert Moment(found, tracks, 1, sightings).tracks.tolist() == [3, NOBODY]
    with pytest.raises(ValueError, match="expected 2 tracks"):
        Moment(found, tracks[:1], 1, sightings)
    with pytest.raises(ValueError, match="expected 2 sightings"):
        Moment(found, tracks, 1, sightings[:1])


def test_a_still_picture_has_candidates_of_no_track_and_nothing_around_it() -> None:
    found = scene((CAR, 0.5))
    view = alone(found, size=SIZE)

    assert view.detections is found
    assert (view.now.tracks.tolist(), view.now.sightings.tolist()) == ([NOBODY], [0])
    assert (View(view.now, SIZE).before, view.after, view.size, view.usual, view.again) == ((), (), SIZE, None, ())


def test_a_moment_knows_the_row_of_each_track_and_what_is_reported_of_it() -> None:
    shown = moment([Seen(7, CAR, 0.75), Seen(score=0.625), Seen(5, PERSON, 0.25)], at_ns=3)

    assert shown.places == {7: 0, 5: 2}
    assert shown.reports == {7: (0, CAR, 0.75, list(MIDDLE), 3)}
    assert shown.reports is shown.reports


def test_a_view_knows_what_was_reported_of_each_track_before_and_after_it() -> None:
    one, low, other = Seen(1, score=0.75), Seen(1, score=0.25), Seen(2, score=0.5)
    seen = view([one], [low], [one, other], now=[other], after=[[], [low, other]])

    assert [0, 2 * TENTH_NS] == [report.at_ns for report in seen.earlier(1)]
    assert [2 * TENTH_NS] == [report.at_ns for report in seen.earlier(2)]
    assert {track: report.at_ns for track, report in seen.last.items()} == {1: 2 * TENTH_NS, 2: 2 * TENTH_NS}
    assert [[], [0]] == [[report.row for report in seen.later(track)] for track in (1, 2)]
    assert {track: report.row for track, report in seen.following.items()} == {2: 0}


def test_what_is_reported_next_of_a_track_is_what_comes_first() -> None:
    again = Seen(2, score=0.5)
    seen = view([again], now=[again], after=[[again], [again]])

    assert {2: seen.after[0].reports[2]} == seen.following
    assert [moment.at_ns for moment in seen.after] == [report.at_ns for report in seen.later(2)]


@pytest.mark.parametrize(
    ("box", "is_cut"),
    [
        pytest.param((10, 10, 50, 50), [False], id="inside"),
        pytest.param((0, 0, 50, 50), [False], id="at the border of the frame"),
        pytest.param((10, 10, 99.5, 50), [True], id="at an inner border"),
        pytest.param((10, 10, 50, 99.5), [True], id="at the other inner border"),
        pytest.param((150, 10, 190, 50), [True], id="beyond"),
        pytest.param((98, 10, 99, 50), [False], id="just before the rim"),
    ],
)
def test_a_part_cuts_what_reaches_a_border_that_lies_inside_the_frame(
    box: tuple[float, float, float, float], is_cut: list[bool]
) -> None:
    boxes = np.array([box], np.float32)
    assert is_cut == cut(boxes, (0, 0, 100, 100), size=(200, 200)).tolist()
    turned = 200 - boxes[:, [2, 3, 0, 1]]
    assert is_cut == cut(turned, (100, 100, 200, 200), size=(200, 200)).tolist()


def test_a_look_is_able_to_see_its_labels_where_a_part_shows_the_whole_object() -> None:
    boxes, labels = np.array([[10, 10, 50, 50], [90, 10, 130, 50]], np.float32), np.array([CAR, PERSON], np.int32)
    parts: tuple[Part, ...] = ((0, 0, 120, 100), (80, 0, 200, 100))

    def able(labels_of_it: frozenset[int] | None = None, parts: tuple[Part, ...] = ()) -> list[bool]:
        seen = look("x", labels=labels_of_it, parts=parts).able(boxes, labels, size=(200, 100))
        return list(map(bool, seen))

    assert [True, True] == able()
    assert [True, False] == able(frozenset({CAR}))
    assert [True, True] == able(parts=parts)
    assert [True, False] == able(parts=parts[:1])
    assert [False, True] == able(frozenset({PERSON}), parts)
