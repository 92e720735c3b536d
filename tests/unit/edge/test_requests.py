"""A request is for the next frame of a camera."""

from askance.edge.requests import Requests
from askance.wire.identity import CameraId

GATE, YARD = CameraId("gate"), CameraId("yard")


def play(requests: Requests, frames: int, *, camera: CameraId = GATE) -> tuple[Requests, list[str | None]]:
    """Show frames of a camera; what was said of each."""
    notes: list[str | None] = []
    for _ in range(frames):
        requests, note = requests.see(camera)
        notes.append(note)
    return requests, notes


def test_nobody_asks_for_anything_at_first() -> None:
    assert [None, None] == play(Requests(), 2)[1]


def test_the_next_frame_is_asked_for_and_no_other() -> None:
    assert ["a pothole", None] == play(Requests().ask([GATE], note="a pothole"), 2)[1]


def test_each_camera_has_a_next_frame_of_its_own() -> None:
    requests = Requests().ask([GATE, YARD], note="both")

    requests, gate = play(requests, 2)
    requests, yard = play(requests, 2, camera=YARD)

    assert (["both", None], ["both", None]) == (gate, yard)
    assert {} == requests.notes


def test_a_later_request_takes_the_place_of_an_earlier_one() -> None:
    requests = Requests().ask([GATE], note="first").ask([GATE], note="second")

    assert ["second", None] == play(requests, 2)[1]
