"""Manifest and JPEG to envelope bytes and back; envelope bytes to chunks and back; JSON read with suspicion."""

import json
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from askance.errors import WireError
from askance.wire.capture import Manifest
from askance.wire.identity import FrameId, Sha256, frame_id_from_bytes, frame_id_to_bytes
from askance.wire.text import printable

VERSION: Final = 1
MAX_MANIFEST: Final = 48 * 1024
MAX_ENVELOPE: Final = 8 * 1024 * 1024
MAX_MESSAGE: Final = 1024 * 1024
MAX_DEPTH: Final = 8
MAX_VALUES: Final = 64 * 1024  # more than any message of the protocol has
MAX_COMPLAINT: Final = 200

_ENVELOPE: Final = struct.Struct(">4sB3xI")
_CHUNK: Final = struct.Struct(">4sBBH16s32sIIII")
ENVELOPE_HEADER: Final = _ENVELOPE.size
CHUNK_HEADER: Final = _CHUNK.size
_ENVELOPE_MAGIC: Final = b"ASKF"
_CHUNK_MAGIC: Final = b"ASKC"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A manifest and the JPEG it describes."""

    manifest: Manifest
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an envelope: ``data`` stands at ``offset`` of ``total`` bytes whose SHA-256 is ``sha256``."""

    frame_id: FrameId
    sha256: Sha256
    total: int
    offset: int
    data: bytes


def digest(envelope: bytes) -> Sha256:
    """Hash the exact bytes of an envelope; the address of its blob."""
    return Sha256(sha256(envelope).hexdigest())


def pack(manifest: Manifest, jpeg: bytes) -> bytes:
    """Write an envelope.

    Raises:
        WireError: the manifest or the whole is longer than the protocol allows (codes ``manifest-size``, ``size``).
    """
    text = dump_json(manifest)
    if len(text) > MAX_MANIFEST:
        raise WireError(f"manifest longer than {MAX_MANIFEST} bytes: {len(text)}", code="manifest-size")
    envelope = _ENVELOPE.pack(_ENVELOPE_MAGIC, VERSION, len(text)) + text + jpeg
    if len(envelope) > MAX_ENVELOPE:
        raise WireError(f"envelope longer than {MAX_ENVELOPE} bytes: {len(envelope)}", code="size")
    return envelope


def unpack(envelope: bytes) -> Envelope:
    """Read an envelope; the JPEG's bytes are not looked at.

    Raises:
        WireError: wrong magic, version or length (``envelope``), or a manifest that breaks the schema (``schema``).
    """
    if len(envelope) > MAX_ENVELOPE:
        raise WireError(f"envelope longer than {MAX_ENVELOPE} bytes: {len(envelope)}", code="size")
    if len(envelope) < ENVELOPE_HEADER:
        raise WireError(f"envelope shorter than its header: {len(envelope)} bytes", code="envelope")
    magic, version, length = _ENVELOPE.unpack_from(envelope)
    if magic != _ENVELOPE_MAGIC or version != VERSION:
        raise WireError(f"not an envelope of version {VERSION}: {magic!r} {version}", code="envelope")
    end = ENVELOPE_HEADER + length
    if length > MAX_MANIFEST or end > len(envelope):
        raise WireError(f"manifest length does not fit: {length} of {len(envelope)} bytes", code="envelope")
    return Envelope(load_json(Manifest, envelope[ENVELOPE_HEADER:end]), envelope[end:])


def pack_chunk(chunk: Chunk) -> bytes:
    """Write a chunk: 72 bytes of header, then the data."""
    return (
        _CHUNK.pack(
            _CHUNK_MAGIC,
            VERSION,
            0,
            0,
            frame_id_to_bytes(chunk.frame_id),
            bytes.fromhex(chunk.sha256),
            chunk.total,
            chunk.offset,
            len(chunk.data),
            zlib.crc32(chunk.data),
        )
        + chunk.data
    )


def unpack_chunk(message: bytes) -> Chunk:
    """Read a chunk.

    Raises:
        WireError: wrong magic, version, lengths or checksum (code ``chunk``).
    """
    if len(message) < CHUNK_HEADER:
        raise WireError(f"chunk shorter than its header: {len(message)} bytes", code="chunk")
    magic, version, _flags, _reserved, raw_id, sha, total, offset, length, crc = _CHUNK.unpack_from(message)
    data = message[CHUNK_HEADER:]
    if magic != _CHUNK_MAGIC or version != VERSION:
        raise WireError(f"not a chunk of version {VERSION}: {magic!r} {version}", code="chunk")
    if length != len(data) or not data or offset + length > total or total > MAX_ENVELOPE:
        raise WireError(f"chunk lengths do not fit: {length} at {offset} of {total}", code="chunk")
    if zlib.crc32(data) != crc:
        raise WireError("chunk checksum does not fit its bytes", code="chunk", permanent=False)
    return Chunk(frame_id_from_bytes(raw_id), Sha256(sha.hex()), total, offset, data)


def dump_json(model: BaseModel) -> bytes:
    """Write a wire model as compact UTF-8 JSON; what is unknown (None) stays out."""
    return model.model_dump_json(exclude_none=True).encode()


def load_json(model: type[Model], raw: bytes) -> Model:
    """Read a wire model from JSON that somebody sent.

    Raises:
        WireError: not JSON, duplicate keys, NaN, nested deeper than MAX_DEPTH, more than MAX_VALUES keys and values,
            text that UTF-8 cannot write, or against the schema (``schema``).
    """
    if len(raw) > MAX_MESSAGE:
        raise WireError(f"message longer than {MAX_MESSAGE} bytes: {len(raw)}", code="size")
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        _check(value)
        return model.model_validate(value)
    except (ValidationError, RecursionError, ValueError) as error:
        raise WireError(f"not a valid {model.__name__}: {_first_line(error)}", code="schema") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("duplicate key")
    return keys


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check(value: object) -> None:
    """Look at JSON level by level: the schema complains about every single value, which a small message makes dear."""
    level, seen = [value], 0
    for _ in range(MAX_DEPTH + 1):
        seen += len(level)
        if seen > MAX_VALUES:
            raise ValueError(f"more than {MAX_VALUES} keys and values")
        level = [inner for each in level for inner in _inside(each)]
    if level:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")


def _inside(value: object) -> Iterable[object]:
    """Return what a JSON value holds, keys included; half of a surrogate pair cannot be written again."""
    match value:
        case dict():
            return [*value, *value.values()]
        case list():
            return value
        case str():
            value.encode()
            return ()
        case _:
            return ()


def _first_line(error: Exception) -> str:
    """Say what is wrong in one short line that can be printed and stored, whatever the sender wrote."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        text = f"{'.'.join(str(part) for part in first['loc']) or 'value'}: {first['msg']}"
    else:
        text = str(error) or type(error).__name__
    return printable(text.partition("\n")[0][:MAX_COMPLAINT])
