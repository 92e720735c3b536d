"""Envelopes and chunks come back as they went, and whatever else comes in is a ``WireError`` and nothing worse."""

import json
import struct
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.errors import WireError
from askance.wire.capture import Manifest
from askance.wire.codec import (
    CHUNK_HEADER,
    ENVELOPE_HEADER,
    MAX_ENVELOPE,
    MAX_MANIFEST,
    MAX_MESSAGE,
    Chunk,
    Envelope,
    digest,
    dump_json,
    load_json,
    pack,
    pack_chunk,
    unpack,
    unpack_chunk,
)
from askance.wire.identity import frame_id_from_bytes
from askance.wire.receipts import Receipts
from support_wire import BOX, REASON, manifest, manifest_json

JPEG = b"\xff\xd8 not looked at \xff\xd9"
SMALL = pack(manifest(), JPEG)

texts = st.text(max_size=64)
unknown_or = st.none() | texts
scores = st.none() | st.floats(0, 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
annotations = st.fixed_dictionaries(
    {
        "kind": st.just("box"),
        "label_id": st.integers(0, 65535),
        "label": st.just("person"),
        "score": scores,
        "calibrated_score": scores,
        "origin": st.sampled_from(["model", "tracker", "human"]),
        "track_id": st.none() | st.integers(0, 2**53),
        "suggested": st.booleans(),
        "x": st.floats(0, 600),
        "y": st.floats(0, 400),
        "width": st.floats(0, 40),
        "height": st.floats(0, 80),
        "rotation": st.none() | st.floats(-179, 180),
    }
)
manifests = st.fixed_dictionaries(
    {
        "pose": unknown_or,
        "annotations": st.lists(annotations, min_size=1, max_size=4),
        "inclusion_probability": st.none() | st.floats(0, 1, exclude_min=True),
        "value": st.floats(0, 1e300),
        "group": unknown_or,
        "offset_s": st.none() | finite,
        "arm": st.sampled_from(["uncertainty", "temporal", "novelty", "random", "quality", "manual"]),
    }
).map(lambda changes: manifest(**changes))


@given(manifests, st.binary(max_size=200))
def test_an_envelope_comes_back_as_it_was_packed(written: Manifest, jpeg: bytes) -> None:
    assert Envelope(written, jpeg) == unpack(pack(written, jpeg))


@pytest.mark.parametrize(
    "changes",
    [
        {"taken": manifest_json()["taken"] | {"wall_ms": None, "clock": "none"}},
        {"model": manifest_json()["model"] | {"quantization": None}},
        {"pose": None, "group": None, "offset_s": None, "inclusion_probability": None},
        {"annotations": [BOX | {"score": None}]},
    ],
    ids=["a device without a clock", "a model that was not quantized", "a plain capture", "drawn by a person"],
)
def test_what_is_unknown_stays_unknown_on_the_way(changes: dict[str, object]) -> None:
    written = manifest(**changes)

    assert written == unpack(pack(written, JPEG)).manifest


def test_the_layout_is_the_protocol_s() -> None:
    magic, version, zeros, length = struct.unpack_from(">4sB3sI", SMALL)

    assert (b"ASKF", 1, bytes(3)) == (magic, version, zeros)
    assert manifest_json()["frame_id"] == json.loads(SMALL[12 : 12 + length])["frame_id"]
    assert JPEG == SMALL[12 + length :]
    assert 72 == CHUNK_HEADER


def test_an_envelope_cut_anywhere_before_its_jpeg_is_refused() -> None:
    start = len(SMALL) - len(JPEG)
    for length in range(start):
        with pytest.raises(WireError) as caught:
            unpack(SMALL[:length])
        assert "envelope" == caught.value.code


def test_an_envelope_cut_within_its_jpeg_shows_in_its_hash_alone() -> None:
    for length in range(len(SMALL) - len(JPEG), len(SMALL)):
        assert SMALL[len(SMALL) - len(JPEG) : length] == unpack(SMALL[:length]).jpeg
        assert digest(SMALL) != digest(SMALL[:length])


def test_a_flipped_bit_is_a_wire_error_or_another_value_and_nothing_else() -> None:
    for index in range(len(SMALL)):
        for bit in range(8):
            bent = bytearray(SMALL)
            bent[index] ^= 1 << bit
            with suppress(WireError):
                unpack(bytes(bent))


@given(st.binary(max_size=300))
def test_noise_is_a_wire_error(noise: bytes) -> None:
    for reader in (unpack, unpack_chunk):
        with pytest.raises(WireError):
            reader(noise)
    with pytest.raises(WireError):
        load_json(Manifest, noise)


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (b"ASKG\x01\x00\x00\x00", "not an envelope of version 1"),
        (b"ASKF\x02\x00\x00\x00", "not an envelope of version 1"),
        (b"ASKC\x01\x00\x00\x00", "not an envelope of version 1"),
    ],
)
def test_an_envelope_of_another_kind_or_version_is_refused(header: bytes, detail: str) -> None:
    with pytest.raises(WireError, match=detail):
        unpack(header + SMALL[8:])


