"""Who and which: device names, frame ids in ULID form, and the hash that addresses an envelope."""

import re
from typing import Annotated, Final, NewType

from pydantic import AfterValidator, StringConstraints

DeviceId = NewType("DeviceId", str)
CameraId = NewType("CameraId", str)
FrameId = NewType("FrameId", str)
Sha256 = NewType("Sha256", str)

DEVICE_PATTERN: Final = r"[a-z0-9][a-z0-9-]{2,62}"
CAMERA_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,62}"
SHA256_PATTERN: Final = r"[0-9a-f]{64}"
FRAME_ID_BYTES: Final = 16

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FRAME_ID: Final = re.compile(f"[0-7][{_CROCKFORD}]{{25}}")


def new_frame_id(*, wall_ms: int, randomness: bytes) -> FrameId:
    """Mint a 128-bit id: 48 bits of wall time as best known, then 80 random bits (ULID specification).

    Args:
        wall_ms: milliseconds since 1970, UTC; only the low 48 bits are used.
        randomness: 10 bytes.
    """
    return frame_id_from_bytes((wall_ms & (1 << 48) - 1).to_bytes(6, "big") + randomness)


def frame_id_from_bytes(raw: bytes) -> FrameId:
    """Write 16 bytes as 26 characters of Crockford's base 32.

    Raises:
        ValueError: the length is not 16.
    """
    if len(raw) != FRAME_ID_BYTES:
        raise ValueError(f"a frame id has {FRAME_ID_BYTES} bytes, got {len(raw)}")
    number = int.from_bytes(raw, "big")
    return FrameId("".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5)))


def frame_id_to_bytes(frame_id: FrameId) -> bytes:
    """Read 26 characters of Crockford's base 32 as 16 bytes."""
    number = 0
    for character in frame_id:
        number = number << 5 | _CROCKFORD.index(character)
    return number.to_bytes(FRAME_ID_BYTES, "big")


def parse_frame_id(text: str) -> FrameId:
    """Check a frame id that came from outside.

    Raises:
        ValueError: not a ULID in upper case.
    """
    if _FRAME_ID.fullmatch(text) is None:
        raise ValueError(f"not a frame id (26 characters of Crockford's base 32): {text[:40]!r}")
    return FrameId(text)


DeviceName = Annotated[DeviceId, StringConstraints(pattern=f"^{DEVICE_PATTERN}$")]
CameraName = Annotated[CameraId, StringConstraints(pattern=f"^{CAMERA_PATTERN}$")]
FrameIdText = Annotated[FrameId, AfterValidator(parse_frame_id)]
Sha256Hex = Annotated[Sha256, StringConstraints(pattern=f"^{SHA256_PATTERN}$")]
