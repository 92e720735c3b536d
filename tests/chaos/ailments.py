"""What cameras suffer from: how it begins and ends, and what has to be said of it meanwhile."""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

from chaos.cable import Cable
from chaos.wall import OLDEST_MS
from chaos.webcam import Webcam
from support_broker import free_port
from support_rtsp import Codec, RtspCamera

SILENCE: Final = "3s"
PATIENT: Final = "20s"
GONE: Final = "stopped sending|no sign of life"
GUESSED: Final = "guess parts"
UNNOTICED: Final = 5
KEY_EVERY: Final = 30
"""A picture in so many needs no other; until then one stays as torn as those it was made of."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A camera with its cable."""

    camera: RtspCamera | Webcam
    cable: Cable

    @property
    def url(self) -> str:
        """The camera at the near end of its cable."""
        return self.camera.address(self.cable.port)

    @property
    def rtsp(self) -> RtspCamera:
        """The camera, where it is one of these."""
        assert isinstance(self.camera, RtspCamera)
        return self.camera

    def show(self, scene: str) -> None:
        """Put something before the lens."""
        if isinstance(self.camera, Webcam):
            self.camera.scene.name = scene
        else:
            self.camera.tell(f"scene {scene}")

    def send(self, share: float) -> None:
        """Send so much of each picture."""
        assert isinstance(self.camera, Webcam)
        self.camera.sent = share

    def spoil(self, share: float) -> None:
        """Change so much of each picture."""
        assert isinstance(self.camera, Webcam)
        self.camera.spoilt = share


Act: TypeAlias = Callable[[Stage], object]


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that a camera suffers from.

    Attributes:
        name: in a few words.
        begin: starts it.
        end: ends it; None: it was over as soon as it had begun.
        lasts_s: how long it is kept up at least.
        says: pattern of what is said of the camera meanwhile; None: nothing needs to be.
        codec: how the camera encodes; None: Motion JPEG over HTTP.
        silence: the patience with the camera.
        restarts: whether its decoder may be started again.
        oldest_ms: how old its pictures may be: a decoder gives one away when the next begins.
        unnoticed: how many torn pictures may pass: what is lost at a picture's end the decoder makes up without a word.
    """

    name: str
    begin: Act
    end: Act | None
    lasts_s: float = 0.0
    says: str | None = None
    codec: Codec | None = "h264"
    silence: str = SILENCE
    restarts: bool = True
    oldest_ms: int = OLDEST_MS
    unnoticed: int = 0


def on_stage(codec: Codec | None, opened: ExitStack, *, random: Random) -> Stage:
    """Set up a camera that is well."""
    camera = Webcam() if codec is None else RtspCamera(free_port(), codec=codec)
    opened.enter_context(camera)
    return Stage(camera, opened.enter_context(Cable(camera.port, random=random)))


def shows(scene: str, says: str, *, codec: Codec | None) -> Ailment:
    """The picture itself is at fault."""
    name = f"{scene}, {codec or 'mjpeg'}"
    return Ailment(name, lambda s: s.show(scene), lambda s: s.show("moving"), 6.0, says, codec, restarts=False)


def stalls(codec: Codec | None) -> Ailment:
    """Nothing passes for a while, and then all of it."""
    name = f"stalled, {codec or 'mjpeg'}"
    return Ailment(name, _hold, _let_go, 4.0, codec=codec, silence=PATIENT, restarts=False)


def spoils(name: str, what: str, share: float, *, says: str | None, codec: Codec | None) -> Ailment:
    """Bytes, packets or pictures are spoilt on the way."""

    def spoil(stage: Stage) -> None:
        setattr(stage.cable, what, share)

    def mend(stage: Stage) -> None:
        setattr(stage.cable, what, 0.0)

    return Ailment(
        f"{name}, {codec or 'mjpeg'}", spoil, mend, 5.0, says, codec, unnoticed=KEY_EVERY if codec else UNNOTICED
    )


def _hold(stage: Stage) -> None:
    stage.cable.holding.set()


def _let_go(stage: Stage) -> None:
    stage.cable.holding.clear()


def _say_nothing(stage: Stage) -> None:
    stage.cable.silent.set()
    stage.cable.pull()


def _restart(stage: Stage, *, login: tuple[str, str] | None = None) -> None:
    stage.rtsp.kill()
    stage.rtsp.start(login=login)


AILMENTS: Final = (  # those that take longest first
    Ailment(
        "slow, 1 frame in 5 s",
        lambda s: s.rtsp.tell("fps 0.2"),
        lambda s: s.rtsp.tell("fps 15"),
        16.0,
        silence=PATIENT,
        restarts=False,
        oldest_ms=OLDEST_MS + 5000,
    ),
    shows("frozen", "stands still", codec="h264"),
    shows("frozen", "stands still", codec="h265"),
    shows("frozen", "stands still", codec=None),
    shows("black", "one colour", codec="h264"),
    shows("green", "one colour", codec="h265"),
    shows("snow", "noise", codec="h264"),
    shows("snow", "noise", codec=None),
    stalls("h264"),
    stalls("h265"),
    stalls(None),
    spoils("garbage", "garbled", 0.003, says=GUESSED, codec="h264"),
    spoils("garbage", "garbled", 0.003, says=None, codec=None),
    spoils("lost packets", "lost", 0.1, says=GUESSED, codec="h264"),
    spoils("lost pictures", "dropped", 0.1, says=GUESSED, codec="h265"),
    Ailment("spoilt pictures", lambda s: s.spoil(0.003), lambda s: s.spoil(0.0), 5.0, GUESSED, None),
    Ailment("half pictures", lambda s: s.send(0.5), lambda s: s.send(1.0), 5.0, GUESSED, None),
    Ailment(
        "half-open", lambda s: s.rtsp.signal(signal.SIGSTOP), lambda s: s.rtsp.signal(signal.SIGCONT), 9.0, GONE, "h264"
    ),
    Ailment("stranded", lambda s: s.cable.strand(), None, says=GONE, codec="h265"),
    Ailment("killed", lambda s: s.rtsp.kill(), lambda s: s.rtsp.start(), 6.0, "cannot be opened"),
    Ailment("pulled", lambda s: s.cable.pull(), None, says=GONE),
    Ailment("accepts and says nothing", _say_nothing, lambda s: s.cable.silent.clear(), 8.0, "no answer in time"),
    Ailment("another password", lambda s: _restart(s, login=("viewer", "an0ther")), _restart, 5.0, "refuses the login"),
    Ailment("the stream ends", lambda s: s.rtsp.tell("end"), None, says=GONE),
    Ailment("another size", lambda s: s.rtsp.tell("size 640 480"), lambda s: s.rtsp.tell("size 320 240"), 4.0),
)
