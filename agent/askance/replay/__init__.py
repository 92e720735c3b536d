"""Replay: the device's own pipeline over recordings, to see what rules would keep before they go out."""

from askance.replay.reel import Reel
from askance.replay.runner import Replay, Take

__all__ = ["Reel", "Replay", "Take"]
