"""A child's life as events, to its last."""

import os
import resource
import signal
import socket
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from askance.edge.decoding.address import Kind
from askance.edge.decoding.messages import Ended, Failed, Unreadable
from askance.edge.decoding.ring import Shot
from askance.edge.source.life import Begun, Died, Happening, Patience, Waiting, decoding
from support_camera import HttpCamera, children
from support_outlet import job

PATIENT = Patience(opening_s=10, reading_s=10)


def told(events: list[Happening]) -> list[Happening]:
    return [event for event in events if not isinstance(event, Begun | Waiting)]


def test_a_folder_lives_until_its_end_and_what_is_unreadable_is_told_in_its_place(assets: Path, tmp_path: Path) -> None:
    for number, photo in enumerate(sorted((assets / "video" / "crossing" / "img").glob("*.jpg"))[:6]):
        (tmp_path / f"{number}.jpg").write_bytes(photo.read_bytes() if number != 4 else b"")
    events = told(list(decoding(job(Kind.FOLDER, tmp_path), newest=False, patience=PATIENT, closed=Event())))

    assert [0, 1, 2, 3, 5] == [event.position for event in events if isinstance(event, Shot)]
    assert [4] == [event.position for event in events if isinstance(event, Unreadable)]
    assert events.index(next(event for event in events if isinstance(event, Unreadable))) < 5
    assert events[-1] == Ended(6, missing=0)


def test_a_failure_is_the_last_event(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("no video")
    (last,) = told(
        list(decoding(job(Kind.FILE, tmp_path / "clip.mp4"), newest=False, patience=PATIENT, closed=Event()))
    )

    assert isinstance(last, Failed)


@pytest.mark.parametrize(
    ("blow", "reading_s", "why"),
    [(signal.SIGKILL, 10, "the decoder died"), (signal.SIGSTOP, 1, "no sign of life for 1 s")],
    ids=["killed", "stopped"],
)
def test_a_child_that_says_no_more_has_died(blow: signal.Signals, reading_s: float, why: str) -> None:
    with HttpCamera() as camera:
        patience = Patience(opening_s=10, reading_s=reading_s)
        events = decoding(job(Kind.NETWORK, camera.url), newest=True, patience=patience, closed=Event())
        next(event for event in events if isinstance(event, Shot))
        (child,) = children(os.getpid())
        os.kill(child, blow)

        assert list(events)[-1] == Died(why)
    assert children(os.getpid()) == []


def test_closing_ends_the_events_and_the_child(assets: Path) -> None:
    closed = Event()
    events = decoding(
        job(Kind.FOLDER, assets / "video" / "crossing" / "img"), newest=False, patience=PATIENT, closed=closed
    )
    next(event for event in events if isinstance(event, Shot))
    closed.set()

    assert list(events) == []
    assert children(os.getpid()) == []


def test_a_child_that_cannot_be_started_has_died_too(tmp_path: Path) -> None:
    """A machine is short of something for a moment; a camera whose reader gave up then would be blind for good."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        events = list(decoding(job(Kind.FOLDER, tmp_path), newest=True, patience=PATIENT, closed=Event()))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert [Died("the decoder does not start: Too many open files")] == events


def test_a_child_that_is_stopped_while_it_opens_a_camera_is_given_no_time_to_load_what_it_has_loaded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        patience = Patience(opening_s=1, reading_s=1)
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/x"
        patient = replace(job(Kind.NETWORK, address), open_timeout_s=60)
        events = decoding(patient, newest=True, patience=patience, closed=Event())

        assert list(events)[-1] == Died("no sign of life for 3 s")
