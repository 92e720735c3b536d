"""A request is for the next frame of a camera."""

from askance.edge.requests import Requests, Wish
from askance.wire.identity import CameraId

GATE, YARD = CameraId("gate"), CameraId("yard")
POTHOLE = Wish("a pothole", last_ns=5)


def play(requests: Requests, frames: int, *, camera: CameraId = GATE) -> tuple[Requests, list[Wish | None]]:
    """Show frames of a camera; what was wanted of each."""
    wishes: list[Wish | None] = []
    for _ in range(frames):
        requests, wish = requests.see(camera)
        wishes.append(wish)
    return requests, wishes


def test_nobody_asks_for_anything_at_first() -> None:
    assert [None, None] == play(Requests(), 2)[1]


def test_the_next_frame_is_asked_for_and_no_other() -> None:
    assert [POTHOLE, None] == play(Requests().ask([GATE], POTHOLE), 2)[1]


def test_each_camera_has_a_next_frame_of_its_own() -> None:
    requests = Requests().ask([GATE, YARD], POTHOLE)

    requests, gate = play(requests, 2)
    requests, yard = play(requests, 2, camera=YARD)

    assert ([POTHOLE, None], [POTHOLE, None]) == (gate, yard)
    assert {} == requests.wishes


def test_a_later_request_takes_the_place_of_an_earlier_one() -> None:
    requests = Requests().ask([GATE], POTHOLE).ask([GATE], Wish("second"))

    assert [Wish("second"), None] == play(requests, 2)[1]
