"""Cameras: the newest frame with its own time, and another attempt after every failure."""

import time
from collections.abc import Iterator

import pytest

from askance.edge.config import CameraSection
from askance.edge.decoding.address import resolve
from askance.edge.source.camera import LONGEST_WAIT_S, Camera
from askance.wire.identity import CameraId
from support_camera import HttpCamera
from support_polling import until


def camera(url: str, draws: Iterator[float]) -> Camera:
    return Camera(CameraSection(id=CameraId("gate"), url=url), resolve(url), jitter=lambda: next(draws))


def test_a_frame_is_stamped_when_it_is_grabbed() -> None:
    with HttpCamera() as server:
        opened = camera(server.url, iter([0.0]))
        frames = opened.frames()
        next(frames)
        shown = server.shown
        assert until(lambda: server.shown > shown + 5)
        before = time.monotonic_ns()
        taken = next(frames).taken
        opened.close()

    assert before - 1_000_000_000 < taken.monotonic_ns <= time.monotonic_ns()
    assert taken.wall_ms is None or abs(taken.wall_ms / 1000 - time.time()) < 2
    assert list(frames) == []


def test_a_random_number_is_drawn_for_every_wait() -> None:
    drawn: list[float] = []

    def draws() -> Iterator[float]:
        while True:
            drawn.append(0.0)
            if len(drawn) == 3:
                opened.close()
            yield 0.0

    opened = camera("http://127.0.0.1:9/none.mjpg", draws())
    assert list(opened.frames()) == []
    assert len(drawn) == 3
    assert opened.counts["restarts"] == 3


def test_what_is_wrong_is_logged_once_for_as_long_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    opened = camera("http://127.0.0.1:9/none.mjpg", iter([0.0, 0.0]))
    with pytest.raises(RuntimeError):  # the third wait finds no number
        list(opened.frames())

    assert opened.counts["restarts"] == 3
    assert ["source.restart: camera gate: the camera cannot be opened: nobody listens at its port"] == [
        record.getMessage() for record in caplog.records
    ]


def test_a_camera_that_was_away_for_hours_is_looked_for_every_few_seconds() -> None:
    assert LONGEST_WAIT_S <= 6
