"""The frames under way, by id in the order in which they were due: whose turn it is, and whose wait is over."""

from collections.abc import Collection, Iterable

from askance.edge.sync.messages import Waiting
from askance.edge.sync.tolerance import STRIKES
from askance.edge.sync.transfer import Phase, Transfer
from askance.wire.identity import FrameId


class Underway(dict[FrameId, Transfer]):
    """All transfers; every time is in monotonic seconds."""

    def begin(self, frames: Iterable[Waiting], now: float) -> None:
        """Let frames join; those that are under way already go on."""
        for frame in frames:
            self.setdefault(frame.frame_id, Transfer(frame, act_at=now))

    def ready(self, now: float, *, most: int) -> list[Transfer]:
        """Return the first ``most`` that may be asked about."""
        waiting = (transfer for transfer in self.values() if transfer.phase is Phase.WAITING)
        return [transfer for transfer in waiting if not transfer.outstanding and now >= transfer.act_at][:most]

    def in_turn(self, *, last: Collection[FrameId]) -> list[tuple[FrameId, Transfer]]:
        """Return all, those in ``last`` behind the others."""
        return sorted(self.items(), key=lambda item: item[0] in last) if last else [*self.items()]

    def give_up(self, now: float) -> None:
        """End the waits that are over."""
        for transfer in self.values():
            if transfer.phase in {Phase.ASKED, Phase.SENT} and now >= transfer.act_at:
                transfer.tries += 1
                transfer.again(now)

    def greet(self, now: float, *, answered: Collection[FrameId]) -> None:
        """Ask again about everything that a receiver which has just started did not speak of in the same breath."""
        for frame_id, transfer in self.items():
            transfer.tries, transfer.lacked = 0, None
            if frame_id not in answered:
                transfer.again(now)

    def swallowed(self) -> bool:
        """Whether the broker takes what the centre does not get, of any frame, again and again."""
        return any(transfer.barren >= STRIKES for transfer in self.values())

    def act_times(self) -> list[float]:
        """Return when each wants to be looked at again."""
        return [transfer.act_at for transfer in self.values() if transfer.phase is not Phase.SENDING]
