"""Recordings follow each other on one time line."""

from pathlib import Path

import pytest

from askance.errors import SourceError
from askance.replay.reel import Reel, name_recordings
from support_replay import SECOND, record


def test_a_recording_begins_where_the_one_before_has_ended(tmp_path: Path) -> None:
    paths = [record(tmp_path / "a" / "street", 4), record(tmp_path / "b" / "street", 2)]
    reel = Reel(paths, fps=2)

    taken = [[frame.taken for frame in reel.frames(recording)] for recording in reel.recordings]

    assert [[0, SECOND // 2, SECOND, 3 * SECOND // 2], [2 * SECOND, 5 * SECOND // 2]] == [
        [instant.monotonic_ns for instant in instants] for instants in taken
    ]
    assert {None} == {instant.wall_ms for instants in taken for instant in instants}
    assert 3 * SECOND == reel.length_ns
    assert [("street", 4, 2.0), ("street-2", 2, 1.0)] == [
        (facts["camera"], facts["frames"], facts["seconds"]) for facts in reel.facts()
    ]


def test_one_frame_has_no_length(tmp_path: Path) -> None:
    reel = Reel([record(tmp_path / "one", 1)], fps=None)

    assert [0] == [frame.taken.monotonic_ns for frame in reel.frames(reel.recordings[0])]
    assert 0 == reel.length_ns


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = record(tmp_path / "torn", 3)
    (folder / "001.png").write_bytes(b"no image")
    reel = Reel([folder], fps=1)

    assert [0, 2] == [frame.index for frame in reel.frames(reel.recordings[0])]
    assert "frame 1 is unreadable" in reel.troubles[reel.recordings[0].camera]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("Street 7_b.MP4", "street-7-b", id="words"),
        pytest.param("---.mp4", "recording", id="nothing"),
        pytest.param("x" * 90 + ".mp4", "x" * 48, id="long"),
    ],
)
def test_a_recording_is_a_camera_with_a_name_that_tells_which(path: str, name: str) -> None:
    assert [name, f"{name}-2"] == [recording.camera for recording in name_recordings([Path(path), Path(path)])]


def test_namesakes_of_numbered_recordings_stay_apart() -> None:
    paths = [Path("a-3.mp4"), Path("a.mp4"), Path("b/a.mp4")]

    assert 3 == len({recording.camera for recording in name_recordings(paths)})


def test_what_is_not_there_is_refused_before_anything_plays(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such video file or image folder"):
        Reel([record(tmp_path / "there", 1), tmp_path / "away.mp4"], fps=None)


def test_a_camera_is_refused() -> None:
    with pytest.raises(SourceError, match="a camera cannot be replayed: /dev/null") as caught:
        Reel([Path("/dev/null")], fps=None)

    assert "ffmpeg" in str(caught.value.hint)
