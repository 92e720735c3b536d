"""What all sources have in common: counts, trouble without secrets, signs of life."""

from pathlib import Path

import pytest

from askance.edge.config import CameraSection
from askance.edge.decoding.address import resolve
from askance.edge.source.recording import Recording
from askance.wire.identity import CameraId


def test_trouble_and_log_name_the_unreadable_frame_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "password=hunter2.png").write_bytes(b"")
    (tmp_path / "rtsp:").mkdir()
    opened = Recording(CameraSection(id=CameraId("gate"), url=str(tmp_path)), resolve(str(tmp_path)))
    begun = opened.beat()

    assert list(opened.frames()) == []
    assert opened.counts == {"skipped": 0, "unreadable": 1, "restarts": 0}
    assert opened.trouble is not None
    assert opened.trouble.startswith("frame 0 is unreadable: password=hunter2.png: ")
    assert [f"source.unreadable: camera gate: {opened.trouble}"] == [r.getMessage() for r in caplog.records]
    assert opened.beat() > begun


def test_counts_are_a_copy(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    opened = Recording(CameraSection(id=CameraId("gate"), url=str(tmp_path)), resolve(str(tmp_path)))
    before = opened.counts
    list(opened.frames())

    assert before["unreadable"] == 0
    assert opened.counts["unreadable"] == 1
