"""How long to wait for the centre's word, learnt from how long it has taken so far."""

from dataclasses import dataclass
from typing import Final

SMOOTHING: Final = 0.125
ROUND_TRIPS: Final = 3
STALLED: Final = 3


@dataclass(slots=True)
class Patience:
    """At least ``least_s``, three smoothed round trips, doubled with every wait in vain up to ``most_s``.

    Attributes:
        least_s: least wait for a receipt, seconds.
        most_s: greatest wait, seconds.
        round_trip_s: smoothed time from a message to the receipt it brought; None before the first.
    """

    least_s: float
    most_s: float
    round_trip_s: float | None = None

    @property
    def stalled_s(self) -> float:
        """How long a broker may owe an answer before the line counts as dead: three times the longest first wait."""
        return STALLED * min(self.most_s, self._base_s)

    def learn(self, sample_s: float) -> None:
        """Take a round trip into the mean."""
        before = self.round_trip_s
        self.round_trip_s = sample_s if before is None else before + SMOOTHING * (sample_s - before)

    def wait_s(self, tries: int, draw: float) -> float:
        """Return the seconds to wait after ``tries`` waits in vain; ``draw`` in [0, 1) takes off up to a half."""
        return min(self.most_s, self._base_s * 2.0 ** min(tries, 30)) * (1.0 - draw / 2)

    @property
    def _base_s(self) -> float:
        return max(self.least_s, ROUND_TRIPS * (self.round_trip_s or 0.0))
