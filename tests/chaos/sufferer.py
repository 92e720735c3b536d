"""A camera that is looked at before, during and after it suffers."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

import cv2
import numpy as np

from askance.edge.attention import GateSection
from askance.edge.config import CameraSection
from askance.edge.source import Source, open_source
from askance.edge.values import Frame, Instant
from askance.wire.capture import ClockQuality
from chaos.ailments import SILENCE, Ailment, on_stage
from chaos.onlooker import GATE, Onlooker
from support_polling import until

BAR_S: Final = 15.0
"""A camera is seen again so soon after its ailment is over."""

_FIRST_S: Final = 60.0
_AFTERWARDS_S: Final = 1.0

Opener: TypeAlias = Callable[[CameraSection, Random], Source]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an ailment.

    Attributes:
        ailment: which.
        back_s: from its end until a good frame came; None: none did.
        seen: frames that came in all.
        false: frames that would have been kept and should not.
        wrong: everything else.
    """

    ailment: Ailment
    back_s: float | None = None
    seen: int = 0
    false: int = 0
    wrong: tuple[str, ...] = ()

    @property
    def complaints(self) -> tuple[str, ...]:
        """Everything that speaks against it."""
        late = () if self.back_s is not None and self.back_s <= BAR_S else (f"not back in time: {self.back_s} s",)
        kept = f"{self.false} of {self.seen} frames kept that show nothing that is there"
        false = (kept,) if self.false > self.ailment.unnoticed else ()
        return tuple(f"{self.ailment.name}: {what}" for what in (*self.wrong, *late, *false))


def suffer(
    ailment: Ailment,
    random: Random,
    *,
    gate: GateSection = GATE,
    camera: Mapping[str, object] | None = None,
    opener: Opener = lambda section, random: open_source(section, jitter=random.random),
    within_s: float = BAR_S + 15,
) -> Outcome:
    """Look at a camera, keep what the gate lets through, and say what came of it.

    Args:
        ailment: of the camera.
        random: for the waits, and for what is spoilt.
        gate: what to drop.
        camera: of its section, over what the ailment needs.
        opener: how it is read.
        within_s: how long to wait for it.
    """
    with ExitStack() as opened:
        stage = on_stage(ailment.codec, opened, random=random)
        plain = {"id": "tried", "url": stage.url, "silence": ailment.silence, "open_timeout": SILENCE}
        source = opener(CameraSection.model_validate({**plain, **(camera or {})}), random)
        looking = opened.enter_context(Onlooker(source, gate=gate, oldest_ms=ailment.oldest_ms))
        if looking.sees(_FIRST_S) is None:
            return Outcome(ailment, wrong=(f"never seen: {source.trouble}",))
        begun_s = time.monotonic()
        ailment.begin(stage)
        wrong = [] if _kept_up(ailment, looking, begun_s=begun_s) else [f"not said: {ailment.says}: {source.trouble}"]
        over_s = begun_s
        if ailment.end is not None:
            ailment.end(stage)
            over_s = time.monotonic()
        back = looking.sees(within_s)
        until(lambda: False, within_s=_AFTERWARDS_S)
        if not ailment.restarts and source.counts["restarts"]:
            wrong.append(f"started again {source.counts['restarts']} times")
        if back is not None and source.trouble is not None and not until(lambda: source.trouble is None):
            wrong.append(f"still said: {source.trouble}")
        false = sum(sight.false for sight in looking.sights)
        back_s = None if back is None else back - over_s
        return Outcome(ailment, back_s, len(looking.sights), false, tuple(wrong))


def _kept_up(ailment: Ailment, looking: Onlooker, *, begun_s: float) -> bool:
    """Wait until the ailment has lasted, and until what has to be said of it was; whether it was."""

    def said() -> bool:
        return ailment.says is None or any(re.search(ailment.says, trouble) for trouble in looking.troubles)

    heard = until(said, within_s=ailment.lasts_s + _FIRST_S)
    until(lambda: time.monotonic() >= begun_s + ailment.lasts_s, within_s=ailment.lasts_s)
    return heard


class Naive:
    """Reads a camera as everybody does: whatever comes is of now, and whole; a source without its cares."""

    def __init__(self, section: CameraSection) -> None:
        self.trouble: str | None = None
        self.live = True
        self.counts: Mapping[str, int] = {"restarts": 0}
        self._camera = section
        self._closed = False

    def frames(self) -> Iterator[Frame]:
        """Yield frame after frame."""
        capture = cv2.VideoCapture(self._camera.url, cv2.CAP_FFMPEG)
        index = 0
        while not self._closed:
            read, image = capture.read()
            if not read:
                return
            taken = Instant(time.monotonic_ns(), None, ClockQuality.NONE)
            yield Frame(image.astype(np.uint8, copy=False), self._camera.id, taken, index)
            index += 1

    def beat(self) -> float:
        """Give a sign of life."""
        return time.monotonic()

    def close(self) -> None:
        """End with the next frame."""
        self._closed = True
