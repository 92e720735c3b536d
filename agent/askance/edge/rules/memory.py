"""What the decisions remember from one frame to the next."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar

from askance.edge.rules.bar import Bar
from askance.edge.rules.budgets import Purse
from askance.edge.rules.context import FrameContext, Pose
from askance.edge.rules.cooldown import Marks
from askance.edge.rules.document import RuleId
from askance.edge.rules.scenes import Scenes
from askance.wire.identity import CameraId

MOST_POSES: Final = 64
"""Of all cameras together, whose scenes are remembered: those in which something was kept last."""
MOST_TRIALS: Final = 4 * MOST_POSES
"""The same of all rules that only count together."""

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decisions remember.

    Attributes:
        purses: what each rule has paid lately, by its account.
        bars: what each rule has seen lately.
        marks: whom and where each rule has kept lately, by its account.
        seen_ns: when each camera's last frame was decided on, on its own time line.
        held_ns: when what inhibits held last, by camera and clause, on the camera's time line.
        scenes: what was kept last, by camera and pose.
        trials: the same with what a rule that only counts would have kept, by rule, camera and pose, where that
            differs.
    """

    purses: Mapping[RuleId, Purse] = field(default_factory=dict[RuleId, Purse])
    bars: Mapping[RuleId, Bar] = field(default_factory=dict[RuleId, Bar])
    marks: Mapping[RuleId, Marks] = field(default_factory=dict[RuleId, Marks])
    seen_ns: Mapping[CameraId, int] = field(default_factory=dict[CameraId, int])
    held_ns: Mapping[CameraId, Mapping[Hashable, int]] = field(default_factory=dict[CameraId, Mapping[Hashable, int]])
    scenes: Mapping[Pose, Scenes] = field(default_factory=dict[Pose, Scenes])
    trials: Mapping[tuple[RuleId, Pose], Scenes] = field(default_factory=dict[tuple[RuleId, Pose], Scenes])

    def purse(self, rule: RuleId) -> Purse:
        """What the rule has paid lately."""
        return self.purses.get(rule, _NO_PURSE)

    def bar(self, rule: RuleId) -> Bar:
        """What the rule has seen lately."""
        return self.bars.get(rule, _NO_BAR)

    def mark(self, rule: RuleId) -> Marks:
        """Whom and where the rule has kept lately."""
        return self.marks.get(rule, _NO_MARKS)

    def scene(self, context: FrameContext, rule: RuleId | None = None) -> Scenes:
        """What was kept last of what the camera looks at; with a rule that only counts, as that has to see it."""
        shared = self.scenes.get(context.where, _NO_SCENES)
        return shared if rule is None else self.trials.get((rule, context.where), shared)

    def age_ns(self, context: FrameContext, rule: RuleId | None = None) -> int | None:
        """How long ago, or ahead, a frame was kept that shows the same; None: none is remembered."""
        scenes = self.scene(context, rule)
        return scenes.age_ns(context.looks, now_ns=context.now_ns) if scenes.kept else None

    def kept(self, context: FrameContext) -> "Memory":
        """Remember what a frame shows that was kept."""
        add = partial(Scenes.add, seen=context.looks, now_ns=context.now_ns)
        trials = {key: add(scenes) if key[1] == context.where else scenes for key, scenes in self.trials.items()}
        scenes = _last(self.scenes, context.where, scenes=add(self.scene(context)), most=MOST_POSES)
        return replace(self, scenes=scenes, trials=trials)

    def tried(self, context: FrameContext, rule: RuleId) -> "Memory":
        """Remember, for a rule that only counts, what a frame shows that it would have kept and nobody else has."""
        scenes = self.scene(context, rule).add(context.looks, now_ns=context.now_ns)
        return replace(self, trials=_last(self.trials, (rule, context.where), scenes=scenes, most=MOST_TRIALS))


def _last(known: Mapping[_Key, Scenes], key: _Key, *, scenes: Scenes, most: int) -> Mapping[_Key, Scenes]:
    """Put scenes behind all others, and forget the first of too many."""
    others = {each: those for each, those in known.items() if each != key}
    return dict([*others.items(), (key, scenes)][-most:])


_NO_PURSE, _NO_BAR, _NO_MARKS, _NO_SCENES = Purse(), Bar(), Marks(), Scenes()
