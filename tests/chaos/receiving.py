"""A centre's store at work: receivers take what devices send, and say what they would acknowledge and answer."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.central.batch import Letter
from askance.central.blobs import BLOBS, Blobs
from askance.central.config import QueueSection, StorageSection
from askance.central.inbox import Bounds
from askance.central.intake import Intake
from askance.central.queue import Queue
from askance.central.receiver import BATCH
from askance.central.schema import create_catalog
from askance.wire.codec import Chunk, digest, pack, pack_chunk
from askance.wire.identity import DeviceId, FrameId, Sha256
from askance.wire.receipts import Missing, Receipt, Stored
from askance.wire.topics import Up
from chaos.breakage import NICHES
from chaos.power import end_at
from chaos.worker import Say, saying
from support_central import Clock, frame_id, make_jpeg, make_manifest, make_query, topic

MOST_FRAMES: Final = 10**5
"""Of one life: each life sends frames of its own, and now and then those of an earlier one."""

_DEVICES: Final = (DeviceId("camera-1"), DeviceId("camera-2"))
_SIZES: Final = ((64, 48), (96, 64), (320, 240))
_CHUNK: Final = 8_000
_UNBOUNDED: Final = Bounds(None, 8 * 2**20, unfinished=10**6)
_UNDER_WAY: Final = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame as a device sends it; the same for the same ``number``."""

    number: int
    device: DeviceId
    envelope: bytes

    @classmethod
    @cache
    def of(cls, number: int) -> "Sent":
        """Make a frame."""
        device, size = _DEVICES[number % len(_DEVICES)], _SIZES[number % len(_SIZES)]
        manifest = make_manifest(number, device=device, size=size, value=number % 7 / 7)
        return cls(number, device, pack(manifest, make_jpeg(*size, seed=number % 5)))

    @property
    def frame_id(self) -> FrameId:
        """Its id."""
        return frame_id(self.number)

    @property
    def sha256(self) -> Sha256:
        """The hash of its envelope."""
        return digest(self.envelope)

    def chunk(self, start: int, length: int) -> Letter:
        """Cut a piece of it."""
        data = self.envelope[start : start + length]
        piece = Chunk(self.frame_id, self.sha256, len(self.envelope), start, data)
        return Letter(topic(Up.CHUNK, self.device), pack_chunk(piece))

    def letters(self, random: Random) -> list[Letter]:
        """All of it: whole, or in chunks of any order, with a question now and then; some are not sent to the end."""
        if random.random() < 0.2:
            return [Letter(topic(Up.FRAME, self.device), self.envelope)]
        pieces = [self.chunk(start, _CHUNK) for start in range(0, len(self.envelope), _CHUNK)]
        random.shuffle(pieces)
        unsent = random.random() < 0.1 and len(pieces) > 1
        return pieces[unsent:] + [self.question()] * (random.random() < 0.2)

    def question(self) -> Letter:
        """Ask what is here of it."""
        return Letter(topic(Up.QUERY, self.device), make_query((self.frame_id, self.envelope)))


def open_store(folder: Path) -> Intake:
    """Open a centre's store as a receiver does."""
    connection = create_catalog(folder)
    storage = StorageSection(path=folder)
    return Intake(connection, Blobs(folder / BLOBS), storage=storage, bounds=_UNBOUNDED, clock=Clock())


@dataclass(frozen=True, slots=True)
class Receiving:
    """What one worker, or two that share the store, do for ever with the store in ``path``.

    Attributes:
        path: the store's folder.
        life: the number of this worker among those of the store, from 1 on.
        shared: whether there are two.
        seed: of the order in which messages come.
    """

    path: Path
    life: int
    shared: bool
    seed: int

    def __call__(self, say: Say) -> None:
        """Open the store and receive."""
        sibling = self.shared and os.fork() == 0
        random = Random(f"{self.seed} {sibling}")  # noqa: S311 (an order, no secret)
        intake = open_store(self.path)
        queue = Queue(intake._connection, QueueSection(), clock=Clock(), mint=lambda: random.randbytes(8).hex())
        mail = self._mail(random)
        while True:
            batch = [next(mail) for _ in range(random.randint(1, BATCH))]
            answers = intake.take([letter for _, letter in batch])
            for number in {number for number, _ in batch}:
                say(f"sent {number}")
            for receipts in answers.values():
                for receipt in receipts:
                    say(_word(receipt))
            if random.random() < 0.2 and (lease := queue.claim("ada")) is not None:
                say(f"labelled {queue.submit(lease.token, [], seconds=1.0)}")

    def _mail(self, random: Random) -> Iterator[tuple[int, Letter]]:
        """Messages of several frames under way at once, each with the number of its frame; some come twice."""
        numbers = count(self.life * MOST_FRAMES)
        under_way: list[tuple[int, list[Letter]]] = []
        while True:
            while len(under_way) < _UNDER_WAY:
                number = next(numbers)
                under_way.append((number, Sent.of(number).letters(random)))
            number, letters = random.choice(under_way)
            letter = letters[0]
            if random.random() < 0.8:
                letters.pop(0)
            yield number, letter
            under_way = [one for one in under_way if one[1]]


def _word(receipt: Receipt) -> str:
    match receipt:
        case Stored(id=of, sha=sha):
            return f"stored {of} {sha}"
        case Missing(id=of):
            return f"asked {of}"
        case _:
            return f"refused {receipt.id} {receipt.code}"


def main(path: str, life: str, call: str, broken: str) -> None:
    """Receive until just before the ``call``-th of the calls that change a file, and be killed there."""
    say = saying(sys.stdout.fileno())
    NICHES[broken]()
    end_at(int(call), lambda: None, before=True)
    Receiving(Path(path), int(life), shared=False, seed=int(call))(say)


if __name__ == "__main__":
    main(*sys.argv[1:])
