"""Which frames make room for a newcomer.

Delivered frames go first, oldest first: central has them. Then the quarantined ones but the newest, which are kept as
evidence. Then pending frames, the least worth sending first, and never one that is worth more than the newcomer; a
newcomer that finds too few of those is refused instead. The newest random-arm frames, up to a share of the quota, are
never displaced, and a newcomer among them displaces any frame outside: without them no error rate can be estimated.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from askance.edge.store.lifecycle import State
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
    """A frame in the store; ``age`` grows with the boot's number and the sequence number; ``size`` in bytes."""

    frame_id: FrameId
    state: State
    arm: Arm
    priority: Priority
    value: float
    age: tuple[int, int]
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who has to go, and whether the newcomer then fits; where it does not, only delivered frames go."""

    victims: tuple[FrameId, ...]
    fits: bool


def plan_room(held: Sequence[Held], newcomer: Newcomer, *, need: int, protected: int, spare: int) -> Plan:
    """Choose the frames whose space the newcomer takes.

    Args:
        held: every frame but those that are being deleted, in any order.
        newcomer: the frame that needs room.
        need: bytes to free, more than 0.
        protected: bytes of random-arm frames that are safe.
        spare: bytes of delivered frames to free beyond ``need``, so that their rows go in batches.
    """
    oldest_first = sorted(held, key=lambda frame: frame.age)
    delivered = _take((frame for frame in oldest_first if frame.state is State.DELIVERED), need + spare)
    missing = need - _size(delivered)
    if missing <= 0:
        return Plan(_ids(delivered), fits=True)
    quarantined = [frame for frame in oldest_first if frame.state is State.QUARANTINED][:-QUARANTINED_KEPT]
    pending = [frame for frame in oldest_first if frame.state is State.PENDING]
    displaced = _take([*quarantined, *_displaceable(pending, newcomer, protected=protected)], missing)
    if _size(displaced) < missing:
        return Plan(_ids(delivered), fits=False)
    return Plan(_ids([*delivered, *displaced]), fits=True)


def _displaceable(pending: Sequence[Held], newcomer: Newcomer, *, protected: int) -> list[Held]:
    """The pending frames that may give way to the newcomer, least worth first; ``pending`` is oldest first."""
    favoured = newcomer.arm is Arm.RANDOM and newcomer.size <= protected
    safe = _newest_random(pending, protected - newcomer.size if favoured else protected)
    candidates = [frame for frame in pending if frame.frame_id not in safe]
    if not favoured:
        candidates = [frame for frame in candidates if _worth(frame) <= _worth(newcomer)]
    return sorted(candidates, key=_worth)


def _newest_random(pending: Sequence[Held], room: int) -> set[FrameId]:
    safe: set[FrameId] = set()
    for frame in reversed(pending):
        if frame.arm is Arm.RANDOM:
            room -= frame.size
            if room < 0:
                break
            safe.add(frame.frame_id)
    return safe


def _worth(frame: Held | Newcomer) -> tuple[int, float]:
    return -frame.priority, frame.value


def _take(frames: Iterable[Held], need: int) -> list[Held]:
    taken: list[Held] = []
    for frame in frames:
        if need <= 0:
            break
        taken.append(frame)
        need -= frame.size
    return taken


def _size(frames: Iterable[Held]) -> int:
    return sum(frame.size for frame in frames)


def _ids(frames: Iterable[Held]) -> tuple[FrameId, ...]:
    return tuple(frame.frame_id for frame in frames)
