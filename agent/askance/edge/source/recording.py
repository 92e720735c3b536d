"""A video file or an image folder: every frame once, at the pace of whoever takes them."""

import time
from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

from askance.edge.decoding.messages import Ended, Failed
from askance.edge.decoding.ring import Shot
from askance.edge.source.clock import instant, synchronized
from askance.edge.source.life import Died
from askance.edge.source.watched import Watched
from askance.edge.values import Frame
from askance.errors import SourceError

_ATTEMPTS: Final = 3  # a decoder that dies so often at one place dies of the place


class _Begin(NamedTuple):
    """Both clocks, read together when the recording was opened."""

    monotonic_ns: int
    wall_ns: int
    synchronized: bool


class Recording(Watched):
    """A source that waits for its taker, and ends."""

    def frames(self) -> Iterator[Frame]:
        """As ``Source`` says; the recording's time line begins now."""
        begin = _Begin(time.monotonic_ns(), time.time_ns(), synchronized=synchronized())
        deaths = 0
        while not self._closed.is_set():
            start = self._tally.next
            died = yield from self._play(begin)
            if died is None:
                return
            deaths = deaths + 1 if self._tally.next == start else 1
            if deaths == _ATTEMPTS:
                raise SourceError(
                    f"decoding failed {deaths} times at frame {start}: {self._address.target}: {died.why}",
                    hint="convert the recording with `ffmpeg -i IN -c:v libx264 OUT`, or cut that place out",
                )
            self._restart(died.why)

    def _play(self, begin: _Begin) -> Generator[Frame, None, Died | None]:
        """Yield the frames of one child; return how it died, None when there is nothing left to decode."""
        for event in self._decode():
            match event:
                case Shot():
                    self._tally.deliver(event.position)
                    yield self._frame(event, begin)
                case Ended():
                    self._finish(event)
                case Failed():
                    raise SourceError(
                        f"cannot be decoded: {self._address.target}: {event.why}",
                        hint="`ffprobe FILE` tells what it is; what can be played are videos and folders of images",
                    )
                case Died():
                    return event
        return None

    def _frame(self, shot: Shot, begin: _Begin) -> Frame:
        taken = instant(
            begin.monotonic_ns, wall_ns=begin.wall_ns, after_ns=shot.media_ns, synchronized=begin.synchronized
        )
        return Frame(shot.image, self._camera.id, taken, shot.position)

    def _finish(self, end: Ended) -> None:
        self._tally.finish(end.total, missing=end.missing)
        if end.missing:
            whole = end.total + end.missing
            self._say("source.unreadable", f"the recording ends early: {end.missing} of {whole} frames are missing")
