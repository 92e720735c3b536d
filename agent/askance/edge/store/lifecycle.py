"""The life of a captured frame on the device, as one table.

A frame is born PENDING, in the transaction that counts it as captured. Central's receipt delivers it; from then on it
only occupies space, and eviction takes it first. A frame that no peer will take (refused for good, or too large for
the broker even in the smallest chunks) is QUARANTINED: it stays as evidence, is no longer sent, and an operator may
queue it again. A receipt that comes late still delivers it, because central says that it stands in the catalog; for the
same reason a refusal that comes after the receipt changes nothing. Whatever ends a frame, eviction or a file that is
gone or damaged, passes through DELETING: this is committed before the file is unlinked, and the row goes after the
file, so that a crash in between leaves a row that says what was to happen. A frame in DELETING hears nothing more.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from askance.errors import StoreError


class State(StrEnum):
    """Where a frame is in its life; a frame that is gone has no row."""

    PENDING = "pending"
    DELIVERED = "delivered"
    QUARANTINED = "quarantined"
    DELETING = "deleting"


class Event(StrEnum):
    """What may happen to a frame."""

    RECEIPT = "receipt"
    REFUSAL = "refusal"
    REQUEUE = "requeue"
    EVICT = "evict"
    LOSE = "lose"


TRANSITIONS: Final[Mapping[tuple[State, Event], State]] = MappingProxyType(
    {
        (State.PENDING, Event.RECEIPT): State.DELIVERED,
        (State.PENDING, Event.REFUSAL): State.QUARANTINED,
        (State.PENDING, Event.EVICT): State.DELETING,
        (State.PENDING, Event.LOSE): State.DELETING,
        (State.QUARANTINED, Event.RECEIPT): State.DELIVERED,
        (State.QUARANTINED, Event.REFUSAL): State.QUARANTINED,
        (State.QUARANTINED, Event.REQUEUE): State.PENDING,
        (State.QUARANTINED, Event.EVICT): State.DELETING,
        (State.QUARANTINED, Event.LOSE): State.DELETING,
        (State.DELIVERED, Event.RECEIPT): State.DELIVERED,
        (State.DELIVERED, Event.REFUSAL): State.DELIVERED,
        (State.DELIVERED, Event.EVICT): State.DELETING,
        (State.DELIVERED, Event.LOSE): State.DELETING,
    }
)


def step(state: State, event: Event) -> State:
    """Return the state after ``event``.

    Raises:
        StoreError: the table has no such move.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise StoreError(
            f"a frame cannot take this step: {event} while {state}",
            hint="`askance edge status` shows the state of the newest frames",
        )
    return following
