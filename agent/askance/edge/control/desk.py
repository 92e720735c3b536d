"""Answers what a running agent is told and asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from askance.edge.control.messages import (
    Answer,
    AskWhy,
    Capture,
    Condition,
    Decision,
    Reasons,
    Request,
    Stand,
    Taken,
    read_request,
)
from askance.edge.control.messages import write as write_message
from askance.edge.decisions import Decisions, Remembered
from askance.edge.health import Health
from askance.edge.requests import Wish
from askance.edge.rules import Policy
from askance.edge.rules.why import explain
from askance.edge.told import Told
from askance.edge.values import Drop
from askance.errors import ControlError
from askance.settings import nearest
from askance.wire.identity import CameraId

TRUE_FOR: Final = timedelta(seconds=10)
"""How long a reading is true of which nobody says how long."""
_READINGS: Final = "lat and lon are degrees; wait until earlier ones are too old, or name fewer"


class Desk:
    """Takes in what is told, and answers what is asked; for one thread.

    Args:
        poses: where the device's cameras look, unless it is told otherwise.
        told: for the pipeline.
        decisions: from the pipeline.
        policy: gives the rules in force.
        health: of the agent.
        clock_ns: the monotonic clock, nanoseconds.
        today: the day, by the clocks of the place.
    """

    def __init__(
        self,
        poses: Mapping[CameraId, str | None],
        *,
        told: Told,
        decisions: Decisions,
        policy: Callable[[], Policy],
        health: Health,
        clock_ns: Callable[[], int],
        today: Callable[[], date],
    ) -> None:
        self._poses = poses
        self._cameras = tuple(poses)
        self._told = told
        self._decisions = decisions
        self._policy = policy
        self._health = health
        self._clock_ns = clock_ns
        self._today = today

    def reply(self, line: bytes) -> bytes:
        """Answer a line with a line, whatever it holds."""
        try:
            return write_message(self.answer(read_request(line)))
        except ControlError as error:
            return write_message(Answer(error=str(error), hint=error.hint))

    def answer(self, request: Request) -> Answer:
        """Do what a request says.

        Raises:
            ControlError: it cannot be done; nothing was.
        """
        if request.readings is not None:
            return self._tell(request)
        if request.pose is not None:
            return Answer(pose=self._turn(request.pose))
        if request.capture is not None:
            return Answer(capture=self._capture(request.capture))
        if request.why is not None:
            return Answer(why=self._why(request.why))
        vitals = self._health.vitals()
        last = tuple(self._explain(one, rule=None) for one in self._decisions.latest())
        stands = tuple(map(self._stand, self._cameras))
        return Answer(health=Condition(trouble=vitals.trouble, counts=vitals.counts, last=last, poses=stands))

    def _tell(self, request: Request) -> Answer:
        numbers = request.readings or {}
        for_ns = _ns(request.for_ or TRUE_FOR)
        try:
            self._told.tell(numbers, now_ns=self._clock_ns(), for_ns=for_ns)
        except ValueError as error:
            raise ControlError(str(error), hint=_READINGS) from error
        return Answer(told=tuple(numbers))

    def _turn(self, stand: Stand) -> Stand:
        self._known(stand.camera)
        self._told.turn(stand.camera, stand.preset)
        return self._stand(stand.camera)

    def _stand(self, camera: CameraId) -> Stand:
        return Stand(camera=camera, preset=self._told.poses().get(camera, self._poses[camera]))

    def _capture(self, wish: Capture) -> Taken:
        for camera in wish.cameras:
            self._known(camera)
        cameras = wish.cameras or self._cameras
        last_ns = None if wish.last is None else _ns(wish.last)
        self._told.ask(cameras, Wish(wish.note, last_ns))
        keeping = [rule for rule in self._policy().on_request if rule.capture and rule.in_force(self._today())]
        before_ns = max((rule.context.before_ns for rule in keeping if rule.context is not None), default=0)
        before_ns = before_ns if last_ns is None else min(before_ns, last_ns)
        before = timedelta(microseconds=before_ns // 1000) if before_ns else None
        return Taken(cameras=cameras, before=before, rules=tuple(rule.id for rule in keeping))

    def _why(self, wish: AskWhy) -> Reasons:
        if wish.camera is not None:
            self._known(wish.camera)
        tallies = self._decisions.tallies()
        known = dict.fromkeys([*(rule.id for rule in self._policy().rules), *tallies])  # in the order of the files
        if wish.rule is not None and wish.rule not in known:
            raise ControlError(f"no such rule: {wish.rule}", hint=_others(wish.rule, tuple(known)))
        last = self._decisions.last(wish.last, camera=wish.camera)
        return Reasons(
            decisions=tuple(self._explain(one, rule=wish.rule) for one in last),
            ends=self._decisions.ends(),
            rules={rule: tallies[rule] for rule in known if rule in tallies and wish.rule in {None, rule}},
        )

    def _explain(self, one: Remembered, *, rule: str | None) -> Decision:
        decided = one.decided
        ended = decided.ended
        return Decision(
            camera=decided.camera,
            pose=decided.pose,
            index=decided.index,
            ago_s=round(max(0.0, self._clock_ns() / 1e9 - one.at_s), 3),
            taken_ns=decided.taken_ns,
            objects=decided.objects,
            kept=None if isinstance(ended, Drop) else ended,
            dropped=ended.reason if isinstance(ended, Drop) else None,
            rules=tuple(
                explain(verdict, decided.takers, ended=ended)
                for verdict in decided.verdicts
                if rule in {None, verdict.rule.id}
            ),
        )

    def _known(self, camera: CameraId) -> None:
        if camera not in self._cameras:
            raise ControlError(f"no such camera: {camera}", hint=_others(camera, self._cameras))


def _ns(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1) * 1000


def _others(name: str, known: Sequence[str]) -> str:
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near is not None else f"there are {', '.join(known)}"
