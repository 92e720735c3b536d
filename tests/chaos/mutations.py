"""What a hostile or broken device sends: messages, each with what has to become of it at the centre."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from askance.wire.codec import MAX_ENVELOPE, MAX_MESSAGE, Chunk, digest, dump_json, pack, pack_chunk, unpack
from askance.wire.identity import DeviceId, FrameId, Sha256, new_frame_id
from askance.wire.topics import Up, up
from chaos import bombs
from support_central import make_jpeg, make_manifest

SIZE: Final = (bombs.WIDTH, bombs.HEIGHT)
VICTIM: Final = DeviceId("a-victim")
TOPICS: Final = (
    "",
    "/",
    "f",
    "$SYS/broker/uptime",
    "askance/1/d/../up/f",
    "askance/1/d/../../../etc/passwd/up/f",
    "askance/1/d/..%2f..%2fetc/up/f",
    "askance/1/d/+/up/f",
    "askance/1/d/camera-1/up/#",
    "askance/1/d/CAMERA-1/up/f",
    "askance/1/d/-camera/up/f",
    "askance/1/d/ab/up/f",
    f"askance/1/d/{'a' * 64}/up/f",
    f"askance/1/d/{'a' * 60_000}/up/f",
    "askance/1/d/camera-1/up",
    "askance/1/d/camera-1/up/x",
    "askance/1/d/camera-1/up/ff",
    "askance/1/d/camera-1/up/f/..",
    "askance/1/d/camera-1/dn/a",
    "askance/2/d/camera-1/up/f",
    "askance/1/d/cam\x00era/up/f",
    "askance/1/d/camera-1/up/f\n",
    "askance/1/d/cam\u00e9ra/up/f",
    "askance/1/d/camera-\uff11/up/f",
    "askance/1/d/camera-1\u202e/up/f",
)
"""What is nobody's topic; the first four, and those with a wildcard or a NUL, pass through no broker."""

