"""Reading with OpenCV: what reaches the ring, and what is said about the rest."""

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.decoding.address import Kind
from askance.edge.decoding.messages import Ended, Failed, Opened, Unreadable
from askance.edge.decoding.reader import DAMAGED
from askance.errors import SourceError
from support_camera import HttpCamera
from support_outlet import collect, collecting, job
from support_polling import until


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


def exif(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with a tag that says how it is to be turned (TIFF, little endian, one entry)."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + orientation.to_bytes(4, "little")
    block = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00" + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]


def half_bright(channels: int, *, kind: type[np.uint8 | np.uint16] = np.uint8) -> NDArray[np.integer[Any]]:
    """A picture of 40 x 20, its left half bright; of four channels the last is alpha."""
    picture = np.full((20, 40, channels), np.iinfo(kind).max // 10, kind)
    picture[:, :20] = np.iinfo(kind).max // 10 * 9
    return picture


@pytest.mark.parametrize(
    ("suffix", "picture"),
    [
        pytest.param(".png", half_bright(1), id="grey"),
        pytest.param(".png", half_bright(4), id="alpha"),
        pytest.param(".webp", half_bright(4), id="alpha in WebP"),
        pytest.param(".png", half_bright(3, kind=np.uint16), id="16 bits"),
        pytest.param(".jpg", half_bright(1), id="grey JPEG"),
        pytest.param(".bmp", half_bright(3), id="BMP"),
    ],
)
def test_pictures_of_every_make_become_bgr(suffix: str, picture: NDArray[np.integer[Any]], tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / f"photo{suffix}"), picture)

    (shot,) = collect(job(Kind.FOLDER, tmp_path), tmp_path).shots

    assert (20, 40, 3) == shot.image.shape
    assert np.abs(shot.image[:, 2:18].astype(int) - 229).max() <= 4
    assert np.abs(shot.image[:, 22:38].astype(int) - 25).max() <= 4


@pytest.mark.parametrize(
    ("orientation", "bright"),
    [
        pytest.param(3, np.s_[:, 24:36], id="upside down"),
        pytest.param(6, np.s_[4:16, :], id="to the right"),
        pytest.param(8, np.s_[24:36, :], id="to the left"),
    ],
)
def test_a_photo_is_turned_as_its_camera_was_held(
    orientation: int, bright: tuple[slice, slice], tmp_path: Path
) -> None:
    whole = cv2.imencode(".jpg", half_bright(3))[1].tobytes()
    (tmp_path / "photo.jpg").write_bytes(exif(whole, orientation))

    (shot,) = collect(job(Kind.FOLDER, tmp_path), tmp_path).shots

    assert ((20, 40) if orientation == 3 else (40, 20)) == shot.image.shape[:2]
    assert shot.image[bright].mean() > 200
    assert shot.image.mean() < 140


@pytest.mark.parametrize(("height", "width"), [(1, 1), (4320, 7680)], ids=["1 x 1", "8K"])
def test_a_picture_of_any_size_up_to_max_side_is_delivered(height: int, width: int, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "photo.png"), np.full((height, width, 3), 7, np.uint8))

    (shot,) = collect(job(Kind.FOLDER, tmp_path), tmp_path).shots

    assert (height, width, 3) == shot.image.shape


def test_a_camera_on_request_delivers_its_first_frame_and_then_one_for_each_wish(tmp_path: Path) -> None:
    with HttpCamera() as camera:
        wanting = collecting(job(Kind.NETWORK, camera.url, on_request=True), tmp_path)
        assert until(lambda: wanting.shots and camera.shown > wanting.shots[0].position + 10)
        assert 1 == len(wanting.shots)
        wanting.want()
        assert until(lambda: len(wanting.shots) == 2)
        shown = camera.shown
        assert until(lambda: camera.shown > shown + 10)
        camera.hang_up.set()
        wanting.join()

    assert 2 == len(wanting.shots)
    assert wanting.shots[1].position > wanting.shots[0].position + 5


class HalfCamera(HttpCamera):
    """Sends half of each picture from the tenth to the twentieth."""

    def part(self, level: int) -> bytes:
        whole = np.random.default_rng(level).integers(0, 256, (120, 160, 3), np.uint8)
        jpeg = cv2.imencode(".jpg", whole)[1].tobytes()
        sent = jpeg[: len(jpeg) // 2] if 10 <= level < 20 else jpeg
        return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(sent), sent)


@pytest.mark.parametrize("damaged", [False, True], ids=["not wanted", "wanted"])
def test_pictures_of_which_the_decoder_has_to_guess_parts_are_told_and_not_delivered(
    tmp_path: Path, *, damaged: bool
) -> None:
    with HalfCamera() as camera:

        def hang_up_later() -> None:
            until(lambda: camera.shown > 35, within_s=30)
            camera.hang_up.set()

        ending = threading.Thread(target=hang_up_later)
        ending.start()
        collected = collect(job(Kind.NETWORK, camera.url, damaged=damaged), tmp_path)
        ending.join()
    told = [
        message.position for message in collected.messages if isinstance(message, Unreadable) and message.why == DAMAGED
    ]
    delivered = {shot.position for shot in collected.shots}

    assert damaged == (not told)
    assert not delivered & set(told)
    assert damaged or len(told) >= 10
