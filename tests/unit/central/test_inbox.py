"""What comes in and what is refused, with its code."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.central.inbox import (
    Bounds,
    Incoming,
    Refusal,
    Whole,
    admit,
    batches,
    frame_id_in,
    oversize,
    read,
)
from askance.central.parcel import MAX_RANGES, Parcel
from askance.edge.sync.tolerance import FLOOR
from askance.edge.sync.window import HEADROOM
from askance.errors import WireError
from askance.wire.codec import MAX_MESSAGE, Chunk, digest, dump_json, pack, unpack_chunk
from askance.wire.identity import DeviceId
from askance.wire.receipts import (
    MAX_RECEIPTS,
    Missing,
    Notice,
    Query,
    Receipt,
    Receipts,
    Rejected,
    Status,
    Stored,
)
from askance.wire.topics import Up
from support_central import (
    BOUNDS,
    DEVICE,
    frame_id,
    make_chunks,
    make_envelope,
    make_jpeg,
    make_manifest,
    make_query,
    topic,
)

STATUS = dump_json(Status(device=DEVICE, online=True))


@pytest.mark.parametrize(
    ("kind", "payload", "body"),
    [
        pytest.param(Up.FRAME, make_envelope(), Whole, id="whole"),
        pytest.param(Up.CHUNK, make_chunks(make_envelope())[0], Chunk, id="chunk"),
        pytest.param(Up.QUERY, make_query((frame_id(1), b"x")), Query, id="query"),
        pytest.param(Up.STATUS, STATUS, Status, id="status"),
        pytest.param(Up.EVENT, b'{"code": "gate", "text": "dark"}', Notice, id="notice"),
    ],
)
def test_a_good_message_is_read_as_its_topic_says(kind: Up, payload: bytes, body: type) -> None:
    incoming = read(topic(kind), payload, bounds=BOUNDS)

    assert isinstance(incoming, Incoming)
    assert (DEVICE, body) == (incoming.device, type(incoming.body))


@pytest.mark.parametrize(
    ("where", "payload", "code"),
    [
        pytest.param("askance/1/d/../up/f", b"", "topic", id="traversal"),
        pytest.param("askance/1/d/camera-1/up/x", b"", "topic", id="unknown-kind"),
        pytest.param("askance/1/d/Camera-1/up/s", STATUS, "topic", id="upper-case-device"),
        pytest.param(topic(Up.STATUS, DeviceId("stranger")), STATUS, "device", id="unregistered"),
        pytest.param(topic(Up.STATUS), STATUS.replace(b"camera-1", b"camera-2"), "device", id="anothers-status"),
        pytest.param(topic(Up.FRAME), b"x" * (MAX_MESSAGE + 1), "size", id="oversize"),
        pytest.param(topic(Up.CHUNK), b"ASKC", "chunk", id="short-chunk"),
        pytest.param(topic(Up.QUERY), b'{"q": [], "q": []}', "schema", id="duplicate-key"),
        pytest.param(topic(Up.QUERY), b'{"q": NaN}', "schema", id="nan"),
        pytest.param(topic(Up.QUERY), b"[" * 100_000, "schema", id="deep"),
        pytest.param(topic(Up.QUERY), b"9" * 5000, "schema", id="long-integer"),
        pytest.param(topic(Up.EVENT), b"\xff", "schema", id="not-utf8"),
        pytest.param(topic(Up.STATUS), b"", "schema", id="empty"),
    ],
)
def test_a_bad_message_is_refused_with_its_code(where: str, payload: bytes, code: str) -> None:
    refused = read(where, payload, bounds=Bounds(frozenset({DEVICE}), 10**6, unfinished=32))

    assert isinstance(refused, Refusal)
    assert code == refused.code
    assert refused.permanent


def test_a_damaged_chunk_may_be_sent_again() -> None:
    chunk = make_chunks(make_envelope())[0]

    refused = read(topic(Up.CHUNK), chunk[:-1] + bytes([chunk[-1] ^ 1]), bounds=BOUNDS)

    assert isinstance(refused, Refusal)
    assert ("chunk", False) == (refused.code, refused.permanent)


@given(st.sampled_from(Up), st.binary(max_size=300))
def test_no_bytes_make_the_inbox_fail(kind: Up, payload: bytes) -> None:
    incoming = read(topic(kind), payload, bounds=BOUNDS)

    assert isinstance(incoming, Incoming | Refusal)


def test_an_admitted_frame_has_its_manifest_and_its_hash() -> None:
    envelope = make_envelope(7)
    parcel = Parcel.of_chunk(DEVICE, unpack_chunk(make_chunks(envelope, 7)[0]))

    admitted = admit(DEVICE, Whole.of(envelope), bounds=BOUNDS, parcel=parcel)

    assert (frame_id(7), digest(envelope)) == (admitted.manifest.frame_id, admitted.sha256)


def parcel_of(envelope: bytes, number: int = 0) -> Parcel:
    return Parcel(DEVICE, frame_id(number), digest(envelope), len(envelope))


@pytest.mark.parametrize(
    ("envelope", "parcel", "code"),
    [
        pytest.param(b"x" * 20_000, None, "size", id="oversize"),
        pytest.param(b"JUNK" + bytes(100), None, "envelope", id="not-an-envelope"),
        pytest.param(make_envelope(device=DeviceId("camera-2")), None, "device", id="anothers-frame"),
        pytest.param(make_envelope(1), parcel_of(make_envelope(1), 2), "frame-id", id="anothers-id"),
        pytest.param(make_envelope(1), parcel_of(make_envelope(2), 1), "sha", id="wrong-hash"),
        pytest.param(pack(make_manifest(), b"GIF89a"), None, "jpeg", id="not-a-jpeg"),
        pytest.param(pack(make_manifest(), make_jpeg(32, 32)), None, "jpeg", id="another-size"),
        pytest.param(pack(make_manifest(), make_jpeg()[:-100]), None, "jpeg", id="truncated"),
        pytest.param(
            pack(make_manifest(), make_jpeg()).replace(b'"v":1', b'"v":9'), None, "schema", id="another-version"
        ),
    ],
)
def test_a_bad_envelope_is_refused_with_its_code(envelope: bytes, parcel: Parcel | None, code: str) -> None:
    with pytest.raises(WireError) as caught:
        admit(DEVICE, Whole.of(envelope), bounds=Bounds(None, 15_000, unfinished=32), parcel=parcel)

    assert code == caught.value.code
    assert (code != "sha") == caught.value.permanent


def test_the_frame_of_a_refused_envelope_is_found_where_its_id_is_whole() -> None:
    good = make_envelope(3)
    other = good.replace(b'"v":1', b'"v":9')

    assert frame_id(3) == frame_id_in(other)
    assert frame_id_in(b"ASKF") is None
    assert frame_id_in(b"ASKF\1\0\0\0" + (10**6).to_bytes(4, "big") + json.dumps({}).encode()) is None


def test_a_frame_that_will_be_too_long_is_refused_at_its_first_chunk() -> None:
    parcel = Parcel(DEVICE, frame_id(1), digest(b""), 1001)

    refused = oversize(parcel, Bounds(None, 1000, unfinished=32))

    assert oversize(parcel, Bounds(None, 1001, unfinished=32)) is None
    assert refused is not None
    assert ("size", frame_id(1), digest(b"")) == (refused.code, refused.frame_id, refused.sha256)


def test_receipts_are_cut_into_messages_and_equal_ones_sent_once() -> None:
    receipts = [Rejected(id=frame_id(n), code="x", perm=True) for n in range(MAX_RECEIPTS + 1)]

    parts = list(batches([*receipts, receipts[0]]))

    assert receipts == [receipt for part in parts for receipt in part]
    assert max(len(part) for part in parts) <= MAX_RECEIPTS
    assert [] == list(batches([]))


@pytest.mark.parametrize(
    "receipt",
    [
        Stored(st="stored", id=frame_id(0), sha=digest(b"")),
        Missing(id=frame_id(0), sha=digest(b""), need=tuple((at * 2**17, 2**16) for at in range(MAX_RANGES))),
        Rejected(id=frame_id(0), code="x", perm=True),
    ],
    ids=["stored", "missing", "rejected"],
)
def test_a_message_of_receipts_is_never_longer_than_the_shortest_chunk(receipt: Receipt) -> None:
    receipts = [receipt.model_copy(update={"id": frame_id(n)}) for n in range(200)]

    parts = [Receipts(a=part, credit=2**31 - 1, pause_s=3600.0, hello=True) for part in batches(receipts)]

    assert receipts == [one for part in parts for one in part.a]
    assert max(len(dump_json(part)) for part in parts) <= FLOOR - HEADROOM