def test_a_manifest_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    reasons = [REASON | {"text": "x" * 240}] * 32
    boxes = [BOX] * 250
    spare = MAX_MANIFEST - len(dump_json(manifest(annotations=boxes, reasons=reasons)))
    longer = [BOX | {"label": "person" + "x" * min(58, max(0, spare - 58 * index))} for index in range(250)]
    full = manifest(annotations=longer, reasons=reasons)

    assert len(dump_json(full)) == MAX_MANIFEST
    assert full == unpack(pack(full, JPEG)).manifest
    with pytest.raises(WireError) as caught:
        pack(manifest(annotations=[*longer[:-1], BOX | {"label": "persons"}], reasons=reasons), JPEG)
    assert caught.value.code == "manifest-size"


def test_an_envelope_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    room = MAX_ENVELOPE - (len(SMALL) - len(JPEG))
    full = pack(manifest(), bytes(room))

    assert MAX_ENVELOPE == len(full)
    assert room == len(unpack(full).jpeg)
    with pytest.raises(WireError) as on_writing:
        pack(manifest(), bytes(room + 1))
    with pytest.raises(WireError) as on_reading:
        unpack(full + b"x")
    assert ("size", "size") == (on_writing.value.code, on_reading.value.code)


@pytest.mark.parametrize("length", [MAX_MANIFEST + 1, 2**32 - 1, len(SMALL) - ENVELOPE_HEADER + 1])
def test_a_manifest_length_that_does_not_fit_is_refused(length: int) -> None:
    bent = SMALL[:8] + struct.pack(">I", length) + SMALL[12:]

    with pytest.raises(WireError, match="manifest length does not fit"):
        unpack(bent)


@given(data=st.binary(min_size=1, max_size=2000), cut=st.integers(1, 300), seed=st.integers(0, 1000))
def test_chunks_put_together_in_any_order_give_the_bytes_back(data: bytes, cut: int, seed: int) -> None:
    frame_id = frame_id_from_bytes(bytes(16))
    chunks = [
        pack_chunk(Chunk(frame_id, digest(data), len(data), offset, data[offset : offset + cut]))
        for offset in range(0, len(data), cut)
    ]
    Random(seed).shuffle(chunks)  # noqa: S311 (an order, no secret)

    together = bytearray(len(data))
    for message in chunks:
        chunk = unpack_chunk(message)
        assert (frame_id, digest(data), len(data)) == (chunk.frame_id, chunk.sha256, chunk.total)
        together[chunk.offset : chunk.offset + len(chunk.data)] = chunk.data
    assert data == bytes(together)


def chunk_message(*, total: int = 100, offset: int = 10, data: bytes = b"0123456789", crc: int | None = None) -> bytes:
    message = pack_chunk(Chunk(frame_id_from_bytes(bytes(16)), digest(b""), total, offset, data))
    return message if crc is None else message[:68] + struct.pack(">I", crc) + message[72:]


@pytest.mark.parametrize(
    ("message", "detail"),
    [
        (b"", "shorter than its header"),
        (chunk_message()[: CHUNK_HEADER - 1], "shorter than its header"),
        (b"ASKF" + chunk_message()[4:], "not a chunk of version 1"),
        (b"ASKC\x02" + chunk_message()[5:], "not a chunk of version 1"),
        (chunk_message()[:-1], "lengths do not fit"),
        (chunk_message() + b"x", "lengths do not fit"),
        (chunk_message(data=b""), "lengths do not fit"),
        (chunk_message(total=19), "lengths do not fit"),
        (chunk_message(total=MAX_ENVELOPE + 1), "lengths do not fit"),
        (chunk_message(total=2**32 - 1, offset=2**32 - 1), "lengths do not fit"),
    ],
    ids=str,
)
def test_a_chunk_that_breaks_the_protocol_is_refused_for_good(message: bytes, detail: str) -> None:
    with pytest.raises(WireError, match=detail) as caught:
        unpack_chunk(message)

    assert ("chunk", True) == (caught.value.code, caught.value.permanent)


def test_a_chunk_that_was_bent_on_the_way_may_be_sent_again() -> None:
    with pytest.raises(WireError, match="checksum") as caught:
        unpack_chunk(chunk_message(crc=1))

    assert not caught.value.permanent


def test_a_chunk_that_ends_the_longest_envelope_is_read() -> None:
    assert MAX_ENVELOPE - 10 == unpack_chunk(chunk_message(total=MAX_ENVELOPE, offset=MAX_ENVELOPE - 10)).offset


def test_a_flipped_bit_in_a_chunk_s_data_never_passes() -> None:
    message = chunk_message()
    for index in range(CHUNK_HEADER, len(message)):
        for bit in range(8):
            bent = bytearray(message)
            bent[index] ^= 1 << bit
            with pytest.raises(WireError, match="checksum"):
                unpack_chunk(bytes(bent))


def test_a_message_at_the_limit_is_read() -> None:
    assert load_json(Receipts, b"{}" + b" " * (MAX_MESSAGE - 2)) == Receipts()
