"""An envelope on its way in chunks: which one it is, and which of its bytes are still missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from askance.wire.codec import Chunk
from askance.wire.identity import DeviceId, FrameId, Sha256
from askance.wire.receipts import Asked, Missing

# With 64 receipts a message this keeps it below the 60 KiB that every broker takes; the device asks for the rest later.
MAX_RANGES: Final = 32

Range: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Parcel:
    """An envelope that a device is sending, or asks about: ``total`` bytes that hash to ``sha256``."""

    device: DeviceId
    frame_id: FrameId
    sha256: Sha256
    total: int

    @classmethod
    def of_chunk(cls, device: DeviceId, chunk: Chunk) -> Self:
        """Name what a chunk is a piece of."""
        return cls(device, chunk.frame_id, chunk.sha256, chunk.total)

    @classmethod
    def of_asked(cls, device: DeviceId, asked: Asked) -> Self:
        """Name what one line of a query is about."""
        return cls(device, asked.id, asked.sha, asked.size)


def missing(have: Iterable[Range], total: int) -> tuple[Range, ...]:
    """Return the (offset, length) ranges of ``total`` bytes that ``have`` does not cover, in order, never touching.

    Args:
        have: (offset, length) ranges inside the whole, sorted by offset; they may overlap.
        total: the length of the whole.
    """
    gaps: list[Range] = []
    reached = 0
    for offset, length in have:
        if offset > reached:
            gaps.append((reached, offset - reached))
        reached = max(reached, offset + length)
    if reached < total:
        gaps.append((reached, total - reached))
    return tuple(gaps)


def need(parcel: Parcel, have: Iterable[Range]) -> Missing:
    """Ask for the first of the gaps; there has to be one."""
    return Missing(id=parcel.frame_id, sha=parcel.sha256, need=missing(have, parcel.total)[:MAX_RANGES])
