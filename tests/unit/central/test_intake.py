"""Batches of messages: what stands afterwards, and what is answered."""

import sqlite3
from pathlib import Path

import pytest

from askance.central import catalog, letters, staging
from askance.central.batch import Letter
from askance.central.inbox import Bounds
from askance.central.intake import Intake
from askance.central.lifecycle import State
from askance.central.parcel import Parcel
from askance.wire.codec import Chunk, digest, dump_json, pack, pack_chunk, unpack_chunk
from askance.wire.identity import DeviceId
from askance.wire.receipts import Missing, Receipt, Rejected, Status, Stored
from askance.wire.topics import Up
from support_central import (
    DEVICE,
    Clock,
    frame_id,
    make_chunks,
    make_envelope,
    make_manifest,
    make_query,
    open_intake,
    topic,
)


def chunk_letters(envelope: bytes, number: int = 0, *, size: int = 1000) -> list[Letter]:
    return [Letter(topic(Up.CHUNK), message) for message in make_chunks(envelope, number, size=size)]


def whole(envelope: bytes, device: DeviceId = DEVICE) -> Letter:
    return Letter(topic(Up.FRAME, device), envelope)


def query(envelope: bytes, number: int = 0) -> Letter:
    return Letter(topic(Up.QUERY), make_query((frame_id(number), envelope)))


def answers(intake: Intake, *batch: Letter) -> list[Receipt]:
    return intake.take(batch).get(DEVICE, [])


def stored(envelope: bytes, number: int = 0, *, dup: bool = False) -> Stored:
    return Stored(st="dup" if dup else "stored", id=frame_id(number), sha=digest(envelope))


def summary(intake: Intake) -> catalog.Summary:
    return catalog.summary(intake._connection)


def test_a_whole_frame_becomes_a_capture_with_a_task(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)

    assert [stored(envelope, 1)] == answers(intake, whole(envelope))
    assert (1, 1) == (summary(intake).captures, summary(intake).tasks[State.OPEN])
    assert envelope == intake._blobs.envelope(digest(envelope))


def test_chunks_of_two_batches_and_in_any_order_become_one_frame(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)
    parts = chunk_letters(envelope, 1)[::-1]

    assert [] == answers(intake, *parts[:3])
    assert 3000 >= summary(intake).staged_bytes > 2000
    assert [stored(envelope, 1)] == answers(intake, *parts[2:])
    assert (1, 0) == (summary(intake).captures, summary(intake).staged_frames)


def test_a_frame_that_comes_again_is_a_duplicate_in_whichever_form(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)
    answers(intake, whole(envelope))

    for letter in (whole(envelope), chunk_letters(envelope, 1)[0], query(envelope, 1)):
        assert [stored(envelope, 1, dup=True)] == answers(intake, letter)
    assert (1, 0) == (summary(intake).captures, summary(intake).staged_frames)


def test_the_same_frame_twice_in_one_batch_is_stored_once(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)

    assert [stored(envelope, 1), stored(envelope, 1, dup=True)] == answers(intake, whole(envelope), whole(envelope))
    assert 1 == summary(intake).captures


def test_a_query_answers_with_what_is_missing(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)
    answers(intake, *chunk_letters(envelope, 1)[1:])

    expected = Missing(id=frame_id(1), sha=digest(envelope), need=((0, 1000),))
    assert [expected] == answers(intake, query(envelope, 1))


def test_a_query_that_finds_every_chunk_staged_puts_the_frame_together(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)
    for message in make_chunks(envelope, 1):  # as a receiver leaves them that dies before it looks
        staging.keep(intake._connection, DEVICE, chunk=unpack_chunk(message), at=0.0)

    assert stored(envelope, 1) in answers(intake, query(envelope, 1))
    assert 1 == summary(intake).tasks[State.OPEN]


def letters_of(intake: Intake) -> list[tuple[str, bytes]]:
    return [
        (row[0], row[1]) for row in intake._connection.execute("SELECT code, payload FROM dead_letters ORDER BY id")
    ]


