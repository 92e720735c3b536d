"""Single messages that no centre may take: manifests, JPEGs, chunks, queries and statuses."""

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from askance.wire.codec import MAX_ENVELOPE, MAX_MANIFEST, MAX_MESSAGE, Chunk, digest, pack_chunk, unpack
from askance.wire.identity import new_frame_id
from support_central import make_jpeg
from support_wire import BOX, TAG

WIDTH: Final = 64
HEIGHT: Final = 48
SHORT: Final = 1000
DIGITS: Final = b"9" * 10_000

_WIDER: Final[Mapping[str, Any]] = {"image": {"width": WIDTH + 1, "height": HEIGHT}}
_CHANGES: Final[tuple[Mapping[str, Any], ...]] = (
    {"must": ["a key of tomorrow"]},
    {"must": ["v"] * 17},
    {"v": 2},
    {"frame_id": "../../../../../etc/passwd"},
    {"frame_id": "01arz3ndektsv4rrffq69g5fav"},
    {"frame_id": "8" + "Z" * 25},
    {"frame_id": "0" * 25 + "\n"},
    {"frame_id": None},
    {"device": "../device"},
    {"camera": "a/b"},
    {"pose": "\ud800"},
    {"pose": "x" * 65},
    {"pose": {"x": []}},
    {"value": float("nan")},
    {"value": float("inf")},
    {"value": -0.001},
    {"value": "1e999"},
    {"offset_s": float("-inf")},
    {"inclusion_probability": 0},
    {"arm": "charm"},
    {"priority": 9},
    {"annotations": None},
    {"annotations": [TAG] * 501},
    {"annotations": [BOX | {"x": 1e300}]},
    {"annotations": [BOX | {"label": "per\x1bson"}]},
    {"annotations": [BOX | {"label": ""}]},
    {"annotations": [BOX | {"score": 1.01}]},
    {"annotations": [BOX | {"kind": "sphere"}]},
    {"annotations": [BOX | {"kind": "polygon", "rings": [[0] * 7]}]},
    {"annotations": [BOX | {"kind": "polygon", "rings": [[0] * 6] * 101}]},
    {"annotations": [BOX | {"kind": "mask", "counts": "o" * 20_000}]},
    {"annotations": [BOX | {"kind": "mask", "counts": "00"}]},
    {"annotations": [BOX | {"model": "nobody"}]},
    {"reasons": []},
    {"image": {"width": 0, "height": HEIGHT}},
    {"image": {"width": 2**16, "height": HEIGHT}},
    _WIDER,
    {"taken": {"boot_id": "b", "seq": -1, "monotonic_ns": 0, "clock": "none"}},
    {"taken": {"boot_id": "b", "seq": 0, "monotonic_ns": 2**63, "clock": "none"}},
    {"taken": {"boot_id": "b", "seq": 0, "monotonic_ns": 0, "wall_ms": 2**48, "clock": "ntp"}},
    {"taken": {"boot_id": "", "seq": 0, "monotonic_ns": 0, "clock": "sun"}},
    {"new": [[[[[[[[[0]]]]]]]]]},
)
_TEXTS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda text: b'{"v":1,' + text[1:],
    lambda text: text.replace(b'"frame_id"', b'"device":"a-victim","frame_id"', 1),
    lambda text: b'{"new":' + b"[" * 20_000 + b"]" * 20_000 + b"," + text[1:],
    lambda text: b'{"new":' * 6_000 + text,
    lambda text: text[:-1] + b',"offset_s":' + DIGITS + b"}",
    lambda text: text.replace(b'"camera"', b'"cam\xff\xfe"', 1),
    lambda text: text.decode().encode("utf-16"),
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text + text,
    lambda text: text[:-1],
    lambda text: text + b" " * (MAX_MANIFEST - len(text) + 1),
    lambda _: b"",
    lambda _: b"null",
    lambda _: b"[" * 40_000,
    lambda _: b"\x00" * 1000,
)


def _size(random: Random, most: int) -> int:
    """Seldom the most, for that takes long to make; enough to be refused always."""
    return random.choices([SHORT, most], [19, 1])[0]


def manifest(random: Random, plain: Mapping[str, Any]) -> tuple[bytes, str]:
    """The text of a manifest that breaks a rule, ``plain`` in all else, and the code under which it is refused."""
    place = random.randrange(len(_CHANGES) + len(_TEXTS))
    if place < len(_CHANGES):
        change = _CHANGES[place]
        return json.dumps({**plain, **change}).encode(), "jpeg" if change is _WIDER else "schema"
    text = _TEXTS[place - len(_CHANGES)](json.dumps(plain).encode())
    return text, "schema" if len(text) <= MAX_MANIFEST else "envelope"


def envelope(text: bytes, jpeg: bytes) -> bytes:
    """An envelope around anything."""
    return struct.pack(">4sB3xI", b"ASKF", 1, len(text)) + text + jpeg


def jpeg(random: Random) -> tuple[int, int, bytes]:
    """The size that a manifest is to say, and a JPEG that has to be refused behind it."""
    good = make_jpeg(WIDTH, HEIGHT)
    frame = good.index(b"\xff\xc0")
    huge = random.choice([(16_000, 16_000), (65_535, 65_535), (50_001, 1000)])
    bad = random.choice(
        [
            good[: random.randrange(2, len(good) - 1)],
            good[:frame] + b"\xff\xc9" + good[frame + 2 :],  # arithmetic coding
            good[:frame] + b"\xff\xc3" + good[frame + 2 :],  # lossless
            good[: frame + 9] + b"\x04" + good[frame + 10 :],  # CMYK
            good[: frame + 5] + b"\x00\x00" + good[frame + 7 :],  # no height: told by a later marker
            good[: frame + 7] + b"\x00\x41" + good[frame + 9 :],  # another width than the manifest says
            good[:2] + b"\xff\xe0\x00\x02" * 20_000 + good[2:],
            good[:-2] + b"\xff\xda\x00\x02" * 20_000 + good[-2:],
            good[:2] + b"\xff" * 200_000,
            b"\x89PNG\r\n\x1a\n" + good,
            b"<svg onload=alert(1)>",
            b"\xff\xd8\xff\xd9",
            b"",
        ]
    )
    header = good[: frame + 5] + struct.pack(">HH", huge[1], huge[0]) + good[frame + 9 :]
    return random.choice([(*huge, header), (WIDTH, HEIGHT, bad)])


