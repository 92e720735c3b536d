"""A real HTTP camera with real child processes, and what happens when either breaks."""

import os
import signal
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from askance.edge.values import Frame
from support_camera import HttpCamera, children, closing, source
from support_polling import until


@pytest.fixture
def camera() -> Iterator[HttpCamera]:
    with HttpCamera() as server:
        yield server


def test_a_camera_gives_the_newest_frame_and_counts_the_skipped(camera: HttpCamera) -> None:
    opened = source(camera.url)
    frames = closing(opened)
    first = next(frames)
    shown = camera.shown
    assert until(lambda: camera.shown >= shown + 20, within_s=20)
    second = next(frames)

    assert opened.live
    assert second.index > first.index + 10
    assert opened.counts["skipped"] >= second.index - first.index - 1
    assert abs(second.taken.monotonic_ns / 1e9 - monotonic()) < 0.5
    opened.close()


def test_fps_thins_a_camera(camera: HttpCamera) -> None:
    opened = source(camera.url, fps=5)
    stamps = [frame.taken.monotonic_ns for frame in islice(closing(opened), 6)]

    assert np.diff(stamps).mean() / 1e9 == pytest.approx(0.2, abs=0.05)
    assert opened.counts["skipped"] > 10


def test_a_frozen_camera_is_opened_again(camera: HttpCamera) -> None:
    opened = source(camera.url, silence="1s", open_timeout="3s")
    frames = closing(opened)
    before = next(frames)
    camera.frozen.set()
    threading.Timer(3, camera.frozen.clear).start()
    after = next(frame for frame in frames if frame.taken.monotonic_ns > before.taken.monotonic_ns + 2e9)

    assert after.index > before.index
    assert camera.connections >= 2
    assert opened.counts["restarts"] >= 1
    opened.close()


def test_a_camera_that_hangs_up_is_trouble_without_its_password_until_it_is_back(
    camera: HttpCamera, caplog: pytest.LogCaptureFixture
) -> None:
    opened = source(camera.url, silence="2s", open_timeout="2s")
    frames = closing(opened)
    next(frames)
    camera.hang_up.set()
    got = list[Frame]()
    taker = threading.Thread(target=lambda: got.extend(islice((f for f in frames if opened.counts["restarts"]), 1)))
    taker.start()
    assert until(lambda: opened.trouble is not None, within_s=20)
    told = opened.trouble
    camera.hang_up.clear()
    taker.join(20)

    assert told == "the camera stopped sending"
    assert len(got) == 1
    assert opened.trouble is None
    assert "s3cret" not in caplog.text
    opened.close()


def test_a_killed_decoder_of_a_camera_is_replaced(camera: HttpCamera) -> None:
    opened = source(camera.url)
    frames = closing(opened)
    before = next(frames)
    (child,) = children(os.getpid())
    os.kill(child, signal.SIGKILL)
    after = next(frame for frame in frames if opened.counts["restarts"] == 1)

    assert after.index > before.index
    assert after.taken.monotonic_ns > before.taken.monotonic_ns
    opened.close()


def test_a_stopped_decoder_is_killed_and_replaced(camera: HttpCamera) -> None:
    """A child stopped by a signal stands for a native call that never returns."""
    opened = source(camera.url, silence="1s")
    frames = closing(opened)
    next(frames)
    (stuck,) = children(os.getpid())
    os.kill(stuck, signal.SIGSTOP)
    next(frame for frame in frames if opened.counts["restarts"] == 1)

    assert stuck not in children(os.getpid())
    assert not Path(f"/proc/{stuck}").exists()
    opened.close()


def test_a_camera_that_changes_its_resolution_keeps_the_old_one_until_it_is_opened_again(camera: HttpCamera) -> None:
    """OpenCV scales what comes to the size that the stream had when it was opened."""
    opened = source(camera.url)
    frames = closing(opened)
    assert next(frames).width == 160
    camera.size = 640, 480
    assert {(120, 160)} == {(frame.height, frame.width) for frame in islice(frames, 20)}

    camera.hang_up.set()
    threading.Timer(1, camera.hang_up.clear).start()
    assert (480, 640) == next((frame.height, frame.width) for frame in frames if frame.width != 160)
    opened.close()


def test_a_camera_that_is_away_never_ends_and_closes_at_once() -> None:
    opened = source("rtsp://viewer:s3cret@127.0.0.1:9/stream", open_timeout="1s")
    got = list[Frame]()
    taker = threading.Thread(target=lambda: got.extend(opened.frames()))
    taker.start()
    assert until(lambda: opened.counts["restarts"] >= 2, within_s=20)
    beat = opened.beat()
    assert until(lambda: opened.beat() > beat, within_s=20)
    assert opened.trouble == "the camera cannot be opened: nobody listens at its port"

    begun = monotonic()
    opened.close()
    taker.join(5)
    assert monotonic() - begun < 2
    assert not taker.is_alive()
    assert got == []
    assert children(os.getpid()) == []


def test_nothing_secret_is_on_the_childs_command_line_or_in_its_environment(camera: HttpCamera) -> None:
    opened = source(camera.url)
    frames = closing(opened)
    next(frames)
    (child,) = children(os.getpid())
    public = Path(f"/proc/{child}/cmdline").read_bytes() + Path(f"/proc/{child}/environ").read_bytes()

    assert b"s3cret" not in public
    opened.close()


def test_a_device_that_is_not_there_is_tried_again() -> None:
    opened = source("63")
    taker = threading.Thread(target=lambda: list(opened.frames()))
    taker.start()
    assert until(lambda: opened.counts["restarts"] >= 1, within_s=20)
    opened.close()
    taker.join(5)

    assert opened.live
    assert not taker.is_alive()
