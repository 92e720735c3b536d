"""The frames that cross in the protocol's model: small real envelopes, and other ones under the same ids."""

from typing import Final

from askance.wire.identity import FrameId
from support_central import frame_id, make_envelope

FRAMES: Final = 4
ENVELOPES: Final[dict[FrameId, bytes]] = {frame_id(n): make_envelope(n, noise=n == 0) for n in range(FRAMES)}
CLONES: Final[dict[FrameId, bytes]] = {frame_id(n): make_envelope(n, value=0.6, noise=False) for n in range(FRAMES)}
