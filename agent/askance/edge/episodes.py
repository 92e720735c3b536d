"""Frames around those that are kept: what came before is still remembered, what comes after is waited for."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from askance.edge.detect.panel import Seen
from askance.edge.keeper import Beside
from askance.edge.rules import Policy, RuleId
from askance.edge.rules.policy import Context
from askance.edge.stages import Taken
from askance.wire.identity import CameraId

MOST_BYTES: Final = 64 * 2**20
"""Of pictures that are remembered of one camera; the oldest go first."""


@dataclass(slots=True, eq=False)
class Shot:
    """A frame that may become the context of another.

    Attributes:
        taken: it.
        seen: what the models saw.
        stored_ns: when the frame was taken that it is stored for, itself or one that it lies around; None: for none.
        counted: the rules that only count, and would have it in the store.
        claims: the episodes that it belongs to, unless it is kept, or counted, for itself.
    """

    taken: Taken
    seen: Seen
    stored_ns: int | None = None
    counted: set[RuleId] = field(default_factory=set[RuleId])
    claims: "list[Episode]" = field(default_factory=list["Episode"])

    @property
    def taken_ns(self) -> int:
        """When it was taken, on its camera's time line."""
        return self.taken.taken.monotonic_ns

    def claimed(self) -> "list[tuple[Episode, Shot]]":
        """Give it to the episodes that it belongs to, once: it is not kept for itself."""
        claims, self.claims = self.claims, []
        return [(episode, self) for episode in claims]


@dataclass(slots=True, eq=False)
class Episode:
    """A frame with those around it.

    Attributes:
        trigger: the frame that is to be kept, or is.
        contexts: how far the frames around it reach, by rule that wants some.
        wanted: those that were found, without the trigger, each with the rules that want it.
        beside: how the trigger was kept; None while it waits.
    """

    trigger: Shot
    contexts: Mapping[RuleId, Context]
    wanted: dict[Shot, frozenset[RuleId]] = field(default_factory=dict[Shot, frozenset[RuleId]])
    beside: Beside | None = None

    @property
    def found(self) -> "list[tuple[Episode, Shot]]":
        """The frames that were found, each with the episode, oldest first."""
        return [(self, shot) for shot in sorted(self.wanted, key=lambda shot: shot.taken_ns)]

    def offer(self, shot: Shot) -> bool:
        """Take a frame in if a rule wants it: it is one of those around, and far enough from others of that rule."""
        rules = frozenset(rule for rule in self.contexts if self._wants(shot, rule))
        if rules:
            self.wanted[shot] = rules
        return bool(rules)

    def over(self, now_ns: int) -> bool:
        """Whether no frame that comes can be one of those around; a clock that went back ends it too."""
        after_ns = max(context.after_ns for context in self.contexts.values())
        return not 0 <= now_ns - self.trigger.taken_ns <= after_ns

    def paid_by(self, shot: Shot) -> Beside | None:
        """Return what its trigger is to a frame: kept, and by rules that want this frame too; None: it is not."""
        if self.beside is None or self.beside.payers.isdisjoint(self.wanted[shot]):
            return None
        return replace(self.beside, payers=self.beside.payers & self.wanted[shot])

    def _wants(self, shot: Shot, rule: RuleId) -> bool:
        context, at_ns = self.contexts[rule], shot.taken_ns - self.trigger.taken_ns
        others = (self.trigger, *(other for other, rules in self.wanted.items() if rule in rules))
        near = any(abs(shot.taken_ns - other.taken_ns) < context.every_ns for other in others)
        return shot is not self.trigger and -context.before_ns <= at_ns <= context.after_ns and not near


class Episodes:
    """Remembers frames as far back as the rules want those before the ones that they keep; for one thread.

    Args:
        policy: the rules.
    """

    def __init__(self, policy: Policy) -> None:
        self._contexts: Final = {rule.id: rule.context for rule in policy.rules if rule.context is not None}
        self._on_request: Final = {rule.id for rule in policy.on_request}
        self._every_ns: Final = min((each.every_ns for each in self._contexts.values()), default=0)
        self._before_ns: Final = max((each.before_ns for each in self._contexts.values()), default=0)
        self._past: dict[CameraId, deque[Shot]] = {}
        self._open: list[Episode] = []

    def under(self, policy: Policy) -> "Episodes":
        """Go on by other rules; what was begun goes on as it was."""
        after = Episodes(policy)
        after._past, after._open = self._past, self._open
        return after

    def wants(self, camera: CameraId, taken_ns: int) -> bool:
        """Whether a frame has to be remembered: the last one was long enough ago."""
        past = self._past.get(camera)
        return bool(self._contexts) and (not past or not 0 <= taken_ns - past[-1].taken_ns < self._every_ns)

    def remember(self, shot: Shot) -> tuple[Episode, ...]:
        """Remember a frame; return the episodes that have found it to be one of theirs."""
        past = self._past.setdefault(shot.taken.camera, deque())
        past.append(shot)
        held = sum(len(each.taken.jpeg) for each in past)
        while len(past) > 1 and (held > MOST_BYTES or not 0 <= shot.taken_ns - past[0].taken_ns <= self._before_ns):
            held -= len(past.popleft().taken.jpeg)
        mine = [episode for episode in self._open if episode.trigger.taken.camera == shot.taken.camera]
        self._open = [each for each in self._open if each not in mine or not each.over(shot.taken_ns)]
        return tuple(episode for episode in mine if episode.offer(shot))

    def begin(self, trigger: Shot, rules: Iterable[RuleId]) -> Episode | None:
        """Begin an episode with what is remembered of before; None where none of the rules wants one.

        Of what led to a frame that somebody asked for, the rules that look for that take no more than was wanted.

        Args:
            trigger: the frame that is to be kept.
            rules: those that would pay for it.
        """
        contexts = {rule: self._reach(rule, trigger.taken.last_ns) for rule in rules if rule in self._contexts}
        if not contexts:
            return None
        episode = Episode(trigger, contexts)
        for shot in reversed(self._past.get(trigger.taken.camera, ())):
            episode.offer(shot)
        self._open.append(episode)
        return episode

    def end(self, episode: Episode) -> None:
        """Forget an episode whose trigger is not kept; one that is over is forgotten already."""
        if episode in self._open:
            self._open.remove(episode)

    def _reach(self, rule: RuleId, last_ns: int | None) -> Context:
        context = self._contexts[rule]
        if last_ns is None or rule not in self._on_request:
            return context
        return replace(context, before_ns=min(context.before_ns, last_ns))
