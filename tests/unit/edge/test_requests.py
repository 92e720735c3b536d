"""A request is for the next frame of a camera, and for those of the last seconds where these come up again."""

import pytest

from askance.edge.requests import Requests
from askance.wire.identity import CameraId

GATE, YARD = CameraId("gate"), CameraId("yard")


def play(requests: Requests, *taken_ns: int, camera: CameraId = GATE) -> tuple[Requests, list[str | None]]:
    """Show frames of a camera; what was said of each."""
    notes: list[str | None] = []
    for at_ns in taken_ns:
        requests, note = requests.see(camera, at_ns)
        notes.append(note)
    return requests, notes


def test_nobody_asks_for_anything_at_first() -> None:
    assert [None, None] == play(Requests(), 1, 2)[1]


@pytest.mark.parametrize("before", [(), (10,), (10, 20)])
def test_the_next_frame_is_asked_for_and_no_other(before: tuple[int, ...]) -> None:
    requests, _ = play(Requests(), *before)

    _, notes = play(requests.ask([GATE], note="a pothole"), 30, 40)

    assert ["a pothole", None] == notes


def test_a_frame_that_was_there_before_is_not_the_next() -> None:
    requests, _ = play(Requests(), 10, 20)

    assert [None, None, "now", None] == play(requests.ask([GATE], note="now"), 10, 20, 21, 22)[1]


def test_each_camera_has_a_next_frame_of_its_own() -> None:
    requests = Requests().ask([GATE, YARD], note="both")

    requests, gate = play(requests, 1, 2)
    requests, yard = play(requests, 1, 2, camera=YARD)

    assert (["both", None], ["both", None]) == (gate, yard)
    assert {} == requests.open


def test_a_later_request_takes_the_place_of_an_earlier_one() -> None:
    requests = Requests().ask([GATE], note="first").ask([GATE], note="second")

    assert ["second", None] == play(requests, 1, 2)[1]


def test_frames_of_the_last_seconds_that_come_up_again_are_asked_for_too() -> None:
    requests, _ = play(Requests(), 70, 80, 90, 100)
    requests = requests.ask([GATE], note="what was that", last_ns=20)

    assert [None, "what was that", "what was that", "what was that", None] == play(requests, 79, 80, 100, 101, 102)[1]
