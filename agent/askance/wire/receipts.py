"""What device and centre tell each other about frames: queries, receipts, status, ledger."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from askance.wire.annotations import WireModel
from askance.wire.identity import CameraName, DeviceName, FrameIdText, Sha256Hex

MAX_QUERY: Final = 100
MAX_RECEIPTS: Final = 64
MAX_RULE_TALLIES: Final = 32
MAX_REFUSALS: Final = 16
MAX_LAST: Final = 8
"""Cameras whose last decision a status tells."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
ByteRange = tuple[Annotated[int, Field(ge=0, lt=2**32)], Annotated[int, Field(ge=1, lt=2**32)]]


class Asked(WireModel):
    """One frame the device still holds."""

    id: FrameIdText
    sha: Sha256Hex
    size: Annotated[int, Field(ge=1, lt=2**32, description="length of the envelope in bytes")]


class Query(WireModel):
    """What do you have of these frames?"""

    v: Literal[1] = 1
    q: Annotated[tuple[Asked, ...], Field(max_length=MAX_QUERY)]


class Stored(WireModel):
    """The frame stands in the catalog: the device may let go of it. ``dup``: it had been there before."""

    st: Literal["stored", "dup"]
    id: FrameIdText
    sha: Sha256Hex


class Missing(WireModel):
    """These byte ranges of the envelope are not there yet, as (offset, length)."""

    st: Literal["miss"] = "miss"
    id: FrameIdText
    sha: Sha256Hex
    need: Annotated[tuple[ByteRange, ...], Field(min_length=1, max_length=256)]


class Rejected(WireModel):
    """The frame was refused; ``perm``: sending the same bytes again is useless."""

    st: Literal["rej"] = "rej"
    id: FrameIdText
    sha: Sha256Hex | None = None
    code: Annotated[str, Field(max_length=32)]
    perm: bool


Receipt = Annotated[Stored | Missing | Rejected, Field(discriminator="st")]


class Receipts(WireModel):
    """A batch of receipts.

    ``hello`` says that the receiver has (re)started: forget waiting times and ask again.
    """

    v: Literal[1] = 1
    a: Annotated[tuple[Receipt, ...], Field(max_length=MAX_RECEIPTS)] = ()
    credit: Annotated[int | None, Field(ge=0, lt=2**31, description="frames that may be under way at once")] = None
    pause_s: Annotated[float, Field(ge=0, le=3600)] = 0
    hello: bool = False


class Ledger(WireModel):
    """Where every frame captured in one boot is: captured = stored + pending + evicted + quarantined."""

    boot_id: Annotated[str, Field(min_length=1, max_length=64)]
    captured: Count
    stored: Count
    pending: Count
    evicted: Mapping[str, Count]
    quarantined: Count

    @property
    def unaccounted(self) -> int:
        """Frames that the equation cannot explain; 0 unless something is broken."""
        return self.captured - self.stored - self.pending - sum(self.evicted.values()) - self.quarantined


class RuleTally(WireModel):
    """What came of one rule since the agent's start, in frames that the rules were asked about.

    ``matched`` = ``kept``, which it paid for, + ``refused`` by reason, such as ``cooldown``; of a rule that only counts
    both are what they would be if it paid.
    """

    matched: Count
    kept: Count
    refused: Annotated[Mapping[Annotated[str, Field(max_length=64)], Count], Field(max_length=MAX_REFUSALS)] = {}


class RuleWord(WireModel):
    """What one rule did with one frame.

    ``outcome`` is ``paid``, ``counted``, ``no_match`` or what kept it from paying; ``value`` what the frame was worth
    to it; ``clause`` the strongest that spoke for a match, or the first that did not hold.
    """

    outcome: Annotated[str, Field(max_length=64)]
    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    clause: Annotated[str, Field(max_length=64)]


class LastDecision(WireModel):
    """The frame of a camera that the rules were asked about last: its number, its age, how it ended, and why."""

    index: Count
    pose: Annotated[str | None, Field(max_length=64, description="where the camera looked; none: it does not turn")] = (
        None
    )
    ago_s: Annotated[float, Field(ge=0, allow_inf_nan=False, description="when that was decided, before the status")]
    ended: Annotated[str, Field(max_length=64, description="`kept`, or the reason why not")]
    rules: Annotated[Mapping[Annotated[str, Field(max_length=64)], RuleWord], Field(max_length=MAX_RULE_TALLIES)] = {}


class Status(WireModel):
    """A device's retained word about itself; the will is the same with ``online`` false and nothing else known."""

    v: Literal[1] = 1
    device: DeviceName
    online: bool
    agent: Annotated[str | None, Field(max_length=32)] = None
    protocols: tuple[int, ...] = (1,)
    boot_id: Annotated[str | None, Field(max_length=64)] = None
    monotonic_ns: Count | None = None
    wall_ms: Count | None = None
    ledgers: Annotated[tuple[Ledger, ...], Field(max_length=16)] = ()
    counters: Annotated[Mapping[str, Count], Field(max_length=256)] = {}
    trouble: Annotated[tuple[str, ...], Field(max_length=16)] = ()
    rules: Annotated[
        Mapping[Annotated[str, Field(max_length=64)], RuleTally] | None,
        Field(max_length=MAX_RULE_TALLIES, description="by rule id; none: not told"),
    ] = None
    last: Annotated[
        Mapping[CameraName, LastDecision] | None,
        Field(max_length=MAX_LAST, description="by camera; none: not told"),
    ] = None


class Notice(WireModel):
    """Something the fleet should hear of: a refusal, a drop, a camera in trouble."""

    v: Literal[1] = 1
    code: Annotated[str, Field(min_length=1, max_length=64)]
    text: Annotated[str, Field(max_length=240)]
    frame_id: FrameIdText | None = None
