"""A device's cameras are opened as their sections say, with one or two streams each."""

from pathlib import Path

import pytest

from askance.edge.config import CameraSection
from askance.edge.streams import Streams
from askance.errors import SourceError


def opened(*cameras: dict[str, object]) -> Streams:
    return Streams([CameraSection.model_validate(camera) for camera in cameras], jitter=lambda: 0.0)


def test_a_camera_with_a_substream_has_two_parts(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    streams = opened(
        {"id": "gate", "url": "rtsp://10.0.0.7/main", "substream": "rtsp://10.0.0.7/sub"},
        {"id": "yard", "url": "0"},
        {"id": "clip", "url": str(tmp_path)},
    )

    assert ["camera gate", "camera yard", "camera clip", "main stream gate"] == list(streams.parts)
    assert ["gate"] == list(streams.main)
    assert {"gate", "yard"} == streams.live
    assert set(streams.parts) == set(streams.beats())
    assert 0 == streams.counts()["main stream gate restarts"]
    streams.close()
    assert [] == [frame for source in streams.parts.values() for frame in source.frames()]


def test_a_recording_has_no_substream(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()

    with pytest.raises(SourceError, match="no substream") as refused:
        opened({"id": "gate", "url": str(tmp_path), "substream": "rtsp://viewer:s3cret@10.0.0.7/sub"})

    assert "s3cret" not in str(refused.value)
    assert "cameras.substream" in str(refused.value.hint)
