"""One decoding child's life, told as events to the source that started it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Final, TypeAlias

from askance.edge.decoding.messages import Ended, Failed, Job, Message, Opened, Unreadable
from askance.edge.decoding.ring import RingReader, Shot
from askance.edge.source.decoder import Decoder

_STEP_S: Final = 0.5
_START_S: Final = 20.0  # a slow board takes that long to load OpenCV from its card
_SLACK_S: Final = 2.0  # a child that can ends the opening itself


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a child may give no sign of life, in seconds: before its target is open, and after."""

    opening_s: float
    reading_s: float


@dataclass(frozen=True, slots=True)
class Begun:
    """A child was started; its frames come by this ring."""

    ring: RingReader


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing came for a while; told so that who waits can give a sign of life."""


@dataclass(frozen=True, slots=True)
class Died:
    """The child ended without a word, or was silent for too long and has to be killed."""

    why: str


Happening: TypeAlias = Begun | Shot | Unreadable | Ended | Failed | Died | Waiting


def decoding(job: Job, *, newest: bool, patience: Patience, closed: Event) -> Iterator[Happening]:
    """Start a child on the job and tell what happens to it; it is gone when the iteration is.

    Args:
        job: what it decodes.
        newest: deliver only the newest frame; otherwise every frame, in order.
        patience: after which silence it counts as dead.
        closed: ends the iteration when it is set; else ``Ended``, ``Failed`` or ``Died`` is the last event.
    """
    try:
        decoder = Decoder(job)
    except OSError as error:  # short of something now, or killed at once: as little a reason to give up as any death
        yield Died(f"the decoder does not start: {error.strerror}")
        return
    try:
        yield Begun(decoder.ring)
        yield from _Life(decoder, newest=newest, patience=patience).events(closed)
    finally:
        decoder.close()


class _Life:
    """What is remembered of a child from one event to the next."""

    def __init__(self, decoder: Decoder, *, newest: bool, patience: Patience) -> None:
        self._decoder = decoder
        self._newest = newest
        self._patience = patience
        self._taken = 0
        self._open = False
        self._last: Ended | Failed | None = None
        self._heard_ns = time.monotonic_ns()

    def events(self, closed: Event) -> Iterator[Happening]:
        while not closed.is_set():
            published = self._decoder.ring.published  # before the messages: what was said earlier is told earlier
            yield from self._unreadable()
            if published > self._taken:
                yield from self._shot(published)
                self._heard_ns = time.monotonic_ns()  # the taker's time is not the child's silence
            elif last := self._verdict(published):
                yield last
                return
            else:
                self._decoder.wait(_STEP_S)
                yield Waiting()

    def _unreadable(self) -> Iterator[Unreadable]:
        for message in self._decoder.messages():
            if isinstance(message, Unreadable):
                yield message
            else:
                self._note(message)

    def _note(self, message: Message) -> None:
        self._heard_ns = time.monotonic_ns()
        if isinstance(message, Opened):
            self._open = True
        elif isinstance(message, Ended | Failed):
            self._last = message

    def _shot(self, published: int) -> Iterator[Shot]:
        number = published - 1 if self._newest else self._taken
        shot = self._decoder.ring.read(number)
        if shot is None:  # overtaken: the next turn finds a newer one
            return
        self._taken = number + 1
        if not self._newest:
            self._decoder.release()
        yield shot

    def _verdict(self, published: int) -> Ended | Failed | Died | None:
        """Return the last event when nothing can follow any more."""
        if self._decoder.ring.published > published:
            return None
        if self._last is not None:
            return self._last
        if self._decoder.over:
            return Died("the decoder died")
        limit_s = self._limit_s()
        silent_s = (time.monotonic_ns() - max(self._heard_ns, self._decoder.ring.beat_ns)) / 1e9
        return Died(f"no sign of life for {limit_s:g} s") if silent_s > limit_s else None

    def _limit_s(self) -> float:
        """Return how long the child may be silent in what it does now: loading its libraries, opening, reading."""
        if self._open:
            return self._patience.reading_s
        return self._patience.opening_s + (_SLACK_S if self._decoder.ring.beat_ns else _START_S)
