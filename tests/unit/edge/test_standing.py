"""A camera that turns back finds what it remembers of the pose."""

from askance.edge.gate import GateMemory
from askance.edge.picture import PictureMemory
from askance.edge.standing import MOST, Standings
from askance.edge.track import TrackMemory
from askance.wire.identity import CameraId

GATE, YARD = CameraId("gate"), CameraId("yard")


def test_each_pose_is_remembered_for_itself() -> None:
    standings = Standings()
    home = standings.turn((GATE, "home"))
    home.tracks, home.still_ns = TrackMemory(next_id=7), 5

    road = standings.turn((GATE, "road"))

    assert (TrackMemory().next_id, None) == (road.tracks.next_id, road.still_ns)
    assert standings.at((GATE, "home")) is home
    assert standings.turn((GATE, "home")) is home
    assert standings.at((YARD, "home")).tracks.at_ns is None


def test_faults_of_the_picture_turn_with_the_camera_and_what_it_shows_does_not() -> None:
    standings = Standings()
    home = standings.turn((GATE, "home"))
    home.gate = GateMemory(dhash=3, picture=PictureMemory(trouble="all noise"))

    road, yard = standings.turn((GATE, "road")), standings.turn((YARD, "home"))

    assert (None, "all noise") == (road.gate.dhash, road.gate.picture.trouble)
    assert yard.gate.picture.trouble is None
    road.gate = GateMemory()
    assert (3, None) == ((again := standings.turn((GATE, "home"))).gate.dhash, again.gate.picture.trouble)


def test_poses_that_were_not_looked_at_for_long_are_forgotten() -> None:
    standings = Standings()
    first, second = standings.turn((GATE, "0")), standings.turn((GATE, "1"))
    for number in range(2, MOST):
        standings.turn((GATE, str(number)))
    standings.turn((GATE, "0"))

    standings.turn((GATE, "one more"))

    assert standings.at((GATE, "0")) is first
    assert standings.at((GATE, "1")) is not second
