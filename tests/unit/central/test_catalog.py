"""Captures as rows that one can ask."""

from pathlib import Path

from askance.central import catalog, tasks
from askance.central.batch import Letter
from askance.central.inbox import Whole, admit
from askance.central.intake import Intake
from askance.central.lifecycle import State
from askance.wire.capture import Arm, Role
from askance.wire.codec import digest, dump_json, pack
from askance.wire.topics import Up
from support_central import (
    BOUNDS,
    DEVICE,
    HINT,
    PERSON,
    REASON,
    frame_id,
    make_chunks,
    make_envelope,
    make_jpeg,
    make_manifest,
    open_intake,
    topic,
)


def with_one_frame(folder: Path) -> Intake:
    intake = open_intake(folder)
    intake.take([Letter(topic(Up.FRAME), make_envelope(1))])
    return intake


def test_what_a_device_saw_and_why_can_be_asked_in_sql(tmp_path: Path) -> None:
    connection = with_one_frame(tmp_path)._connection

    boxes = connection.execute("SELECT label, score, suggested, x, width FROM annotations ORDER BY position")
    reasons = connection.execute("SELECT rule, signal, value, text, objects FROM reasons")

    assert [(one.label, one.score, one.suggested, one.x, one.width) for one in (PERSON, HINT)] == [
        tuple(row) for row in boxes
    ]
    assert [(REASON.rule, REASON.signal, REASON.value, REASON.text, "[1]")] == [tuple(row) for row in reasons]


def test_every_column_of_a_capture_holds_what_its_name_says(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    manifest = make_manifest(7, value=0.25, arm=Arm.RANDOM, wall_ms=1234)
    envelope = pack(manifest, make_jpeg())
    intake.take([Letter(topic(Up.FRAME), envelope)])

    row = dict(intake._connection.execute("SELECT * FROM captures").fetchone())

    assert {
        "id": 1,
        "device": DEVICE,
        "frame_id": frame_id(7),
        "sha256": digest(envelope),
        "size": len(envelope),
        "received_at": 1_800_000_000.0,
        "camera": "gate",
        "pose": None,
        "boot_id": "boot-a",
        "seq": 7,
        "monotonic_ns": 7,
        "wall_ms": 1234,
        "clock": "ntp",
        "image_width": 64,
        "image_height": 48,
        "model": "ssdlite",
        "model_version": "1",
        "arm": "random",
        "inclusion_probability": 0.01,
        "value": 0.25,
        "role": "trigger",
        "capture_group": None,
        "manifest": dump_json(manifest).decode(),
    } == row


def test_a_frame_around_another_keeps_its_group_and_has_a_task_of_its_own(tmp_path: Path) -> None:
    intake = with_one_frame(tmp_path)
    told = {"role": Role.CONTEXT, "group": frame_id(1), "offset_s": -1.5}
    intake.take([Letter(topic(Up.FRAME), pack(make_manifest(2).model_copy(update=told), make_jpeg()))])

    rows = intake._connection.execute("SELECT frame_id, role, capture_group FROM captures ORDER BY id").fetchall()
    task = tasks.look_up(intake._connection, frame_id(2))

    assert [(frame_id(1), "trigger", None), (frame_id(2), "context", frame_id(1))] == [tuple(row) for row in rows]
    assert told == {name: getattr(task.manifest, name) for name in told}


def test_a_frame_is_added_once(tmp_path: Path) -> None:
    connection = with_one_frame(tmp_path)._connection
    again = admit(DEVICE, Whole.of(make_envelope(1)), bounds=BOUNDS)

    assert not catalog.add(connection, again, at=5.0)
    assert 2 == connection.execute("SELECT count(*) FROM annotations").fetchone()[0]
    assert digest(make_envelope(1)) == catalog.held(connection, DEVICE, frame_id=frame_id(1))
    assert catalog.held(connection, DEVICE, frame_id=frame_id(2)) is None


def test_a_summary_counts_everything(tmp_path: Path) -> None:
    intake = with_one_frame(tmp_path)
    chunks = make_chunks(make_envelope(2), 2)
    intake.take([Letter(topic(Up.CHUNK), message) for message in chunks[:2]])
    intake.take([Letter("nonsense", b"x")])

    found = catalog.summary(intake._connection)

    assert (1, 1, 2000, {"topic": 1}, 0) == (
        found.captures,
        found.staged_frames,
        found.staged_bytes,
        found.dead_letters,
        found.unaccounted,
    )
    assert dict.fromkeys(State, 0) | {State.OPEN: 1} == found.tasks
    assert [DEVICE] == [device.device for device in found.devices]