def chunk(random: Random, whole: bytes) -> tuple[bytes, str]:
    """A chunk of an envelope that cannot be what it says, and the code under which it is refused."""
    total, sha = len(whole), bytes.fromhex(digest(whole))
    data = whole[:100]
    identity = random.randbytes(16)

    def header(length: int, *, of: int = total, at: int = 0, crc: int = 0, version: int = 1) -> bytes:
        return struct.pack(
            ">4sBBH16s32sIIII", b"ASKC", version, 0, 0, identity, sha, of, at, length, zlib.crc32(data) ^ crc
        )

    strange = new_frame_id(wall_ms=5, randomness=random.randbytes(10))
    untrue = random.choice(
        [
            header(100, crc=1) + data,
            header(100, version=2) + data,
            header(99) + data,
            header(101) + data,
            header(0),
            header(100, of=99) + data,
            header(100, at=total - 99) + data,
            header(100, at=2**32 - 1) + data,
            header(100, of=0) + data,
            header(100, of=2**32 - 1) + data,
            header(100, of=MAX_ENVELOPE + 1) + data,
            header(100)[: random.randrange(72)],
        ]
    )
    return random.choices(
        [
            (untrue, "chunk"),
            (pack_chunk(Chunk(unpack(whole).manifest.frame_id, digest(b"another"), total, 0, whole)), "sha"),
            (pack_chunk(Chunk(strange, digest(whole), total, 0, whole)), "frame-id"),
        ],
        [12, 1, 1],
    )[0]


def _coded(payload: bytes, code: str | None) -> tuple[bytes, str | None]:
    """A message and its code; of one that is too long nothing else is looked at."""
    return payload, code if len(payload) <= MAX_MESSAGE else "size"


def query(random: Random) -> tuple[bytes, str | None]:
    """A query, and the code under which it is refused; None where it is not."""
    ids = [new_frame_id(wall_ms=random.randrange(2**48), randomness=random.randbytes(10)) for _ in range(100)]
    lines = [{"id": each, "sha": random.randbytes(32).hex(), "size": 1000} for each in ids]
    asked: tuple[tuple[object, str | None], ...] = (
        (lines, None),
        ([], None),
        (lines[:1] * 100, None),
        ([line | {"sha": lines[0]["sha"]} for line in lines], None),
        ([lines[0] | {"size": 2**32 - 1}], "size"),
        (lines * (1 + _size(random, 8_000) // 100), "schema"),
        ([lines[0] | {"size": 0}], "schema"),
        ([lines[0] | {"id": "../x"}], "schema"),
    )
    text, code = random.choice(asked)
    return random.choice(
        [
            _coded(json.dumps({"q": text}).encode(), code),
            _coded(b'{"q":[' + b"0," * _size(random, 500_000) + b"0]}", "schema"),
            _coded(b'{"q":[],"new":[' + b"[]," * max(70_000, _size(random, 300_000)) + b"0]}", "schema"),
            _coded(b"[" * _size(random, 200_000), "schema"),
            _coded(b'{"q":[],"q":[]}', "schema"),
            _coded(b" " * _size(random, MAX_MESSAGE + 1), "schema"),
            _coded(random.randbytes(200), "schema"),
        ]
    )


def status(random: Random, device: str) -> tuple[bytes, str | None]:
    """A status, and the code under which it is refused; None where it is not."""
    counts = {"captured": 3, "stored": 2, "pending": 1, "evicted": {}, "quarantined": 0}
    ledger = {"boot_id": f"boot-{random.randrange(40)}", **counts}
    flood = {f"reason-{index}": 1 for index in range(_size(random, 50_000))}
    said: dict[str, Any] = {"device": device, "online": True, "boot_id": "boot-0", "ledgers": [ledger]}
    changes: list[tuple[Mapping[str, Any], str | None]] = [
        ({}, None),
        ({"trouble": ["\x1b[31mred\x1b]0;owned\x07\r\n" * 9]}, None),
        ({"trouble": ["x" * 10_000]}, None),
        ({"ledgers": [ledger | {"captured": 2**63 - 1, "stored": 2**63 - 1, "evicted": {"a": 2**63 - 1}}]}, None),
        ({"trouble": ["\ud800"]}, "schema"),
        ({"counters": {"\udfff": 1}}, "schema"),
        ({"rules": {"r": {"matched": 1, "kept": 0, "refused": {"\ud800": 1}}}}, "schema"),
        ({"trouble": ["x"] * 17}, "schema"),
        ({"counters": flood}, "schema"),
        ({"ledgers": [ledger | {"evicted": flood}]}, "schema" if len(flood) > SHORT else None),
        ({"ledgers": [ledger] * 17}, "schema"),
        ({"ledgers": [ledger | {"captured": -1}]}, "schema"),
        ({"protocols": [[]] * _size(random, 200_000)}, "schema"),
        ({"device": "a-victim"}, "device"),
        ({"wall_ms": float("nan")}, "schema"),
        ({"boot_id": "b" * 65}, "schema"),
    ]
    changed, code = random.choice(changes)
    return _coded(json.dumps({**said, **changed}).encode(), code)
