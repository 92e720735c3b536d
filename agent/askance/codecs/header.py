"""What a JPEG says of itself before anything decodes it, so that no decompression bomb reaches a decoder."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from askance.errors import WireError

MAX_PIXELS: Final = 50_000_000
MAX_MARKERS: Final = 10_000  # a progressive photo with profile and thumbnail has a few hundred

_START: Final = b"\xff\xd8"
_END: Final = 0xD9
_SCAN: Final = 0xDA
_FRAMES: Final = (0xC0, 0xC1, 0xC2)  # baseline, extended sequential, progressive
_OTHER_FRAMES: Final = frozenset({*range(0xC3, 0xD0)} - {0xC4, 0xC8, 0xCC})  # lossless, hierarchical, arithmetic
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_FRAME_HEAD: Final = 6  # precision, height, width, components
_COMPONENTS: Final = (1, 3)  # grey; luma and two chroma

_MARKER: Final = re.compile(rb"\xff+([^\xff])")  # any number of fill bytes may come before its second byte

# Inside a scan 0xff is followed by 0x00 (a stuffed byte), a restart marker, or fill; all else ends the scan.
_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class _Segment(NamedTuple):
    """A marker and where its payload lies."""

    marker: int
    start: int
    stop: int


def _refusal(message: str) -> WireError:
    return WireError(message, code="jpeg", hint="send the image again as a whole baseline or progressive JPEG")


def _segments(data: bytes) -> Iterator[_Segment]:
    """Walk the markers, from the first segment to the end of image (ITU-T T.81, annex B).

    Raises:
        WireError: code ``jpeg``; not a JPEG, more than ``MAX_MARKERS``, or the bytes end before the end of the image.
    """
    if not data.startswith(_START):
        raise _refusal(f"not a JPEG, it begins with: {data[:4].hex() or 'nothing'}")
    at = len(_START)
    for _ in range(MAX_MARKERS):
        found = _MARKER.match(data, at)
        if found is None:
            raise _refusal(f"the JPEG is cut off or damaged at byte {at} of {len(data)}")
        marker, at = found[1][0], found.end()
        if marker in _ALONE:
            continue
        length = 0 if marker == _END else int.from_bytes(data[at : at + 2], "big")
        if at + length > len(data) or (marker != _END and length < 2):  # noqa: PLR2004 (a length counts its own 2 bytes)
            raise _refusal(f"the JPEG is cut off or damaged at byte {at} of {len(data)}")
        yield _Segment(marker, at + 2, at + length)
        if marker == _END:
            return
        at += length
        if marker == _SCAN:
            found = _AFTER_SCAN.search(data, at)
            at = found.start() if found else len(data)
    raise _refusal(f"the JPEG has more than {MAX_MARKERS} markers")


def _size(head: bytes) -> tuple[int, int]:
    if len(head) < _FRAME_HEAD:
        raise _refusal(f"the JPEG's frame header is too short: {len(head)} bytes")
    height, width, components = int.from_bytes(head[1:3], "big"), int.from_bytes(head[3:5], "big"), head[5]
    if components not in _COMPONENTS:
        raise _refusal(f"a JPEG of grey or colour has 1 or 3 components, this one: {components}")
    if width == 0 or height == 0:
        raise _refusal(f"the JPEG has no size: {width} x {height}")
    if width * height > MAX_PIXELS:
        raise _refusal(f"the JPEG has more than {MAX_PIXELS // 10**6} megapixels: {width} x {height}")
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Return (width, height) in pixels, as the frame header says, before any orientation.

    Only the bytes up to the frame header are read; ``whole`` reads them all.

    Raises:
        WireError: code ``jpeg``; not a JPEG, not of the baseline, extended or progressive kind, not of 1 or 3
            components, or larger than ``MAX_PIXELS``.
    """
    for segment in _segments(data):
        if segment.marker in _FRAMES:
            return _size(data[segment.start : segment.stop])
        if segment.marker in _OTHER_FRAMES:
            raise _refusal(f"a kind of JPEG that no decoder here reads: SOF{segment.marker - 0xC0}")
        if segment.marker == _SCAN:
            break
    raise _refusal("the JPEG has no frame header")


def whole(data: bytes) -> bool:
    """Say whether the bytes run from a JPEG's first marker through a scan to its end-of-image marker.

    What follows that marker is not looked at: phones append their own data there.
    """
    try:
        return _SCAN in [segment.marker for segment in _segments(data)]
    except WireError:
        return False
