"""The large stream gives a picture when one is wanted, the one nearest in time, and none that is too far away."""

import threading
import time
from collections.abc import Iterator

import pytest

from askance.edge.config import CameraSection
from askance.edge.decoding.address import resolve
from askance.edge.source.main_stream import APART_NS, MainStream
from askance.wire.identity import CameraId
from support_camera import HttpCamera
from support_polling import until


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    with HttpCamera() as served:
        yield served


@pytest.fixture
def stream(camera: HttpCamera) -> Iterator[MainStream]:
    section = CameraSection(id=CameraId("gate"), url=camera.url)
    opened = MainStream(section, resolve(camera.url), jitter=lambda: 0.0)
    watching = threading.Thread(target=opened.watch)
    watching.start()
    assert until(lambda: opened.nearest(time.monotonic_ns()) is not None, within_s=20)
    yield opened
    opened.source.close()
    watching.join(5)
    assert not watching.is_alive()


def test_a_wanted_picture_is_of_the_moment(camera: HttpCamera, stream: MainStream) -> None:
    """The camera's grey level counts the pictures that it has shown."""
    shown = camera.shown
    assert until(lambda: camera.shown > shown + 25)
    stream.want()
    at_ns, level = time.monotonic_ns(), camera.shown % 250

    picture = stream.nearest(at_ns)

    assert picture is not None
    assert abs(int(picture.mean()) - level) < 8


def test_what_nobody_wants_is_not_fetched(camera: HttpCamera, stream: MainStream) -> None:
    stream.want()
    stream.nearest(time.monotonic_ns())
    fetched, shown = stream.source.counts["skipped"], camera.shown
    assert until(lambda: camera.shown > shown + 20)

    assert fetched == stream.source.counts["skipped"]


def test_a_picture_that_is_too_far_away_is_none(stream: MainStream) -> None:
    assert stream.nearest(time.monotonic_ns() + 2 * APART_NS + 10**9) is None


def test_before_its_camera_is_there_nothing_is_wanted_in_vain() -> None:
    url = "http://127.0.0.1:9/none.mjpg"
    away = MainStream(CameraSection(id=CameraId("gate"), url=url), resolve(url), jitter=lambda: 0.0)

    away.want()

    assert away.nearest(0) is None
