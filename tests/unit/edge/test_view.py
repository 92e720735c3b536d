"""A moment knows whose candidate is whose, and a still picture stands alone."""

import numpy as np
import pytest

from askance.edge.view import NOBODY, Moment, View, alone
from support_scenes import CAR, PERSON, SIZE, scene


def test_a_moment_names_a_track_for_every_candidate() -> None:
    found = scene((CAR, 0.5), (PERSON, 0.4))

    assert Moment(found, np.array([3, NOBODY], np.int32), at_ns=1).tracks.tolist() == [3, NOBODY]
    with pytest.raises(ValueError, match="expected 2 tracks"):
        Moment(found, np.array([3], np.int32), at_ns=1)


def test_a_still_picture_has_candidates_of_no_track_and_nothing_around_it() -> None:
    found = scene((CAR, 0.5))
    view = alone(found, size=SIZE)

    assert view.detections is found
    assert view.now.tracks.tolist() == [NOBODY]
    assert (View(view.now, SIZE).before, view.after, view.size) == ((), (), SIZE)
