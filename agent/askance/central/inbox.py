"""What a message from a device says, and whether it may come in: bytes in, value or refusal out, nothing kept.

The checks stand in the order of their price: topic, registration, length, JSON, schema, hash, identity, JPEG header.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from askance.central.parcel import Parcel
from askance.codecs.header import jpeg_size
from askance.codecs.header import whole as is_whole
from askance.errors import WireError
from askance.wire.annotations import WireModel
from askance.wire.capture import Manifest
from askance.wire.codec import (
    ENVELOPE_HEADER,
    MAX_MANIFEST,
    MAX_MESSAGE,
    Chunk,
    digest,
    dump_json,
    load_json,
    unpack,
    unpack_chunk,
)
from askance.wire.identity import DeviceId, FrameId, FrameIdText, Sha256
from askance.wire.receipts import Notice, Query, Receipt, Status
from askance.wire.topics import Up, parse_up

LONGEST_RECEIPTS: Final = 3400
"""Bytes of the receipts in one message: together with all around them, less than the 4 KiB of the shortest chunk."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may come in.

    Attributes:
        devices: the registered ones; None: whoever the broker lets in.
        max_frame: most bytes of an envelope.
        unfinished: most envelopes of a device of which some chunks are here and others are not.
    """

    devices: frozenset[DeviceId] | None
    max_frame: int
    unfinished: int


@dataclass(frozen=True, slots=True)
class Whole:
    """An envelope, not looked into yet, and its hash."""

    envelope: bytes
    sha256: Sha256

    @classmethod
    def of(cls, envelope: bytes) -> Self:
        """Hash an envelope."""
        return cls(envelope, digest(envelope))


Body: TypeAlias = Chunk | Whole | Query | Status | Notice


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that is what its topic says."""

    device: DeviceId
    body: Body


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message, or a frame put together from messages, that may not come in.

    Attributes:
        device: who sent it, as far as the topic says.
        code: one word, as in ``WireError``.
        permanent: False when sending the same bytes again may succeed.
        detail: a sentence for people.
        frame_id: the frame it is about, where that can be known.
        sha256: the hash of the refused envelope, where there was one.
    """

    device: DeviceId | None
    code: str
    permanent: bool
    detail: str
    frame_id: FrameId | None = None
    sha256: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """A frame that passed every check; its envelope hashes to ``sha256``."""

    manifest: Manifest
    sha256: Sha256
    envelope: bytes


class _Named(WireModel):
    """The one key that answers a device whose manifest breaks the schema elsewhere."""

    frame_id: FrameIdText


def read(topic: str, payload: bytes, *, bounds: Bounds) -> Incoming | Refusal:
    """Read a message; a whole envelope is only hashed, see ``admit``."""
    address = parse_up(topic)
    if address is None:
        return Refusal(None, "topic", permanent=True, detail=f"not a topic of a device: {topic[:128]!r}")
    device = address.device
    if bounds.devices is not None and device not in bounds.devices:
        return Refusal(device, "device", permanent=True, detail=f"not in `receiver.devices`: {device}")
    try:
        return Incoming(device, _body(device, address.kind, payload=payload))
    except WireError as error:
        return refusal(error, device=device, frame_id=None, sha256=None)


def _body(device: DeviceId, kind: Up, *, payload: bytes) -> Body:
    if len(payload) > MAX_MESSAGE:
        raise WireError(f"message longer than {MAX_MESSAGE} bytes: {len(payload)}", code="size")
    if kind is Up.FRAME:
        return Whole.of(payload)
    if kind is Up.CHUNK:
        return unpack_chunk(payload)
    if kind is Up.QUERY:
        return load_json(Query, payload)
    if kind is Up.EVENT:
        return load_json(Notice, payload)
    status = load_json(Status, payload)
    if status.device != device:
        raise WireError(f"{device} sent the status of {status.device}", code="device")
    return status


def oversize(parcel: Parcel, bounds: Bounds) -> Refusal | None:
    """Refuse an envelope that will be too long before its chunks are kept; None when it may come."""
    if parcel.total <= bounds.max_frame:
        return None
    error = _too_long(parcel.total, bounds)
    return refusal(error, device=parcel.device, frame_id=parcel.frame_id, sha256=parcel.sha256)


def refusal(error: WireError, *, device: DeviceId, frame_id: FrameId | None, sha256: Sha256 | None) -> Refusal:
    """Say what an error means for a frame."""
    return Refusal(device, error.code, permanent=error.permanent, detail=str(error), frame_id=frame_id, sha256=sha256)


def _too_long(size: int, bounds: Bounds) -> WireError:
    return WireError(f"frame longer than {bounds.max_frame} bytes: {size}", code="size")


def admit(device: DeviceId, whole: Whole, *, bounds: Bounds, parcel: Parcel | None = None) -> Admitted:
    """Check an envelope to the last header, without decoding its pixels.

    Args:
        device: the one whose topic it came on.
        whole: as received, or as put together from chunks.
        bounds: what may come in.
        parcel: what it was put together as; None for one that came whole.

    Raises:
        WireError: ``size``, ``sha`` (transient), ``envelope``, ``schema``, ``device``, ``frame-id`` or ``jpeg``.
    """
    if len(whole.envelope) > bounds.max_frame:
        raise _too_long(len(whole.envelope), bounds)
    if parcel is not None and parcel.sha256 != whole.sha256:
        raise WireError(
            f"the chunks hash to {whole.sha256[:12]}, not to {parcel.sha256[:12]}", code="sha", permanent=False
        )
    unpacked = unpack(whole.envelope)
    manifest = unpacked.manifest
    if manifest.device != device:
        raise WireError(f"{device} sent a frame of {manifest.device}", code="device")
    if parcel is not None and parcel.frame_id != manifest.frame_id:
        raise WireError(f"chunks of {parcel.frame_id} hold the frame {manifest.frame_id}", code="frame-id")
    size = jpeg_size(unpacked.jpeg)
    if size != (manifest.image.width, manifest.image.height):
        raise WireError(
            f"the JPEG is {size[0]} x {size[1]}, its manifest says {manifest.image.width} x {manifest.image.height}",
            code="jpeg",
        )
    if not is_whole(unpacked.jpeg):
        raise WireError("the JPEG has no end", code="jpeg")
    return Admitted(manifest, whole.sha256, whole.envelope)


def frame_id_in(envelope: bytes) -> FrameId | None:
    """Find the frame id in an envelope that was refused, so that its sender can be told; None when it has none."""
    length = int.from_bytes(envelope[8:ENVELOPE_HEADER], "big")
    if length > MAX_MANIFEST:
        return None
    try:
        return load_json(_Named, envelope[ENVELOPE_HEADER : ENVELOPE_HEADER + length]).frame_id
    except WireError:
        return None


def batches(receipts: Iterable[Receipt]) -> Iterator[tuple[Receipt, ...]]:
    """Cut receipts into messages that pass wherever the shortest chunk does; none has ``MAX_RECEIPTS``, for its length.

    A broker that drops a long message without a word would drop it each time that a device asks.
    """
    part: list[Receipt] = []
    room = LONGEST_RECEIPTS
    for receipt in dict.fromkeys(receipts):
        length = len(dump_json(receipt))
        if part and length > room:
            yield tuple(part)
            part, room = [], LONGEST_RECEIPTS
        part.append(receipt)
        room -= length + 1
    if part:
        yield tuple(part)
