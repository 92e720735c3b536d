"""Reading with OpenCV, in the child: video files, image folders and cameras, one after another frame into the ring."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.codecs.jpeg import decode
from askance.edge.decoding.address import Kind, pictures
from askance.edge.decoding.complaints import Complaints
from askance.edge.decoding.damage import KEY, Damage
from askance.edge.decoding.lag import Lag
from askance.edge.decoding.messages import Ended, Failed, Job, Opened, Unreadable
from askance.edge.decoding.outlet import Outlet
from askance.edge.decoding.pace import Pace
from askance.errors import SourceError, WireError

DAMAGED: Final = "the decoder had to guess parts of it"

_JPEG: Final = b"\xff\xd8"
_FOLDER_FPS: Final = 1.0  # an image folder has no pace of its own
_DEFAULT_FPS: Final = 25.0  # of a recording that tells neither time stamps nor a rate
_REORDERED: Final = 4  # pictures that a decoder may hold back because they are shown in another order
_COUNT_ERROR: Final = 0.02  # containers estimate their frame count from the duration; that far it may be wrong


def play(job: Job, outlet: Outlet) -> None:
    """Decode what the job names into the outlet until it ends.

    Raises:
        SourceError: it cannot be opened.
    """
    cv2.setNumThreads(1)
    if job.kind is Kind.FOLDER:
        _play_folder(job, outlet)
    elif job.kind is Kind.FILE:
        _play_file(job, outlet)
    else:
        _play_camera(job, outlet)


def _read_picture(path: Path, *, max_side: int) -> NDArray[np.uint8]:
    """Return a whole image, upright, BGR.

    Raises:
        OSError, WireError, cv2.error, ValueError: it cannot be had.
    """
    data = path.read_bytes()
    if data.startswith(_JPEG):
        image = decode(data, upright=True)
    else:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if decoded is None:
            raise ValueError("truncated, or not an image")
        image = decoded.astype(np.uint8, copy=False)
    if max(image.shape) > max_side:
        raise ValueError(f"larger than max_side: {image.shape[1]} x {image.shape[0]}")
    return image


def _play_folder(job: Job, outlet: Outlet) -> None:
    paths = pictures(Path(job.target))
    outlet.say(Opened())
    for position, path in enumerate(paths[job.start :], job.start):
        now = outlet.beat()
        try:
            image = _read_picture(path, max_side=job.max_side)
        except (OSError, WireError, ValueError, cv2.error) as error:
            outlet.say(Unreadable(position, f"{path.name}: {error}"))
            continue
        outlet.wait()
        outlet.begin(*image.shape[:2])[:] = image
        outlet.publish(position=position, media_ns=int(position * 1e9 / (job.fps or _FOLDER_FPS)), monotonic_ns=now)
    outlet.say(Ended(len(paths), missing=0))


def _retrieve(capture: cv2.VideoCapture, outlet: Outlet, *, shape: tuple[int, int], max_side: int) -> tuple[int, int]:
    """Decode the grabbed frame into the next slot, straight where the size is as expected; return its size.

    Raises:
        SourceError: the frame is larger than ``max_side``.
        ValueError: it cannot be decoded.
    """
    slot = outlet.begin(*shape)
    done, image = capture.retrieve(slot)
    if not done:
        raise ValueError("the frame cannot be decoded")
    height, width = image.shape[:2]
    if max(height, width) > max_side:
        raise SourceError(f"frames are larger than max_side: {width} x {height}")
    if image is not slot:
        outlet.begin(height, width)[:] = image if image.ndim == 3 else image[:, :, None]  # noqa: PLR2004 (BGR or grey)
    return height, width


def _shape(capture: cv2.VideoCapture, *, max_side: int) -> tuple[int, int]:
    """Return (height, width) as the stream announces it, if it is plausible; frames may differ."""
    height, width = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    return min(max(height, 1), max_side), min(max(width, 1), max_side)


def _media_times(capture: cv2.VideoCapture) -> Iterator[int]:
    """Grab frame after frame and yield each one's nanoseconds from the first, strictly increasing."""
    rate = capture.get(cv2.CAP_PROP_FPS)
    period_ns = int(1e9 / (rate if rate > 0 else _DEFAULT_FPS))
    begun_ms: float | None = None
    last_ns = -1
    while capture.grab():
        stamp_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
        begun_ms = stamp_ms if begun_ms is None else begun_ms
        media_ns = round((stamp_ms - begun_ms) * 1e6)
        last_ns = media_ns if media_ns > last_ns else last_ns + period_ns
        yield last_ns


