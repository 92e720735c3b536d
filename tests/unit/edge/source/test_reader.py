"""Reading with OpenCV: what reaches the ring, and what is said about the rest."""

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.edge.source.address import Kind
from askance.edge.source.messages import Ended, Failed, Opened, Unreadable
from askance.errors import SourceError
from support_camera import HttpCamera
from support_outlet import collect, job


def test_a_file_is_played_from_its_first_frame_to_its_last(assets: Path, tmp_path: Path) -> None:
    collected = collect(job(Kind.FILE, assets / "video" / "carphone_pristine.mp4"), tmp_path)

    assert list(range(120)) == [shot.position for shot in collected.shots]
    assert collected.messages == [Opened(), Ended(120, missing=0)]
    assert collected.shots[0].media_ns == 0
    assert collected.shots[119].media_ns == pytest.approx(119 * 1e9 * 1001 / 30000, abs=1e6)


@pytest.mark.parametrize("fps", [None, 7.0], ids=["every frame", "thinned"])
def test_a_file_taken_over_in_the_middle_gives_what_the_first_child_would_have(
    assets: Path, tmp_path: Path, fps: float | None
) -> None:
    clip = assets / "video" / "carphone_pristine.mp4"
    whole = collect(job(Kind.FILE, clip, fps=fps), tmp_path).shots
    rest = collect(job(Kind.FILE, clip, fps=fps, start=61), tmp_path).shots
    expected = [shot for shot in whole if shot.position >= 61]

    assert [shot.position for shot in expected] == [shot.position for shot in rest]
    assert [shot.media_ns for shot in expected] == [shot.media_ns for shot in rest]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(expected, rest, strict=True))


def test_an_image_folder_says_which_files_it_cannot_read(tmp_path: Path) -> None:
    for number, size in ((0, 10), (1, 700), (3, 20)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((size, size, 3), number, np.uint8))
    (tmp_path / "2.webp").write_bytes(b"RIFF????WEBP")
    (tmp_path / "4.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    collected = collect(job(Kind.FOLDER, tmp_path, fps=2, max_side=640), tmp_path)

    assert [0, 3] == [shot.position for shot in collected.shots]
    assert [0, 1_500_000_000] == [shot.media_ns for shot in collected.shots]
    assert collected.messages == [
        Opened(),
        Unreadable(1, "1.png: larger than max_side: 700 x 700"),
        Unreadable(2, "2.webp: truncated, or not an image"),
        Unreadable(4, "4.jpg: the JPEG has no frame header"),
        Ended(5, missing=0),
    ]


def test_a_folder_taken_over_begins_where_it_is_told(tmp_path: Path) -> None:
    for number in range(5):
        cv2.imwrite(str(tmp_path / f"{number}.bmp"), np.full((8, 8, 3), number, np.uint8))

    assert [3, 4] == [shot.position for shot in collect(job(Kind.FOLDER, tmp_path, start=3), tmp_path).shots]


def test_a_file_that_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no video")

    with pytest.raises(SourceError, match="not a video"):
        collect(job(Kind.FILE, tmp_path / "clip.mp4"), tmp_path)


def test_frames_above_max_side_are_an_error(assets: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="larger than max_side: 176 x 144"):
        collect(job(Kind.FILE, assets / "video" / "carphone_pristine.mp4", max_side=100), tmp_path)


def test_a_camera_is_played_until_it_stops_sending(tmp_path: Path) -> None:
    with HttpCamera() as camera:
        threading.Timer(1, camera.hang_up.set).start()
        collected = collect(job(Kind.NETWORK, camera.url, start=100), tmp_path)

    positions = [shot.position for shot in collected.shots]
    assert list(range(100, 100 + len(positions))) == positions
    assert len(positions) > 5
    assert collected.messages == [Opened(), Failed("the camera stopped sending")]


@pytest.mark.parametrize(
    ("kind", "target"),
    [(Kind.NETWORK, "rtsp://127.0.0.1:9/x"), (Kind.DEVICE, "63"), (Kind.DEVICE, "/dev/null")],
    ids=["network", "index", "device file"],
)
def test_a_camera_that_is_away_is_an_error(kind: Kind, target: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the camera cannot be opened"):
        collect(job(kind, target), tmp_path)
