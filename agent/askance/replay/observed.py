"""The device's pipeline, which also tells what every rule said of every frame."""

import random

from askance.edge.health import Health
from askance.edge.keeper import Begun, Stages
from askance.edge.pipeline import Looked, Pipeline
from askance.edge.rules import FrameContext, Memory, RuleId, judge
from askance.edge.values import Drop, Frame
from askance.edge.view import View
from askance.replay.account import Account, Decision, Place
from askance.wire.identity import FrameId


class Observed(Pipeline):
    """A pipeline whose decisions are taken down; they are those of any other.

    Args:
        stages: the stages; none of the rules has expired, because recordings do not say on which day they were made.
        health: as the pipeline's.
        seed: of the random arm.
        account: where every frame and every verdict is noted.
    """

    def __init__(self, stages: Stages, health: Health, *, seed: int, account: Account) -> None:
        lottery = random.Random(seed)  # noqa: S311 (a lottery that has to come out the same again)
        super().__init__(stages, health, draw=lottery.random, now_ns=0, kept=_nothing)
        self._account = account
        self._asked: FrameContext | None = None

    def begin(self, frame: Frame) -> Begun | Drop:
        """As the pipeline does."""
        begun = super().begin(frame)
        if isinstance(begun, Drop):
            self._account.end(begun)
        return begun

    def _end(self, ended: FrameId | Drop) -> FrameId | Drop:
        self._account.end(ended)
        return super()._end(ended)

    def _context(self, view: View, begun: Begun) -> FrameContext:
        self._asked = super()._context(view, begun)
        return self._asked

    def _decide(self, view: View, looked: Looked) -> FrameId | Drop:
        before = self._memory
        ended = super()._decide(view, looked)
        assert self._asked is not None  # noqa: S101 (every decision asks for its context first)
        frame = looked.begun.frame
        decision = Decision(
            place=Place(frame.camera, frame.index),
            at_ns=frame.taken.monotonic_ns,
            objects=int(looked.seen.detections.reported.sum()),
            verdicts=judge(self._stages.policy, before, context=self._asked),
            payers=_paid(before, self._memory),
            ended=ended,
        )
        self._account.note(decision)
        return ended


def _paid(before: Memory, after: Memory) -> frozenset[RuleId]:
    """Name the rules whose purses a decision has changed."""
    return frozenset(rule for rule, purse in after.purses.items() if purse is not before.purses.get(rule))


def _nothing() -> None:
    pass
