"""What the broker refuses and the centre does not say, in words for the one who has to mend it."""

from typing import Final

from askance.edge.sync import Doubt
from askance.remedies import remedy
from askance.wire.identity import DeviceId
from askance.wire.topics import Down, Up, down, up

NOT_AUTHORIZED: Final = "Not authorized"


class Complaints:
    """One complaint for each kind of message that the broker refuses, since others may pass.

    Args:
        device: whose messages they are.
    """

    def __init__(self, device: DeviceId) -> None:
        self._device: Final = device
        self._refused: dict[Up, str] = {}

    def refused(self, kind: Up, problem: str) -> None:
        """Note that the broker did not take a message of this kind."""
        self._refused[kind] = problem

    def taken(self, kind: Up) -> None:
        """Note that it took one: only a want of right may still stand for other kinds.

        A notice is sent too seldom for what became of the last one to stand for longer than to the next status.
        """
        mended = {kind, Up.EVENT} if kind is Up.STATUS else {kind}
        self._refused = {
            other: problem
            for other, problem in self._refused.items()
            if other not in mended and problem == NOT_AUTHORIZED
        }

    def forget(self) -> None:
        """Begin anew on another line."""
        self._refused.clear()

    def refusal(self, doubt: Doubt | None = None) -> str | None:
        """Say what is refused, and what to do about the first of it; None where nothing is."""
        kind = next(iter(self._refused), None)
        if kind is None:
            topics = f"{up(self._device, Up.FRAME)} and {up(self._device, Up.CHUNK)}"
            said = f"the broker hangs up on every frame that is sent: may this device publish {topics}? see its log"
            return said if doubt is Doubt.IN_VAIN else None
        problem = self._refused[kind]
        whose = f"is device.id ({self._device}) its user name, and may that publish there?"
        hint = whose if problem == NOT_AUTHORIZED else remedy(problem) or "see its log"
        return f"the broker refuses {up(self._device, kind)}: {problem}; {hint}"

    def worry(self, doubt: Doubt | None) -> str | None:
        """Say what may be wrong on the way to the centre; None without a doubt."""
        match doubt:
            case Doubt.SILENT:
                topic = down(self._device, Down.RECEIPTS)
                return f"no answer: does `askance central run` run, and does the broker let this device read {topic}?"
            case Doubt.SWALLOWED:
                topic = up(self._device, Up.CHUNK)
                return f"it misses what the broker took: may this device publish {topic}, and is `sync.chunk` too long?"
            case Doubt.IN_VAIN | None:
                return None
