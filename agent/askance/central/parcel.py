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
    """Return the (offset, length) ranges of ``total`` bytes that ``have`` does not cover; see ``gaps``."""
    return gaps(have, 0, stop=total)


def gaps(have: Iterable[Range], start: int, *, stop: int) -> tuple[Range, ...]:
    """Return the (offset, length) ranges from ``start`` to ``stop`` that ``have`` does not cover, in order, apart.

    Args:
        have: (offset, length) ranges, sorted by offset; they may overlap, and lie before ``start`` or behind ``stop``.
        start: the first offset looked at.
        stop: the first offset behind them.
    """
    found: list[Range] = []
    reached = start
    for offset, length in have:
        if offset >= stop:
            break
        if offset > reached:
            found.append((reached, offset - reached))
        reached = max(reached, offset + length)
    if reached < stop:
        found.append((reached, stop - reached))
    return tuple(found)


def need(parcel: Parcel, have: Iterable[Range]) -> Missing:
    """Ask for the first of the gaps; there has to be one."""
    return Missing(id=parcel.frame_id, sha=parcel.sha256, need=missing(have, parcel.total)[:MAX_RANGES])
