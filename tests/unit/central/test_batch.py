"""One batch counts what it did; everything else of it is seen through the intake."""

from pathlib import Path

from askance.central.batch import Batch, Letter
from askance.central.blobs import Blobs
from askance.central.schema import create_catalog
from askance.database import transaction
from askance.wire.codec import digest
from askance.wire.receipts import Stored
from askance.wire.topics import Up
from support_central import BOUNDS, DEVICE, frame_id, make_chunks, make_envelope, make_query, topic


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
        batch = Batch(connection, Blobs(tmp_path / "blobs"), bounds=BOUNDS, most_letters=9, at=0.0)
        answers = batch.take(letters)[DEVICE]

    told = [(one.id, one.st, one.sha) for one in answers if isinstance(one, Stored)]
    assert sorted(told) == sorted(
        (frame_id(n), st, digest(data)) for n, data in ((1, first), (2, second)) for st in ("stored", "dup")
    )
    assert {"stored": 2, "dup": 2, "received.query": 1, "received.whole": 1, "refused.schema": 1} == {
        name: n for name, n in batch.counts.items() if name != "received.chunk"
    }