@pytest.mark.parametrize(
    ("letter", "code"),
    [
        pytest.param(Letter("askance/1/d/../../etc/up/f", b"x"), "topic", id="traversal"),
        pytest.param(whole(make_envelope(), DeviceId("stranger")), "device", id="unregistered-device"),
        pytest.param(whole(make_envelope(device=DeviceId("camera-2"))), "device", id="anothers-frame"),
        pytest.param(Letter(topic(Up.QUERY), b"{"), "schema", id="bad-json"),
        pytest.param(whole(pack(make_manifest(), b"not a jpeg")), "jpeg", id="bad-jpeg"),
        pytest.param(whole(make_envelope() + bytes(30_000)), "size", id="oversize"),
        pytest.param(chunk_letters(bytes(30_000))[0], "size", id="oversize-chunk"),
        pytest.param(query(bytes(30_000)), "size", id="oversize-query"),
        pytest.param(whole(b"ASKF" + bytes(64)), "envelope", id="no-envelope"),
    ],
)
def test_a_hostile_message_ends_in_the_dead_letters_with_its_code(tmp_path: Path, letter: Letter, code: str) -> None:
    registered = frozenset({DEVICE, DeviceId("camera-2")})
    intake = open_intake(tmp_path, bounds=Bounds(registered, 25_000, unfinished=32))

    intake.take([letter])

    assert [(code, letter.payload[: letters.FIRST_BYTES])] == letters_of(intake)
    assert 0 == summary(intake).captures


def test_a_refused_frame_is_answered_and_looked_at_again_when_its_sender_insists(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = pack(make_manifest(1), b"not a jpeg")
    refused = Rejected(id=frame_id(1), sha=digest(envelope), code="jpeg", perm=True)

    assert [refused] == answers(intake, whole(envelope))
    assert ["miss"] == [receipt.st for receipt in answers(intake, query(envelope, 1))]
    assert [refused] == answers(intake, whole(envelope))


def test_another_envelope_under_a_known_id_is_a_conflict_for_good(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    intake = open_intake(tmp_path)
    first, second = make_envelope(1), make_envelope(1, value=0.9)
    answers(intake, whole(first))
    conflict = Rejected(id=frame_id(1), sha=digest(second), code="conflict", perm=True)

    for letter in (whole(second), chunk_letters(second, 1)[0], query(second, 1)):
        assert [conflict] == answers(intake, letter)
    assert "ERROR" in [record.levelname for record in caplog.records]
    assert first == intake._blobs.envelope(digest(first))


def test_a_conflict_that_only_a_query_shows_is_told_too(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    answers(intake, whole(make_envelope(1)))

    receipt = answers(intake, query(make_envelope(1, value=0.9), 1))[0]

    assert isinstance(receipt, Rejected)
    assert ("conflict", True) == (receipt.code, receipt.perm)


def test_chunks_that_hash_wrongly_may_come_again_but_only_once(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    envelope = make_envelope(1)
    changed = Chunk(frame_id(1), digest(envelope), len(envelope), 0, envelope[:-1] + b"?")
    rotten = Letter(topic(Up.CHUNK), pack_chunk(changed))

    first, second = answers(intake, rotten), answers(intake, rotten)

    assert [False, True] == [receipt.perm for receipt in [*first, *second] if isinstance(receipt, Rejected)]
    assert 0 == summary(intake).staged_frames


def test_a_quoted_half_of_a_surrogate_pair_is_no_way_in(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    manifest = dump_json(make_manifest(1)).replace(b'"ssdlite"', b'"\\ud800"')
    envelope = b"ASKF\1\0\0\0" + len(manifest).to_bytes(4, "big") + manifest
    ledger = b'{"device": "camera-1", "online": true, "counters": {"\\ud800": -1}}'

    intake.take([whole(envelope), Letter(topic(Up.STATUS), ledger)])

    assert ["schema", "schema"] == [code for code, _ in letters_of(intake)]


def test_nothing_of_a_batch_stands_when_its_blobs_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = open_intake(tmp_path)
    envelope, chunks = make_envelope(1), chunk_letters(make_envelope(2), 2)

    def full(_descriptor: int) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            answers(intake, whole(envelope), *chunks)

    assert (0, 0) == (summary(intake).captures, summary(intake).staged_frames)
    assert [stored(envelope, 1)] == answers(intake, whole(envelope))


def test_a_locked_catalog_is_an_error_and_no_receipt(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake._connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        answers(intake, whole(make_envelope(1)))


def test_every_device_that_sent_something_is_known_from_then_on(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)

    taken = intake.take([Letter(topic(Up.STATUS), dump_json(Status(device=DEVICE, online=True)))])

    assert {DEVICE: []} == taken
    assert {DEVICE} == intake.known()


def test_a_sweep_forgets_chunks_older_than_their_time(tmp_path: Path) -> None:
    clock = Clock()
    intake = open_intake(tmp_path, clock=clock)
    envelope = make_envelope(1)
    answers(intake, chunk_letters(envelope, 1)[0])
    clock.now += 7 * 86400
    answers(intake, chunk_letters(envelope, 1)[1])
    clock.now += 1

    intake.sweep()

    assert [(1000, 1000)] == staging.ranges(
        intake._connection, Parcel(DEVICE, frame_id(1), digest(envelope), len(envelope))
    )
    assert 1 == intake.counts["staging.expired"]
