"""What this machine bears: how busy its cores are and how hot it is, as Linux tells."""

from pathlib import Path
from typing import Final

from askance.edge.governor import Strain

_IDLE: Final = slice(3, 5)  # of the columns of /proc/stat: idle, and waiting for a disk
_GUESTS: Final = 8  # from this column on time is told that was counted before
_PLAUSIBLE: Final = range(-40, 151)  # degrees; sensors that are switched off show nonsense


class Gauge:
    """Reads what has been borne since it was last read.

    Args:
        proc: where Linux tells of its processes.
        sensors: where it tells of its sensors.
    """

    def __init__(self, proc: Path = Path("/proc"), sensors: Path = Path("/sys/class/thermal")) -> None:
        self._stat = proc / "stat"
        self._sensors = sensors
        self._last = self._times()

    def read(self) -> Strain:
        """Return what the machine has borne since the last reading."""
        return Strain(self._busy(), self._celsius())

    def _times(self) -> tuple[int, int] | None:
        """Return the cores' time so far, and how much of it they had nothing to do; in the kernel's ticks."""
        try:
            ticks = [int(word) for word in self._stat.read_text().partition("\n")[0].split()[1:]]
        except (OSError, ValueError):
            return None
        return sum(ticks[:_GUESTS]), sum(ticks[_IDLE])

    def _busy(self) -> float | None:
        before, self._last = self._last, self._times()
        if before is None or self._last is None or self._last[0] <= before[0]:
            return None
        idle = (self._last[1] - before[1]) / (self._last[0] - before[0])
        return min(1.0, max(0.0, 1.0 - idle))

    def _celsius(self) -> float | None:
        shown: list[float] = []
        for sensor in self._sensors.glob("thermal_zone*/temp"):
            try:
                shown.append(int(sensor.read_text()) / 1000)
            except (OSError, ValueError):
                continue
        return max((celsius for celsius in shown if int(celsius) in _PLAUSIBLE), default=None)
