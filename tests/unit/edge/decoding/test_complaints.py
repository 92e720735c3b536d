"""What libav says on standard error is heard, and given back afterwards."""

import os
from pathlib import Path

import pytest

from askance.edge.decoding.complaints import SILENT, UNKNOWN, Complaints


def say(text: str) -> None:
    os.write(2, text.encode())


def test_complaints_of_decoders_are_heard_once() -> None:
    with Complaints() as complaints:
        assert not complaints.heard()
        say("[h264 @ 0x55b51e013480] error while decoding MB 16 2\n")

        assert complaints.heard()
        assert not complaints.heard()


@pytest.mark.parametrize(
    ("said", "heard"), [("Corrupt JPEG data: 3 extraneous bytes\n", True), ("[ WARN:0] slow\n", False)]
)
def test_only_what_speaks_of_damage_is_a_complaint(said: str, *, heard: bool) -> None:
    with Complaints() as complaints:
        say(said)

        assert heard == complaints.heard()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized\n", "it refuses the login"),
        ("[http @ 0x1] HTTP error 404 Not Found\n", "it has no such stream"),
        ("[tcp @ 0x1] Connection to tcp://h:1?timeout=0 failed: Connection refused\n", "nobody listens at its port"),
        ("[tcp @ 0x1] Failed to resolve hostname gone: Name or service not known\n", "nobody knows its name"),
        ("[rtsp @ 0x1] method SETUP failed: 453 Not Enough Bandwidth\n", "it is busy, or has no picture itself"),
        ("[rtsp @ 0x1] Invalid data found when processing input\n", UNKNOWN),
        ("[ WARN:0@3.503] global cap_ffmpeg_impl.hpp:453 _opencv_ffmpeg_interrupt_callback Stream timeout\n", SILENT),
        ("", SILENT),
    ],
)
def test_why_a_camera_cannot_be_opened_is_said_in_words_of_ours(said: str, words: str) -> None:
    with Complaints() as complaints:
        say(said)

        assert words == complaints.refusal()


def test_whoever_speaks_more_than_anybody_listens_to_is_not_held_up() -> None:
    with Complaints() as complaints:
        for _ in range(100):
            try:
                say("x" * 4096)
            except BlockingIOError:
                break
        else:
            pytest.fail("the pipe never filled")
        complaints.heard()
        say("[mjpeg @ 0x1] overread 8\n")

        assert complaints.heard()


def test_standard_error_is_given_back(capfd: pytest.CaptureFixture[str]) -> None:
    with Complaints():
        say("a password\n")
    say("afterwards\n")

    assert "afterwards\n" == capfd.readouterr().err


def test_no_descriptor_is_left_open() -> None:
    before = len([*Path("/proc/self/fd").iterdir()])

    for _ in range(100):
        with Complaints():
            pass

    assert len([*Path("/proc/self/fd").iterdir()]) < before + 100  # links of other tests open and close some, too
