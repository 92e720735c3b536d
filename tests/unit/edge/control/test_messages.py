"""Requests are read strictly, and told what is wrong with them."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.control.messages import Answer, AskHealth, AskWhy, Capture, Request, Stand, Taken, read_request, write
from askance.errors import ControlError
from askance.wire.identity import CameraId

GATE = CameraId("gate")


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (
            '{"readings": {"speed": 12.3, "lat": 48, "a.b_c-d": -1e9}, "for": "5s"}',
            Request(readings={"speed": 12.3, "lat": 48.0, "a.b_c-d": -1e9}, for_=timedelta(seconds=5)),
        ),
        ('{"pose": {"camera": "gate", "preset": "home"}}', Request(pose=Stand(camera=GATE, preset="home"))),
        ('{"pose": {"camera": "gate"}}', Request(pose=Stand(camera=GATE))),
        ('{"capture": {}}', Request(capture=Capture())),
        (
            '{"capture": {"note": "a pothole ☾", "cameras": ["gate"], "last": "5s"}}',
            Request(capture=Capture(note="a pothole ☾", cameras=(GATE,), last=timedelta(seconds=5))),
        ),
        ('{"why": {}}', Request(why=AskWhy())),
        (
            '{"why": {"last": 3, "camera": "gate", "rule": "people"}}',
            Request(why=AskWhy(last=3, camera=GATE, rule="people")),
        ),
        ('{"health": {}}', Request(health=AskHealth())),
    ],
)
def test_a_request_is_read_as_it_is_written(line: str, request_: Request) -> None:
    assert request_ == read_request(line.encode()) == read_request(write(request_))
    assert write(request_).endswith(b"}\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "expected exactly one of readings, pose, capture, why, health"),
        ('{"why": {}, "capture": {}}', "expected exactly one of"),
        ('{"why": {}, "health": {}}', "expected exactly one of"),
        ('{"why": {}, "for": "5s"}', "for belongs to readings"),
        ('{"readings": {}}', "readings: "),
        ('{"readings": {"Speed!": 1}}', "readings.Speed!: expected a name of lower-case letters, digits, _ . and -"),
        ('{"readings": {"speed": "fast"}}', "readings.speed: expected a valid number"),
        ('{"readings": {"speed": "12.3"}}', "readings.speed: expected a valid number"),
        ('{"readings": {"speed": NaN}}', "readings.speed: expected a finite number"),
        ('{"readings": {"speed": 1e999}}', "readings.speed: expected a finite number"),
        ('{"readings": {"speed": 1}, "for": "0s"}', "for: expected longer than nothing, e.g. 5s"),
        ('{"readings": {"speed": 1}, "for": 5}', "for: expected a number with a unit"),
        ('{"pose": {"preset": "home"}}', "pose.camera: Field required"),
        (
            '{"pose": {"camera": "gate", "preset": " "}}',
            "pose.preset: expected a name of 1 to 64 characters",
        ),
        ('{"capture": {"notes": "x"}}', "capture.notes: Extra inputs are not permitted"),
        ('{"capture": {"note": ""}}', "capture.note: "),
        ('{"capture": {"last": 5}}', "capture.last: expected a number with a unit"),
        ('{"capture": {"cameras": ["../etc"]}}', "cameras.0: expected a name of lower-case letters, digits, - and _"),
        ('{"why": {"last": 0}}', "why.last: expected greater than or equal to 1"),
        ('{"why": {"last": 257}}', "why.last: "),
        ('{"a": 1, "b": 2, "c": 3, "d": 4, "why": {}}', "and 1 more"),
        ("[1]", "expected an object"),
        ("hello", "Invalid JSON"),
        ("[" * 10_000, "Invalid JSON"),
        (json.dumps({"readings": {f"name-{index}": 1 for index in range(65)}}), "readings: "),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(line: str, said: str) -> None:
    with pytest.raises(ControlError) as caught:
        read_request(line.encode())

    assert said in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "docs/running-agent.md" in (caught.value.hint or "")


@given(line=st.binary() | st.text().map(str.encode))
def test_whatever_comes_is_a_request_or_an_error_of_ours(line: bytes) -> None:
    try:
        assert read_request(line) is not None
    except ControlError as error:
        assert str(error)  # noqa: PT017 (either of both is right)


def test_what_is_unknown_stays_out_of_an_answer() -> None:
    answer = Answer(capture=Taken(cameras=(GATE,), rules=()))

    assert b'{"capture":{"cameras":["gate"],"rules":[]}}\n' == write(answer)
    assert answer == Answer.model_validate_json(write(answer))