def _play_file(job: Job, outlet: Outlet) -> None:
    """Deliver from ``job.start`` on; the frames before are decoded too, because seeking is inexact in many files."""
    capture = cv2.VideoCapture(job.target, cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise SourceError("not a video that can be decoded, or its index is damaged")
    outlet.say(Opened())
    shape, pace, total = _shape(capture, max_side=job.max_side), Pace(job.fps), 0
    for position, media_ns in enumerate(_media_times(capture)):
        total, now = position + 1, outlet.beat()
        following = pace.due(media_ns)
        pace = following or pace
        if following is None or position < job.start:
            continue
        outlet.wait()
        try:
            shape = _retrieve(capture, outlet, shape=shape, max_side=job.max_side)
        except ValueError as error:
            outlet.say(Unreadable(position, str(error)))
            continue
        outlet.publish(position=position, media_ns=media_ns, monotonic_ns=now)
    if total == 0:
        raise SourceError("no frame of it can be decoded")
    promised = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    outlet.say(Ended(total, missing=promised - total if total < promised * (1 - _COUNT_ERROR) else 0))


def _open_camera(job: Job) -> cv2.VideoCapture:
    if job.kind is Kind.DEVICE:
        device = int(job.target) if job.target.isdecimal() else job.target
        return cv2.VideoCapture(device, cv2.CAP_V4L2)
    # FFmpeg heeds them only as parameters of the constructor, and only when it is asked for by name.
    settings = {
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: int(job.open_timeout_s * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC: int(job.read_timeout_s * 1000),
        cv2.CAP_PROP_N_THREADS: 1,  # each more holds a picture back until the next comes
    }
    return cv2.VideoCapture(job.target, cv2.CAP_FFMPEG, [word for setting in settings.items() for word in setting])


def _play_camera(job: Job, outlet: Outlet) -> None:
    """Deliver what is whole and of now.

    Raises:
        SourceError: it cannot be opened, or nothing of that kind comes.
    """
    lag = Lag(0, outlet.beat())  # from here on it is the camera that takes its time
    with Complaints() as complaints:
        capture = _open_camera(job)
        if not capture.isOpened():
            raise SourceError(f"the camera cannot be opened: {complaints.refusal()}")
        outlet.say(Opened())
        _deliver(job, outlet, capture=capture, complaints=complaints, lag=lag)
    outlet.say(Failed("the camera stopped sending"))


def _deliver(job: Job, outlet: Outlet, *, capture: cv2.VideoCapture, complaints: Complaints, lag: Lag) -> None:
    shape, pace, position = _shape(capture, max_side=job.max_side), Pace(job.fps), job.start
    damage, spoilt = Damage(_REORDERED), False
    begun_ns, bad_ns = time.monotonic_ns(), None
    while capture.grab():
        now = outlet.beat()
        lag = lag.after(now, round(capture.get(cv2.CAP_PROP_POS_MSEC) * 1e6))
        complaint = (complaints.heard() or spoilt) and not job.damaged
        damage = damage.after(now, kind=_kind(capture, job.kind), complaint=complaint)
        good = lag.fresh and damage.whole
        bad_ns = None if good else bad_ns or now
        if bad_ns is not None and now - bad_ns > job.read_timeout_s * 1e9:
            raise SourceError("the camera sends nothing that is whole and of now")
        following, spoilt = pace.due(now - begun_ns), False
        # What nobody wants is not converted to pixels: decoding cannot be left out, and costs four times as much.
        if following is not None and good and (not job.on_request or outlet.wanted()):
            pace = following
            try:
                shape = _retrieve(capture, outlet, shape=shape, max_side=job.max_side)
            except ValueError as error:
                outlet.say(Unreadable(position, str(error)))
            else:
                spoilt = complaints.heard() and not job.damaged  # some drivers' pictures are decoded only now
                if not spoilt:
                    outlet.publish(position=position, media_ns=0, monotonic_ns=now)
        if following is not None and (spoilt or not damage.whole):
            outlet.say(Unreadable(position, DAMAGED))
        position += 1


def _kind(capture: cv2.VideoCapture, source: Kind) -> str:
    """Return the type of the grabbed picture, as ``Damage`` wants it; a device's pictures all stand alone."""
    return KEY if source is Kind.DEVICE else chr(max(0, int(capture.get(cv2.CAP_PROP_FRAME_TYPE))))
