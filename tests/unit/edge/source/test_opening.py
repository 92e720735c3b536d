"""One function opens every kind of source, and refuses what is none before any process starts."""

from pathlib import Path

import pytest

from askance.edge.config import CameraSection
from askance.edge.source.camera import Camera
from askance.edge.source.opening import Source, open_source
from askance.edge.source.recording import Recording
from askance.errors import SourceError
from askance.wire.identity import CameraId


def opened(url: object) -> Source:
    return open_source(CameraSection(id=CameraId("main"), url=str(url)), jitter=lambda: 0.5)


def test_recordings_wait_and_cameras_do_not(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").touch()
    (tmp_path / "1.png").touch()

    assert isinstance(opened(tmp_path / "clip.mp4"), Recording)
    assert isinstance(opened(tmp_path), Recording)
    assert isinstance(opened("rtsp://10.0.0.7/live"), Camera)
    assert isinstance(opened("0"), Camera)
    assert opened("0").live
    assert not opened(tmp_path).live


@pytest.mark.parametrize(
    "url", [" ", "missing.mp4", "missing/", "gopher://c"], ids=["blank", "file", "folder", "scheme"]
)
def test_what_is_no_source_is_refused_at_once_with_a_hint(url: str) -> None:
    with pytest.raises(SourceError) as refused:
        opened(url)

    assert refused.value.hint
