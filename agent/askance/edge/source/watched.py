"""What cameras and recordings have in common: a section, a child to watch, counts, and an end from outside."""

import logging
import time
from collections.abc import Iterator, Mapping
from threading import Event
from typing import Final

from askance.edge.config import CameraSection
from askance.edge.decoding.address import Address
from askance.edge.decoding.messages import Ended, Failed, Job, Unreadable
from askance.edge.decoding.ring import RingReader, Shot
from askance.edge.source.life import Begun, Died, Patience, Waiting, decoding
from askance.edge.source.tally import Tally
from askance.redaction import redact

log: Final = logging.getLogger("askance.edge.source")

_STEP_S: Final = 0.5


class Watched:
    """A source decoded by a child process; ``Source`` says what the public names promise.

    Args:
        camera: how it is decoded.
        address: what.
        on_request: deliver only frames that ``want`` asked for, and the first.
    """

    def __init__(self, camera: CameraSection, address: Address, *, on_request: bool = False) -> None:
        self.trouble: str | None = None
        self._camera = camera
        self._address = address
        self._on_request = on_request
        self._ring: RingReader | None = None
        self._closed = Event()
        self._tally = Tally()
        self._beat_s = time.monotonic()

    @property
    def live(self) -> bool:
        """As ``Source`` says."""
        return self._address.kind.live

    @property
    def counts(self) -> Mapping[str, int]:
        """As ``Source`` says."""
        return self._tally.counts()

    def beat(self) -> float:
        """As ``Source`` says."""
        return self._beat_s

    def close(self) -> None:
        """As ``Source`` says."""
        self._closed.set()

    def want(self) -> None:
        """Ask for the next frame that can be had, where frames come on request; from one other thread."""
        ring = self._ring
        if ring is not None:
            ring.want()

    def _decode(self) -> Iterator[Shot | Ended | Failed | Died]:
        """Start a child behind the last delivered frame and tell what it brings; report what it cannot read."""
        camera = self._camera
        job = Job(
            kind=self._address.kind,
            target=self._address.target,
            fps=camera.fps,
            start=self._tally.next,
            open_timeout_s=camera.open_timeout.total_seconds(),
            read_timeout_s=camera.silence.total_seconds(),
            max_side=camera.max_side,
            on_request=self._on_request,
            damaged=camera.damaged,
        )
        patience = Patience(opening_s=job.open_timeout_s, reading_s=job.read_timeout_s)
        for event in decoding(job, newest=self.live, patience=patience, closed=self._closed):
            self._beat_s = time.monotonic()
            if isinstance(event, Begun):
                self._ring = event.ring
            elif isinstance(event, Unreadable):
                self._report(event)
            elif not isinstance(event, Waiting):
                yield event

    def _report(self, event: Unreadable) -> None:
        if self._tally.spoil(event.position):
            frame = "a frame" if self.live else f"frame {event.position}"  # a camera sends many a second
            self._say("source.unreadable", f"{frame} is unreadable: {event.why}")

    def _wait(self, seconds: float) -> None:
        """Wait before the next attempt, giving signs of life, unless the source is closed."""
        until = time.monotonic() + seconds
        while not self._closed.wait(min(_STEP_S, max(0.0, until - time.monotonic()))) and time.monotonic() < until:
            self._beat_s = time.monotonic()

    def _restart(self, why: str) -> None:
        self._tally.restarts += 1
        self._say("source.restart", why)

    def _say(self, what: str, why: str) -> None:
        """Log what is wrong, once for as long as it is."""
        why = redact(why)
        level = logging.DEBUG if why == self.trouble else logging.WARNING
        self.trouble = why
        log.log(level, "%s: camera %s: %s", what, self._camera.id, why)
