"""The real receiver and its catalog with one frame, as a value: put up, given messages, and taken down again."""

from typing import Final, NamedTuple

from askance.central import catalog, devices, staging
from askance.central.inbox import Whole, admit
from askance.central.receiver import Receiver
from askance.mqtt import Received, Subscribed
from askance.wire.codec import Chunk, dump_json, pack_chunk
from askance.wire.receipts import Asked, Query
from askance.wire.topics import Up
from chaos.protocol.catalog import Catalog
from chaos.protocol.passage import Kinds
from chaos.protocol.pose import ENVELOPE, FRAME, Piece
from chaos.protocol.stations import SECTION, STORAGE, Post
from support_central import BOUNDS, DEVICE, topic
from support_life import Died, Life

ADMITTED: Final = admit(DEVICE, Whole.of(ENVELOPE), bounds=BOUNDS)
ASKED: Final = Asked(id=FRAME.frame_id, sha=FRAME.sha256, size=FRAME.size)


class Books(NamedTuple):
    """What the centre has on its disk.

    Attributes:
        staged: the pieces that wait.
        captures: how often the frame stands in the catalog; once is right.
        envelope: whether its bytes are in their place.
        known: whether the device was ever heard.
    """

    staged: tuple[Piece, ...] = ()
    captures: int = 0
    envelope: bool = False
    known: bool = False


class Worked(NamedTuple):
    """What a receiver did.

    Attributes:
        books: after it.
        acknowledged: how many of the messages.
        said: receipts that are on their way, as JSON.
        greeted: whether it has told the device that it is there.
        died: whether it is gone.
        steps: how many it took.
    """

    books: Books
    acknowledged: int
    said: tuple[bytes, ...]
    greeted: bool
    died: bool
    steps: int


class Desk:
    """Puts receivers up and lets them work.

    Args:
        kinds: what they are made of.
    """

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._catalog = Catalog()

    def work(self, books: Books, pieces: tuple[Piece, ...], *, greeted: bool, dies_at: int | None) -> Worked:
        """Have a receiver take messages, and die before one of its steps; None: live."""
        post, life, receiver, said = self._open(books)
        if greeted:
            receiver._greeted.add(DEVICE)
        for number, piece in enumerate(pieces):
            event = Received(0, *_message(piece), number)
            post.unacknowledged.append(event)
            post.inbox.append(event)
        died = self._step(receiver, life, dies_at=dies_at)
        acknowledged = len(pieces) - len(post.unacknowledged)
        return Worked(self._close(), acknowledged, tuple(said), DEVICE in receiver._greeted, died, life.steps)

    def begin(self, books: Books) -> Worked:
        """Have a receiver start."""
        post, life, receiver, said = self._open(books)
        post.inbox.append(Subscribed(0, granted=True))
        for _ in range(2):
            self._step(receiver, life, dies_at=None)
        return Worked(self._close(), 0, tuple(said), DEVICE in receiver._greeted, died=False, steps=0)

    def _open(self, books: Books) -> tuple[Post, Life, Receiver, list[bytes]]:
        """Write the books, and put a receiver up before them."""
        self._catalog.clear()
        disk = self._catalog.disk
        if books.known:
            devices.seen(disk, [DEVICE], at=0.0)
        if books.captures:
            catalog.add(disk, ADMITTED, at=0.0)
        for piece in books.staged:
            staging.keep(disk, DEVICE, chunk=_chunk(piece), at=0.0)
        if books.envelope:
            self._catalog.blobs.kept[FRAME.sha256] = ENVELOPE
        life, said = Life(), list[bytes]()
        post = Post(life, lambda receipts: said.append(dump_json(receipts)))
        intake = self._kinds.intake(disk, self._catalog.blobs, storage=STORAGE, bounds=BOUNDS, clock=lambda: 0.0)
        receiver = self._kinds.receiver(post, intake, section=SECTION, clock=lambda: 0.0)
        post._up = True
        return post, life, receiver, said

    def _step(self, receiver: Receiver, life: Life, *, dies_at: int | None) -> bool:
        """Let it take a step; whether it is gone."""
        life.choose(dies_at=dies_at)
        self._catalog.disk.life = life
        try:
            receiver.step(0.0)
        except (Died, ValueError):
            return True
        return False

    def _close(self) -> Books:
        there, kept = self._catalog, self._catalog.blobs.kept
        return Books(
            staged=tuple(tuple(row) for row in there.ask("SELECT start, length FROM staging ORDER BY start, length")),
            captures=len(there.ask("SELECT 1 FROM captures JOIN tasks ON capture = captures.id")),
            envelope=kept.get(FRAME.sha256) == ENVELOPE,
            known=bool(there.ask("SELECT 1 FROM devices")),
        )


def _message(piece: Piece) -> tuple[str, bytes]:
    """Write what the device publishes."""
    if piece:
        return topic(Up.CHUNK), pack_chunk(_chunk(piece))
    return topic(Up.QUERY), dump_json(Query(q=(ASKED,)))


def _chunk(piece: Piece) -> Chunk:
    offset, length = piece
    return Chunk(FRAME.frame_id, FRAME.sha256, FRAME.size, offset, ENVELOPE[offset : offset + length])
