"""Which frames make room for a newcomer.

Delivered frames go first, oldest first: central has them. Then the quarantined ones but the newest, which are kept as
evidence. Then pending frames, the least worth sending first, and never one that is worth more than the newcomer; a
newcomer that finds too few of those is refused instead. The newest random-arm frames, up to a share of the quota, are
never displaced, and a newcomer among them displaces any frame outside: without them no error rate can be estimated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from askance.wire.capture import Arm, Priority
from askance.wire.identity import FrameId

QUARANTINED_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The frame that needs room; ``size`` in bytes."""

    arm: Arm
    priority: Priority
    value: float
    size: int


@dataclass(frozen=True, slots=True)
class Held:
    """A frame in the store that may go; ``size`` in bytes."""

    frame_id: FrameId
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who has to go, and whether the newcomer then fits; where it does not, only delivered frames go."""

    victims: tuple[FrameId, ...]
    fits: bool


def plan_room(delivered: Iterable[Held], displaceable: Iterable[Held], *, need: int, spare: int) -> Plan:
    """Choose the frames whose space the newcomer takes; neither list is read further than needed.

    Args:
        delivered: frames that central has, in the order in which they go.
        displaceable: frames that central does not have and that may give way to the newcomer, in that order.
        need: bytes to free, more than 0.
        spare: bytes of delivered frames to free beyond ``need``, so that their rows go in batches.
    """
    reclaimed = _take(delivered, need + spare)
    missing = need - _size(reclaimed)
    displaced = _take(displaceable, missing)
    if _size(displaced) < missing:
        return Plan(_ids(reclaimed), fits=False)
    return Plan(_ids([*reclaimed, *displaced]), fits=True)


def _take(frames: Iterable[Held], need: int) -> list[Held]:
    taken: list[Held] = []
    if need <= 0:
        return taken
    for frame in frames:
        taken.append(frame)
        need -= frame.size
        if need <= 0:
            break
    return taken


def _size(frames: Iterable[Held]) -> int:
    return sum(frame.size for frame in frames)


def _ids(frames: Iterable[Held]) -> tuple[FrameId, ...]:
    return tuple(frame.frame_id for frame in frames)
