"""Run lengths of a mask as COCO's compressed text: column by column, first the pixels outside, then those inside.

The text is that of COCO's mask API: each length in groups of five bits, the least significant first, bit 5 set while
more follow, 48 added; from the third length on what is written is the difference to the length two places before.
"""

from collections.abc import Iterable
from typing import Final

_BASE: Final = 48
_MORE: Final = 0x20
_SIGN: Final = 0x10
_GROUP: Final = 0x1F
_MOST_GROUPS: Final = 7  # 35 bits: far more than any image has pixels


def compress(lengths: Iterable[int]) -> str:
    """Write run lengths, the first of them that of pixels outside, as text."""
    text = bytearray()
    before: list[int] = []
    for length in lengths:
        value = length - before[-2] if len(before) > 2 else length  # noqa: PLR2004 (the format's third)
        before.append(length)
        more = True
        while more:
            group = value & _GROUP
            value >>= 5
            more = value != -1 if group & _SIGN else value != 0
            text.append((group | _MORE if more else group) + _BASE)
    return text.decode("ascii")


def expand(text: str) -> list[int]:
    """Read the run lengths back.

    Raises:
        ValueError: the text is cut, holds other characters, or gives a length below zero or beyond 35 bits.
    """
    lengths: list[int] = []
    value = groups = 0
    for character in text:
        code = ord(character) - _BASE
        if not 0 <= code < 2 * _MORE:
            raise ValueError(f"not a run length: {character!r}")
        value |= (code & _GROUP) << 5 * groups
        groups += 1
        if groups > _MOST_GROUPS:
            raise ValueError("a run length is too long")
        if code & _MORE:
            continue
        if code & _SIGN:
            value -= 1 << 5 * groups
        if len(lengths) > 2:  # noqa: PLR2004 (the format's third)
            value += lengths[-2]
        if value < 0:
            raise ValueError(f"a run length is below zero: {value}")
        lengths.append(value)
        value = groups = 0
    if groups:
        raise ValueError("the run lengths are cut")
    return lengths
