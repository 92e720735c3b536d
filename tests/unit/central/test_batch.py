"""One batch counts what it did; everything else of it is seen through the intake."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from askance.central import batch, staging
from askance.central.batch import Batch, Letter
from askance.central.blobs import Blobs
from askance.central.inbox import Bounds
from askance.central.schema import create_catalog
from askance.database import transaction
from askance.wire.codec import Chunk, digest, dump_json, pack_chunk
from askance.wire.identity import Sha256
from askance.wire.receipts import Asked, Query, Rejected, Stored
from askance.wire.topics import Up
from support_central import BOUNDS, DEVICE, frame_id, make_chunks, make_envelope, make_query, open_intake, topic


def test_a_mixed_batch_is_answered_by_what_stands_after_all_of_it(tmp_path: Path) -> None:
    """The query comes first, and is answered as if it came last."""
    first, second = make_envelope(1), make_envelope(2)
    letters = [
        Letter(topic(Up.QUERY), make_query((frame_id(1), first), (frame_id(2), second))),
        *(Letter(topic(Up.CHUNK), message) for message in make_chunks(first, 1)),
        Letter(topic(Up.FRAME), second),
        Letter(topic(Up.QUERY), b"{"),
    ]
    with transaction(create_catalog(tmp_path)) as connection:
        work = Batch(connection, Blobs(tmp_path / "blobs"), bounds=BOUNDS, most_letters=9, at=0.0)
        answers = work.take(letters)[DEVICE]

    told = [(one.id, one.st, one.sha) for one in answers if isinstance(one, Stored)]
    assert sorted(told) == sorted(
        (frame_id(n), st, digest(data)) for n, data in ((1, first), (2, second)) for st in ("stored", "dup")
    )
    assert {"stored": 2, "dup": 2, "received.query": 1, "received.whole": 1, "refused.schema": 1} == {
        name: n for name, n in work.counts.items() if name != "received.chunk"
    }


def test_a_frame_that_was_too_long_is_asked_for_once_the_bound_is_raised(tmp_path: Path) -> None:
    envelope = make_envelope(1)
    query = Letter(topic(Up.QUERY), make_query((frame_id(1), envelope)))
    small, large = (open_intake(tmp_path, bounds=Bounds(None, most, unfinished=32)) for most in (2048, 2**20))
    small.take([Letter(topic(Up.FRAME), envelope)])

    refused, missed = (intake.take([query])[DEVICE] for intake in (small, large))
    stored = large.take([Letter(topic(Up.FRAME), envelope)])[DEVICE]

    assert [Rejected(id=frame_id(1), sha=digest(envelope), code="size", perm=True)] == refused
    assert ["miss", "stored"] == [receipt.st for receipt in [*missed, *stored]]


def test_what_hashed_wrongly_for_good_is_not_asked_for_again(tmp_path: Path) -> None:
    envelope = make_envelope(1)
    chunk = Chunk(frame_id(1), digest(b"another"), len(envelope), 0, envelope)
    query = dump_json(Query(q=(Asked(id=frame_id(1), sha=chunk.sha256, size=len(envelope)),)))
    intake = open_intake(tmp_path)
    for _ in range(2):
        intake.take([Letter(topic(Up.CHUNK), pack_chunk(chunk))])

    answer = intake.take([Letter(topic(Up.QUERY), query)])[DEVICE]

    assert [Rejected(id=frame_id(1), sha=chunk.sha256, code="sha", perm=True)] == answer


def test_a_size_refused_before_does_not_count_as_a_wrong_hash(tmp_path: Path) -> None:
    envelope = make_envelope(1)
    chunk = Letter(topic(Up.CHUNK), pack_chunk(Chunk(frame_id(1), digest(b"another"), len(envelope), 0, envelope)))
    open_intake(tmp_path, bounds=Bounds(None, 2048, unfinished=32)).take([chunk])

    first = open_intake(tmp_path).take([chunk])[DEVICE]

    assert [("sha", False)] == [(one.code, one.perm) for one in first if isinstance(one, Rejected)]


def test_a_status_that_cannot_be_kept_is_a_dead_letter_and_its_neighbours_arrive(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    status = b'{"device": "camera-1", "online": true, "boot_id": "b", "trouble": ["\\ud800"]}'

    answers = intake.take([Letter(topic(Up.STATUS), status), Letter(topic(Up.FRAME), make_envelope(1))])

    assert ["stored"] == [receipt.st for receipt in answers[DEVICE]]
    assert 1 == intake.counts["refused.schema"]


def test_a_device_that_begins_frames_for_ever_holds_the_last_few(tmp_path: Path) -> None:
    intake = open_intake(tmp_path, bounds=Bounds(None, 2**20, unfinished=3))
    begun = [make_chunks(make_envelope(number), number)[0] for number in range(9)]

    for message in begun:
        intake.take([Letter(topic(Up.CHUNK), message)])

    assert 6 == intake.counts["staging.displaced"]
    assert 3 == intake._connection.execute("SELECT count(*) FROM staging").fetchone()[0]


def test_a_frame_in_too_many_pieces_is_refused_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MOST_PIECES", 2)
    intake = open_intake(tmp_path)
    messages = make_chunks(make_envelope(1), 1, size=10)[::2]

    answers = intake.take([Letter(topic(Up.CHUNK), message) for message in messages[:3]])[DEVICE]

    assert [Rejected(id=frame_id(1), sha=digest(make_envelope(1)), code="chunk", perm=True)] == answers


def test_long_frames_do_not_pile_up_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a batch has put together goes to the disk before there is too much of it."""
    envelopes = {digest(envelope): envelope for envelope in map(make_envelope, range(6))}
    together: list[int] = []
    put = Blobs.put

    def counted(self: Blobs, some: Mapping[Sha256, bytes]) -> None:
        together.append(len(some))
        put(self, some)

    monkeypatch.setattr(batch, "AT_ONCE", 2 * len(make_envelope(0)) - 100)
    monkeypatch.setattr(Blobs, "put", counted)
    intake = open_intake(tmp_path)

    answers = intake.take([Letter(topic(Up.FRAME), envelope) for envelope in envelopes.values()])[DEVICE]

    assert set(envelopes) == {receipt.sha for receipt in answers if isinstance(receipt, Stored)}
    assert 2 >= max(together)
