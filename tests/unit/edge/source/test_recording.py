"""Recordings: every frame once, on a time line that begins at opening, to a clear end."""

import os
import signal
import time
from pathlib import Path

import pytest

from askance.edge.config import CameraSection
from askance.edge.decoding.address import resolve
from askance.edge.source.recording import Recording
from askance.errors import SourceError
from askance.wire.identity import CameraId
from support_camera import children


def recording(path: Path, *, fps: float | None = None) -> Recording:
    return Recording(CameraSection(id=CameraId("gate"), url=str(path), fps=fps), resolve(str(path)))


def test_the_time_line_begins_when_it_is_opened(assets: Path) -> None:
    before = time.monotonic_ns()
    frames = list(recording(assets / "video" / "crossing" / "img", fps=30).frames())

    assert before <= frames[0].taken.monotonic_ns <= time.monotonic_ns()
    assert frames[90].taken.monotonic_ns == frames[0].taken.monotonic_ns + 3_000_000_000
    assert {"gate"} == {frame.camera for frame in frames}
    assert len(frames) == 120


def test_a_death_between_frames_changes_nothing_but_the_count(assets: Path) -> None:
    opened, indices = recording(assets / "video" / "crossing" / "img"), list[int]()
    for frame in opened.frames():
        indices.append(frame.index)
        if frame.index == 50:
            (child,) = children(os.getpid())
            os.kill(child, signal.SIGKILL)

    assert list(range(120)) == indices
    assert opened.counts == {"skipped": 0, "unreadable": 0, "restarts": 1}


def test_what_cannot_be_decoded_names_the_file_and_a_way_on(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no video")

    with pytest.raises(SourceError, match=r"cannot be decoded: .*clip\.mp4: not a video") as refused:
        list(recording(tmp_path / "clip.mp4").frames())
    assert refused.value.hint is not None
    assert "ffprobe" in refused.value.hint
