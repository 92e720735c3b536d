"""Files and folders with their real child processes, and what happens when they break."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance.errors import SourceError
from support_camera import children, closing, source
from support_polling import until


@pytest.fixture
def bikes(assets: Path) -> Path:
    return assets / "video" / "bikes.mp4"


@pytest.fixture
def truth(bikes: Path) -> list[NDArray[np.uint8]]:
    """Every frame of the clip, read in this process."""
    capture = cv2.VideoCapture(str(bikes))
    images: list[NDArray[np.uint8]] = []
    while (read := capture.read())[0]:
        images.append(read[1].astype(np.uint8))
    return images


def rests(pid: int) -> bool:
    """Wait until a process has used no processor time for 30 looks in a row; False when it never does."""
    looks: list[list[str]] = []

    def calm() -> bool:
        looks.append(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])
        return len(looks) > 30 and all(look == looks[-1] for look in looks[-30:])

    return until(calm, within_s=20)


def test_a_file_gives_every_frame_once_on_its_own_time_line(bikes: Path, truth: list[NDArray[np.uint8]]) -> None:
    opened = source(bikes)
    frames = list(opened.frames())

    assert not opened.live
    assert list(range(250)) == [frame.index for frame in frames]
    assert all(np.array_equal(frame.image, image) for frame, image in zip(frames, truth, strict=True))
    assert {40_000_000} == set(np.diff([frame.taken.monotonic_ns for frame in frames]).tolist())
    assert frames[0].taken.wall_ms is not None
    assert frames[-1].taken.wall_ms == frames[0].taken.wall_ms + 249 * 40
    assert opened.counts == {"skipped": 0, "unreadable": 0, "restarts": 0}
    assert opened.trouble is None
    assert children(os.getpid()) == []


def test_fps_thins_a_file_by_its_own_time_and_counts_the_rest(bikes: Path) -> None:
    opened = source(bikes, fps=5)

    assert list(range(0, 250, 5)) == [frame.index for frame in opened.frames()]
    assert opened.counts == {"skipped": 200, "unreadable": 0, "restarts": 0}


def test_a_slow_taker_loses_nothing(bikes: Path) -> None:
    frames = closing(source(bikes))
    first = next(frames)
    (child,) = children(os.getpid())
    assert rests(child), "it waits for a free slot"

    assert list(range(1, 20)) == [frame.index for frame in islice(frames, 19)]
    assert first.index == 0


@pytest.mark.parametrize("fps", [None, 10.0], ids=["every frame", "thinned"])
def test_a_killed_decoder_of_a_file_continues_where_it_was(
    bikes: Path, truth: list[NDArray[np.uint8]], fps: float | None
) -> None:
    expected = [frame.index for frame in source(bikes, fps=fps).frames()]
    opened, seen = source(bikes, fps=fps), list[int]()
    for frame in opened.frames():
        seen.append(frame.index)
        assert np.array_equal(frame.image, truth[frame.index])
        if len(seen) in (20, 60):
            (child,) = children(os.getpid())
            os.kill(child, signal.SIGKILL)

    assert expected == seen
    assert opened.counts == {"skipped": 250 - len(expected), "unreadable": 0, "restarts": 2}


def test_a_decoder_that_always_dies_at_one_place_is_a_clear_error(bikes: Path) -> None:
    """A frame that crashes the decoder is played by a killer that strikes whenever there is a child."""
    opened, over = source(bikes), threading.Event()

    def kill_them_all() -> None:
        while not over.wait(0.02):
            for child in children(os.getpid()):
                os.kill(child, signal.SIGKILL)

    killer = threading.Thread(target=kill_them_all)
    killer.start()
    try:
        with pytest.raises(SourceError, match="decoding failed 3 times at frame 0") as failed:
            list(opened.frames())
    finally:
        over.set()
        killer.join()
    assert failed.value.hint
    assert opened.counts["restarts"] == 2


def test_the_child_dies_with_its_parent(bikes: Path) -> None:
    program = (
        "import sys\n"
        "from askance.edge.config import CameraSection\n"
        "from askance.edge.source import open_source\n"
        "frames = open_source(CameraSection(id='main', url=sys.argv[1]), jitter=lambda: 0).frames()\n"
        "print(next(frames).index, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(bikes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"0\n"
        (child,) = children(parent.pid)
        parent.kill()

    assert until(lambda: not Path(f"/proc/{child}").exists(), within_s=5)


def test_a_truncated_file_delivers_what_it_has_and_counts_the_rest(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.avi", tmp_path / "cut.avi"
    writer = cv2.VideoWriter(str(whole), cv2.VideoWriter.fourcc(*"MJPG"), 10, (160, 120))
    for level in range(60):
        writer.write(np.full((120, 160, 3), 4 * level, np.uint8))
    writer.release()
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    opened = source(cut)
    frames = list(opened.frames())

    assert 20 < len(frames) < 45
    assert 60 - len(frames) == opened.counts["unreadable"]
    assert opened.trouble is not None
    assert "ends early" in opened.trouble


def test_what_is_not_a_video_is_refused(tmp_path: Path, bikes: Path) -> None:
    text, headless = tmp_path / "notes.mp4", tmp_path / "headless.mp4"
    text.write_text("not a video at all\n" * 100)
    headless.write_bytes(bikes.read_bytes()[:20_000])

    for path in (text, headless):
        with pytest.raises(SourceError, match="not a video that can be decoded") as refused:
            list(source(path).frames())
        assert str(path) in str(refused.value)
        assert refused.value.hint


def test_frames_larger_than_max_side_are_refused(bikes: Path) -> None:
    with pytest.raises(SourceError, match="larger than max_side: 640 x 272"):
        list(source(bikes, max_side=320).frames())


def test_a_folder_is_read_in_natural_order_at_its_own_pace(tmp_path: Path) -> None:
    for number in (10, 9, 1, 2):
        cv2.imwrite(str(tmp_path / f"shot{number}.png"), np.full((30, 40, 3), number, np.uint8))
    frames = list(source(tmp_path).frames())

    assert [1, 2, 9, 10] == [int(frame.image[0, 0, 0]) for frame in frames]
    assert {1_000_000_000} == set(np.diff([frame.taken.monotonic_ns for frame in frames]).tolist())
    at_4 = [frame.taken.monotonic_ns for frame in source(tmp_path, fps=4).frames()]
    assert {250_000_000} == set(np.diff(at_4).tolist())


def test_frames_of_different_sizes_follow_each_other(tmp_path: Path) -> None:
    sizes = [(30, 40), (300, 400), (31, 41), (600, 20), (1000, 1000), (30, 40)]
    for number, (height, width) in enumerate(sizes):
        cv2.imwrite(str(tmp_path / f"{number}.bmp"), np.full((height, width, 3), number + 1, np.uint8))
    frames = list(source(tmp_path).frames())

    assert sizes == [(frame.height, frame.width) for frame in frames]
    assert all(bool((frame.image == number + 1).all()) for number, frame in enumerate(frames))


def test_unreadable_images_are_counted_and_reported(
    tmp_path: Path, assets: Path, caplog: pytest.LogCaptureFixture
) -> None:
    photos = sorted((assets / "images/coco128/images/train2017").glob("*.jpg"))[:4]
    for photo in photos:
        shutil.copy(photo, tmp_path)
    (tmp_path / photos[1].name).write_bytes(photos[1].read_bytes()[:-1000])
    (tmp_path / photos[2].name).write_bytes(b"")
    (tmp_path / "zz.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    opened = source(tmp_path)

    assert [0, 3] == [frame.index for frame in opened.frames()]
    assert opened.counts == {"skipped": 0, "unreadable": 3, "restarts": 0}
    assert [photos[1].name, photos[2].name, "zz.png"] == [
        record.getMessage().split("unreadable: ")[2].split(":")[0] for record in caplog.records
    ]


def test_photos_lie_upright(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", np.zeros((30, 40, 3), np.uint8))[1].tobytes()
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" + bytes(6)
    exif = b"Exif\x00\x00" + tiff
    (tmp_path / "turned.jpg").write_bytes(jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:])

    (frame,) = source(tmp_path).frames()
    assert (frame.height, frame.width) == (40, 30)


def test_closing_before_the_first_frame_ends_the_iteration(bikes: Path) -> None:
    opened = source(bikes)
    opened.close()
    opened.close()

    assert list(opened.frames()) == []
