"""A real RTSP camera: its frames come, its death is survived, its password is told to nobody."""

import logging
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from askance.edge.config import CameraSection
from askance.edge.source import Source, open_source
from askance.edge.values import Frame
from askance.wire.identity import CameraId
from support_broker import free_port
from support_polling import until
from support_rtsp import RtspCamera, missing


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
    assert until(lambda: len(watcher.frames) >= 10, within_s=20), watcher.source.trouble

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
    assert until(lambda: watcher.frames, within_s=20), watcher.source.trouble

    camera.kill()
    assert until(lambda: watcher.source.trouble, within_s=20)
    trouble = str(watcher.source.trouble)
    seen = len(watcher.frames)
    camera.start()

    assert until(lambda: len(watcher.frames) > seen + 5, within_s=30), watcher.source.trouble
    assert watcher.source.trouble is None
    assert "s3cret" not in trouble + caplog.text
