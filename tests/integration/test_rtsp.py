"""A real RTSP camera: its frames come, its death is survived, its password is told to nobody."""

import logging
import threading
import time
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest

from askance.edge.config import CameraSection
from askance.edge.source import Source, open_source
from askance.edge.values import Frame
from askance.wire.identity import CameraId
from chaos.cable import Cable
from support_broker import free_port
from support_polling import until
from support_rtsp import RtspCamera, age_ms, missing

LONG_S = 60


@pytest.fixture
def camera() -> Iterator[RtspCamera]:
    lacking = missing()
    if lacking is not None:
        pytest.skip(lacking)
    with RtspCamera(free_port()) as served:
        yield served


class Watcher:
    """Takes every frame that a source gives."""

    def __init__(self, source: Source) -> None:
        self.frames: list[Frame] = []
        self.source = source
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        for frame in self.source.frames():
            self.frames.append(frame)

    def close(self) -> None:
        self.source.close()
        self._thread.join(5)
        assert not self._thread.is_alive()


@pytest.fixture
def watcher(camera: RtspCamera) -> Iterator[Watcher]:
    section = CameraSection.model_validate({"id": "gate", "url": camera.url, "silence": "2s", "open_timeout": "5s"})
    watching = Watcher(open_source(section, jitter=lambda: 0.1))
    yield watching
    watching.close()


def test_frames_come_in_order_and_show_what_moves(camera: RtspCamera, watcher: Watcher) -> None:
    assert until(lambda: len(watcher.frames) >= 10, within_s=LONG_S), watcher.source.trouble

    taken = [frame.taken.monotonic_ns for frame in watcher.frames]
    assert sorted(taken) == taken
    assert {(CameraId("gate"), 320, 240)} == {(frame.camera, frame.width, frame.height) for frame in watcher.frames}
    assert any(np.any(frame.image != watcher.frames[0].image) for frame in watcher.frames)
    assert watcher.source.live
    assert camera.port


def test_a_camera_that_dies_and_comes_back_is_seen_again(
    camera: RtspCamera, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert until(lambda: watcher.frames, within_s=LONG_S), watcher.source.trouble

    camera.kill()
    assert until(lambda: watcher.source.trouble, within_s=LONG_S)
    trouble = str(watcher.source.trouble)
    seen = len(watcher.frames)
    camera.start()

    assert until(lambda: len(watcher.frames) > seen + 5, within_s=LONG_S), watcher.source.trouble
    assert watcher.source.trouble is None
    assert "s3cret" not in trouble + caplog.text


def test_what_a_stall_held_back_is_not_taken_as_new(camera: RtspCamera) -> None:
    with Cable(camera.port, random=Random(1)) as cable:  # noqa: S311 (no secret)
        section = CameraSection.model_validate({"id": "gate", "url": camera.address(cable.port), "silence": "20s"})
        watching = Watcher(open_source(section, jitter=lambda: 0.1))
        try:
            assert until(lambda: len(watching.frames) >= 10, within_s=LONG_S), watching.source.trouble
            begun = time.monotonic()
            cable.holding.set()
            assert until(lambda: time.monotonic() > begun + 3, within_s=5)
            seen = len(watching.frames)
            cable.holding.clear()
            assert until(lambda: len(watching.frames) > seen + 10, within_s=LONG_S), watching.source.trouble
        finally:
            watching.close()

    assert max(age_ms(frame.image, frame.taken.monotonic_ns) for frame in watching.frames) < 2000
    assert watching.source.counts["restarts"] == 0


def test_pictures_that_lost_packets_are_not_looked_at(camera: RtspCamera) -> None:
    with Cable(camera.port, random=Random(1)) as cable:  # noqa: S311 (no secret)
        section = CameraSection.model_validate({"id": "gate", "url": camera.address(cable.port)})
        watching = Watcher(open_source(section, jitter=lambda: 0.1))
        try:
            assert until(lambda: len(watching.frames) >= 10, within_s=LONG_S), watching.source.trouble
            cable.lost = 0.2
            assert until(lambda: watching.source.counts["unreadable"] >= 10, within_s=LONG_S)
            told = watching.source.trouble
            cable.lost = 0.0
            seen = len(watching.frames)
            assert until(lambda: len(watching.frames) > seen + 10, within_s=LONG_S), watching.source.trouble
        finally:
            watching.close()

    assert told is not None
    assert "the decoder had to guess parts of it" in told


@pytest.mark.parametrize(
    ("login", "says"),
    [(("viewer", "an0ther"), "it refuses the login"), (("viewer", "s3cret"), None)],
    ids=["wrong", "right"],
)
def test_a_login_with_every_kind_of_sign_is_written_percent_encoded(login: tuple[str, str], says: str | None) -> None:
    lacking = missing()
    if lacking is not None:
        pytest.skip(lacking)
    with RtspCamera(free_port(), login=("view er", "p@ss:w%rd/#?")) as odd:
        if says is not None:
            odd.kill()
            odd.start(login=login)
        section = CameraSection.model_validate({"id": "gate", "url": odd.url, "silence": "2s", "open_timeout": "5s"})
        watching = Watcher(open_source(section, jitter=lambda: 0.1))
        try:
            said = until(lambda: watching.source.trouble if says else watching.frames, within_s=LONG_S)
            trouble = watching.source.trouble
        finally:
            watching.close()

    assert said
    assert (trouble is None) == (says is None)
    assert says is None or says in str(trouble)
