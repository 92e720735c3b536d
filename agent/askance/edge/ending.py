"""The end of a frame that the rules were asked about: it is counted, and told to whoever wants to know."""

from typing import Final

from askance.edge.contest import Held
from askance.edge.decided import Decided, Observer
from askance.edge.detect.panel import Seen
from askance.edge.health import Health
from askance.edge.rules import Decision, RuleId
from askance.edge.stages import Taken
from askance.edge.values import Drop, Frame
from askance.wire.identity import FrameId

NOBODY: Final[frozenset[RuleId]] = frozenset()


class Ending:
    """Counts how frames end, and tells of it.

    Args:
        health: takes the counts.
        observer: is told.
    """

    def __init__(self, health: Health, observer: Observer) -> None:
        self._health: Final = health
        self._observer: Final = observer

    def tell_held(self, held: Held, ended: FrameId | Drop) -> None:
        """Tell how a frame ended that was held."""
        shot, counted = held.shot, frozenset(held.counted)
        self.tell(
            shot.taken,
            shot.seen,
            pose=shot.taken.pose,
            decision=held.decision,
            ended=ended,
            payers=held.payers,
            counted=counted,
            size=held.size,
        )

    def tell(
        self,
        frame: Frame | Taken,
        seen: Seen,
        *,
        pose: str | None,
        decision: Decision,
        ended: FrameId | Drop,
        payers: frozenset[RuleId] = NOBODY,
        counted: frozenset[RuleId] = NOBODY,
        size: int | None = None,
    ) -> None:
        """Tell how a frame ended.

        Args:
            frame: it.
            seen: what the models saw.
            pose: where the camera looked.
            decision: what the rules said.
            ended: how.
            payers: the rules that paid for it.
            counted: those that only count, and would have.
            size: bytes that it takes, at most; None: nobody has asked.
        """
        self._health.count(ended.reason if isinstance(ended, Drop) else "kept")
        self._observer.end(ended)
        self._observer.note(
            Decided(
                camera=frame.camera,
                index=frame.index,
                taken_ns=frame.taken.monotonic_ns,
                objects=seen.objects,
                verdicts=decision.verdicts,
                payers=payers,
                ended=ended,
                counted=counted,
                size=size,
                pose=pose,
            )
        )
