"""Recordings follow each other on one time line."""

from pathlib import Path

import pytest

from askance.edge.config import CameraSection
from askance.errors import SourceError
from askance.replay.reel import Played, Recording, Reel, Shown, cast, locate, name_recordings
from askance.wire.identity import CameraId
from support_replay import SECOND, STREET, record


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


@pytest.mark.parametrize(("fps", "each_ns"), [(None, SECOND), (4, SECOND // 4)])
def test_one_frame_alone_is_shown_as_long_as_one_of_a_folder(tmp_path: Path, fps: float | None, each_ns: int) -> None:
    reel = Reel([record(tmp_path / "one", 1), record(tmp_path / "other", 1)], fps=fps)

    taken = [frame.taken.monotonic_ns for recording in reel.recordings for frame in reel.frames(recording)]
    assert [0, each_ns] == taken
    assert 2 * each_ns == reel.length_ns


def test_a_moment_is_told_by_its_own_recording() -> None:
    recordings = [Recording(name, name, STREET) for name in ("first", "none", "second")]
    lengths = ((4, 0, 4 * SECOND), (0, 4 * SECOND, 0), (2, 4 * SECOND, SECOND))
    played = [Played(recording, *facts) for recording, facts in zip(recordings, lengths, strict=True)]

    at = (0, 3 * SECOND, 4 * SECOND, 9 * SECOND // 2)
    assert ["0.0 s into first", "3.0 s into first", "0.0 s into second", "0.5 s into second"] == [
        locate(moment, played) for moment in at
    ]
    assert "0.0 s into second" == locate(4 * SECOND, [played[0], played[2], played[1]]), "nothing was seen of the other"


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = record(tmp_path / "torn", 3)
    (folder / "001.png").write_bytes(b"no image")
    reel = Reel([folder], fps=1)

    assert [0, 2] == [frame.index for frame in reel.frames(reel.recordings[0])]
    assert "frame 1 is unreadable" in reel.troubles["torn"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("Street 7_b.MP4", "street-7-b", id="words"),
        pytest.param("---.mp4", "recording", id="nothing"),
        pytest.param("x" * 90 + ".mp4", "x" * 48, id="long"),
    ],
)
def test_a_recording_has_a_name_that_tells_which(path: str, name: str) -> None:
    assert [name, f"{name}-2"] == list(name_recordings([Path(path), Path(path)]))


def test_namesakes_of_numbered_recordings_stay_apart() -> None:
    paths = [Path("a-3.mp4"), Path("a.mp4"), Path("b/a.mp4")]

    assert 3 == len(set(name_recordings(paths)))


def test_what_is_not_there_is_refused_before_anything_plays(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such video file or image folder"):
        Reel([record(tmp_path / "there", 1), tmp_path / "away.mp4"], fps=None)


def test_what_cannot_be_decoded_is_refused_before_anything_plays(tmp_path: Path) -> None:
    (broken := tmp_path / "broken.mp4").write_bytes(b"")

    with pytest.raises(SourceError, match=r"broken\.mp4"):
        Reel([record(tmp_path / "there", 1), broken], fps=None)


def test_a_camera_is_refused() -> None:
    with pytest.raises(SourceError, match="a camera cannot be replayed: /dev/null") as caught:
        Reel([Path("/dev/null")], fps=None)

    assert "ffmpeg" in str(caught.value.hint)


@pytest.mark.parametrize("address", ["rtsp://user:secret@gate/stream", "http://gate/mjpeg"])
def test_the_address_of_a_camera_is_told_as_it_was_given_without_its_login(address: str) -> None:
    with pytest.raises(SourceError, match=r"a camera cannot be replayed: [a-z]+://") as caught:
        Reel([address], fps=None)

    assert "secret" not in str(caught.value)
    assert "ffmpeg" in str(caught.value.hint)


def test_what_is_not_there_is_told_with_what_may_be_played(tmp_path: Path) -> None:
    record(tmp_path / "clip" / "img", 1)
    (tmp_path / "empty").mkdir()
    hints: list[str] = []
    for path in ("away.mp4", "empty", "clip"):
        with pytest.raises(SourceError) as caught:
            Reel([tmp_path / path], fps=None)
        hints.append(str(caught.value.hint))

    assert f"there are images in {tmp_path}/clip/img: askance rules replay {tmp_path}/clip/img" == hints[2]
    for hint in hints[:2]:
        assert "`askance rules replay` takes a video file, or a folder that has files ending in .jpg" in hint
        assert "cameras.url" not in hint


GATE, YARD = (CameraSection(id=CameraId(name), url="0", pose=pose) for name, pose in (("gate", "home"), ("yard", None)))


@pytest.mark.parametrize(
    ("cameras", "said", "shown"),
    [
        pytest.param([], Shown(None, None), ("street", None), id="nobody set a camera up"),
        pytest.param([GATE, YARD], Shown(None, None), ("street", None), id="several cameras of other names"),
        pytest.param([GATE], Shown(None, None), ("gate", "home"), id="the only camera"),
        pytest.param([GATE], Shown(CameraId("yard"), None), ("yard", None), id="another camera is said"),
        pytest.param([GATE, YARD], Shown(CameraId("gate"), None), ("gate", "home"), id="the camera's own pose"),
        pytest.param([GATE, YARD], Shown(CameraId("gate"), "road"), ("gate", "road"), id="another pose"),
        pytest.param([], Shown(None, "road"), ("street", "road"), id="a pose alone"),
        pytest.param(
            [GATE, CameraSection(id=CameraId("street"), url="0", pose="far")],
            Shown(None, None),
            ("street", "far"),
            id="the camera of its name",
        ),
    ],
)
def test_footage_is_of_the_camera_that_is_said_or_of_its_name_or_the_only_one(
    cameras: list[CameraSection], said: Shown, shown: tuple[str, str | None]
) -> None:
    (recording,) = cast([Path("a/street.mp4")], cameras=cameras, shows=[said])

    assert ("street", *shown) == (recording.name, recording.camera, recording.pose)


def test_two_recordings_of_one_camera_are_told_apart_by_their_names(tmp_path: Path) -> None:
    paths = [record(tmp_path / "a", 2), record(tmp_path / "b", 2)]
    shows = [Shown(CameraId("gate"), None), Shown(CameraId("gate"), "road")]
    reel = Reel(paths, fps=1, shows=shows)

    frames = [frame for recording in reel.recordings for frame in reel.frames(recording)]

    assert ["gate"] * 4 == [frame.camera for frame in frames]
    assert [("a", "gate", None), ("b", "gate", "road")] == [
        (facts["recording"], facts["camera"], facts["pose"]) for facts in reel.facts()
    ]