NOTICES: Final = (
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp",
    "x" * 240,
    "a\x00b",
    "'); DROP TABLE captures; --",
    "=cmd|' /C'!A0",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message.

    Attributes:
        topic: on which it comes.
        payload: what it says.
        code: under which it has to lie in the dead letters; None: it need not lie there.
        stored: hash of the envelope that has to be in the catalog, once, when this and its neighbours were taken.
    """

    topic: str
    payload: bytes
    code: str | None = None
    stored: Sha256 | None = None


class Liar:
    """One hostile device: good frames among everything else.

    Args:
        random: chance; the same gives the same messages.
        device: what it calls itself on its topics.
    """

    def __init__(self, random: Random, device: DeviceId) -> None:
        self._random = random
        self._device = device
        self._tricks: Final[dict[str, Callable[[], Iterator[Sent]]]] = {
            "good": self._good,
            "pieces": self._pieces,
            "bent": self._bent,
            "manifest": self._bad_manifest,
            "jpeg": self._bad_jpeg,
            "topic": self._bad_topic,
            "chunk": self._bad_chunk,
            "device": self._another_device,
            "unfinished": self._unfinished,
            "query": self._query,
            "status": self._status,
            "notice": self._notice,
        }

    def trick(self, name: str | None = None) -> list[Sent]:
        """Play one trick, or a certain one: messages that belong together, in their order."""
        return list(self._tricks[name or self._random.choice(list(self._tricks))]())

    def large(self) -> tuple[list[Sent], Sent]:
        """A good frame of the greatest length: all its pieces but the last, and that."""
        made = make_manifest(device=self._device, size=SIZE).model_copy(update={"frame_id": self._frame_id()})
        jpeg = make_jpeg(*SIZE)
        envelope = pack(made, jpeg + bytes(MAX_ENVELOPE - len(dump_json(made)) - len(jpeg) - 12))
        sent = [
            self._sent(Up.CHUNK, _piece(envelope, start, length=MAX_MESSAGE - 1000))
            for start in range(0, len(envelope), MAX_MESSAGE - 1000)
        ]
        return sent[:-1], Sent(sent[-1].topic, sent[-1].payload, stored=digest(envelope))

    def _good(self) -> Iterator[Sent]:
        """A frame without fault, whole."""
        envelope = self._envelope()
        yield self._sent(Up.FRAME, envelope, stored=digest(envelope))

    def _pieces(self) -> Iterator[Sent]:
        """A frame without fault in pieces that overlap, repeat and come in any order."""
        envelope = self._envelope()
        ranges = [(start, self._random.randint(1000, 2000)) for start in range(0, len(envelope), 1000)]
        ranges += [(self._random.randrange(len(envelope)), self._random.randint(1, 900)) for _ in range(2)]
        self._random.shuffle(ranges)
        for start, length in ranges:
            yield self._sent(Up.CHUNK, _piece(envelope, start, length=length), stored=digest(envelope))

    def _bent(self) -> Iterator[Sent]:
        """An envelope or a chunk with flipped bits, and with parts cut out, doubled or strange."""
        envelope = self._envelope()
        yield self._sent(Up.FRAME, self._bend(envelope))
        yield self._sent(Up.CHUNK, self._bend(_piece(envelope, 0, length=1000)))

    def _bad_manifest(self) -> Iterator[Sent]:
        """A manifest that breaks a rule, before a JPEG without fault."""
        text, code = bombs.manifest(self._random, self._plain())
        yield self._sent(Up.FRAME, bombs.envelope(text, make_jpeg(*SIZE)), code=code)

    def _bad_jpeg(self) -> Iterator[Sent]:
        """A JPEG that no decoder may see, behind a manifest that says the same of it."""
        width, height, jpeg = bombs.jpeg(self._random)
        plain = self._plain() | {"image": {"width": width, "height": height}}
        yield self._sent(Up.FRAME, bombs.envelope(json.dumps(plain).encode(), jpeg), code="jpeg")

    def _bad_topic(self) -> Iterator[Sent]:
        """A frame without fault on a topic that is nobody's."""
        yield Sent(self._random.choice(TOPICS), self._envelope(), code="topic")

    def _bad_chunk(self) -> Iterator[Sent]:
        """A chunk that is not what it says."""
        payload, code = bombs.chunk(self._random, self._envelope())
        yield self._sent(Up.CHUNK, payload, code=code)

    def _another_device(self) -> Iterator[Sent]:
        """What would be another device's, were it believed."""
        status = json.dumps({"device": VICTIM, "online": False}).encode()
        kind, payload = self._random.choice([(Up.FRAME, self._envelope(VICTIM)), (Up.STATUS, status)])
        yield self._sent(kind, payload, code="device")

    def _unfinished(self) -> Iterator[Sent]:
        """The beginnings of frames whose ends never come."""
        for _ in range(8):
            envelope = self._envelope()
            longer = len(envelope) + self._random.randint(1, 10**6)
            yield self._sent(Up.CHUNK, pack_chunk(Chunk(self._frame_id(), digest(envelope), longer, 0, envelope[:500])))

    def _query(self) -> Iterator[Sent]:
        """Questions about a hundred frames, about ten thousand, about four gigabytes."""
        payload, code = bombs.query(self._random)
        yield self._sent(Up.QUERY, payload, code=code)

    def _status(self) -> Iterator[Sent]:
        """A status that is meant to break whoever keeps or prints it."""
        payload, code = bombs.status(self._random, self._device)
        yield self._sent(Up.STATUS, payload, code=code)

    def _notice(self) -> Iterator[Sent]:
        """A notice of the same kind, and noise."""
        yield self._sent(Up.EVENT, json.dumps({"code": "c", "text": self._random.choice(NOTICES)}).encode())
        yield self._sent(Up.EVENT, self._random.randbytes(self._random.randrange(300)), code="schema")

    def _envelope(self, device: DeviceId | None = None) -> bytes:
        """A new frame of this device, or of another."""
        made = make_manifest(device=device or self._device, size=SIZE)
        return pack(made.model_copy(update={"frame_id": self._frame_id()}), self._jpeg())

    def _jpeg(self) -> bytes:
        return make_jpeg(*SIZE, seed=self._random.randrange(8))

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = unpack(self._envelope()).manifest.model_dump(mode="json", exclude_none=True)
        return plain

    def _frame_id(self) -> FrameId:
        return new_frame_id(wall_ms=1_700_000_000_000, randomness=self._random.randbytes(10))

    def _bend(self, message: bytes) -> bytes:
        """Change a message in one to four places, the beginning preferred: there stands what is read."""
        bent = bytearray(message)
        for _ in range(self._random.randint(1, 4)):
            at = self._random.randrange(self._random.choice([len(bent), min(len(bent), 1200)]) or 1)
            noise = self._random.randbytes(self._random.randint(1, 40))
            match self._random.randrange(4):
                case 0:
                    bent[at : at + 1] = bytes([1 << self._random.randrange(8) ^ (bent[at] if bent else 0)])
                case 1:
                    del bent[at : at + self._random.choice([1, 100, len(bent)])]
                case 2:
                    bent[at:at] = noise
                case _:
                    bent[at : at + len(noise)] = noise
        return bytes(bent)

    def _sent(self, kind: Up, payload: bytes, *, code: str | None = None, stored: Sha256 | None = None) -> Sent:
        return Sent(up(self._device, kind), payload, code, stored)


def _piece(envelope: bytes, start: int, *, length: int) -> bytes:
    """The chunk of an envelope, under the frame's own id, from ``start`` on."""
    frame_id = unpack(envelope).manifest.frame_id
    return pack_chunk(Chunk(frame_id, digest(envelope), len(envelope), start, envelope[start : start + length]))
