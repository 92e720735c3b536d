"""What goes into the sync machine and what comes out of it."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from askance.wire.identity import FrameId, Sha256
from askance.wire.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame in the store that the centre has not confirmed; ``size`` is its envelope's, in bytes."""

    frame_id: FrameId
    sha256: Sha256
    size: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The line is up.

    Attributes:
        receive_maximum: unacknowledged messages the broker allows; None when it did not say.
        maximum_packet: bytes it allows in one packet; None when it did not say.
    """

    receive_maximum: int | None
    maximum_packet: int | None


@dataclass(frozen=True, slots=True)
class Lost:
    """The line broke; ``by_us``: we hung up, or the broker said that it had to, so that no message is to blame."""

    by_us: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """The answer to ``Fetch``, the most urgent frame first; ``more``: the store has others."""

    frames: tuple[Waiting, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The store has new frames."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The broker took the message of ``ticket``, which does not mean that it is stored; ``problem``: it refused."""

    ticket: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The centre's word."""

    receipts: Receipts


@dataclass(frozen=True, slots=True)
class Post:
    """There is something else to publish, of ``length`` bytes: a status, a notice."""

    length: int


@dataclass(frozen=True, slots=True)
class Vanished:
    """A frame is no longer in the store; nothing was published under ``ticket``."""

    frame_id: FrameId
    ticket: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """The store can neither be read nor marked just now: its disk is full, read-only or failing."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing but time has passed."""


Event: TypeAlias = Connected | Lost | Due | Kept | Settled | Received | Post | Vanished | Stuck | Tick


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read up to ``limit`` due frames from the store, without those in ``exclude``; answer with ``Due``.

    Those in ``last`` come only when all others do, and behind them.
    """

    limit: int
    exclude: frozenset[FrameId]
    last: frozenset[FrameId] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """Publish a query for these frames; answer with ``Settled``."""

    ticket: int
    frames: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class SendRange:
    """Publish ``length`` bytes at ``offset`` of a frame's envelope; answer with ``Settled``, or ``Vanished``.

    ``offset`` 0 and ``length`` equal to the frame's size is the whole envelope, which needs no chunk header.
    """

    ticket: int
    frame: Waiting
    offset: int
    length: int

    @property
    def whole(self) -> bool:
        """Whether the range is the entire envelope."""
        return self.length == self.frame.size


@dataclass(frozen=True, slots=True)
class Admit:
    """Publish the first of what ``Post`` announced and was not admitted yet; answer with ``Settled``."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Deliver:
    """The centre holds the frame: the device may let go of it."""

    frame_id: FrameId
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The frame cannot be delivered: set it aside, let the others pass."""

    frame_id: FrameId
    reason: str


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Remember the longest message for this broker.

    Attributes:
        length: bytes; what is longer breaks the line, as far as is known.
        before: what was known until now; None: nothing.
    """

    length: int
    before: int | None

    @property
    def raised(self) -> bool:
        """Whether longer messages are tried again."""
        return self.before is not None and self.length > self.before


@dataclass(frozen=True, slots=True)
class HangUp:
    """Nothing has moved for too long although the line looks up: break it; answer with ``Lost``."""


class Doubt(Enum):
    """Why frames may not get there although the broker lets us in."""

    SILENT = auto()  # nobody answers
    SWALLOWED = auto()  # what the broker took is missing at the centre
    IN_VAIN = auto()  # the broker hangs up on every frame


Command: TypeAlias = Fetch | Ask | SendRange | Admit | Deliver | Quarantine | Ceiling | HangUp
