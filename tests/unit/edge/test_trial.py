"""A rule that only counts takes what it would take, says what that costs, and leaves the store alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from askance.edge.contest import Held
from askance.edge.decided import Around, Decided
from askance.edge.detect.panel import Panel, Seen
from askance.edge.episodes import Shot
from askance.edge.keeper import Keeper
from askance.edge.pipeline import Pipeline
from askance.edge.rules import FrameContext, Memory, Policy, Rule, RuleId, decide
from askance.edge.rules.conditions import Doubt
from askance.edge.trial import Trial
from askance.edge.values import Drop, Image, Measure, Signal, Spending
from askance.errors import StoreFullError
from askance.labels import LabelMap
from askance.wire.identity import FrameId
from support_pipeline import CAMERA, SECOND, Built, frame
from support_scenes import SHARP, scene, still
from support_store import open_store

COUNTING = """version: 1
rules:
  - id: watch
    when: {near_threshold: {classes: [person], from: 0.05, to: 0.99}}
    mode: count_only
"""
ENTROPY = Measure("entropy")
WATCH = RuleId("watch")


class Notes:
    """Writes down what a rule would have had."""

    def __init__(self) -> None:
        self.decided: list[Decided] = []
        self.sizes: list[int] = []

    def end(self, _ended: FrameId | Drop) -> None:
        """It is in the decision, too."""

    def note(self, decided: Decided) -> None:
        self.decided.append(decided)

    def surround(self, trigger: FrameId | None, around: Around) -> None:
        assert trigger is None
        assert around.frame_id is None, "nothing is stored"
        assert around.payers == {WATCH}

    def count(self, rule: RuleId, size: int) -> None:
        assert rule == WATCH
        self.sizes.append(size)

    @property
    def fates(self) -> list[str | None]:
        """Of each frame, in the order of time: None where the rule would have had it, and else why not."""
        ordered = sorted(self.decided, key=lambda one: one.taken_ns)
        return [None if WATCH in one.counted else one.verdicts[0].obstacle or "lost" for one in ordered]


@pytest.fixture
def photos(photo: Image) -> list[Image]:
    """Parts of a photo, in each of which there is somebody."""
    height, width = photo.shape[:2]
    return [np.ascontiguousarray(photo[: height - 40 * cut, : width - 30 * cut]) for cut in range(4)]


@pytest.mark.parametrize(
    ("limits", "fates", "frames"),
    [
        pytest.param("", [None] * 4, 4, id="everything"),
        pytest.param("cooldown: {rule: 2s}", [None, "rules.cooldown"] * 2, 2, id="a pause"),
        pytest.param("budget: {bytes: 1kB/day}", ["rules.budget_bytes"] * 4, 0, id="bytes"),
        pytest.param(
            "cooldown: {rule: 1h}\n    context: {after: 2s}", [None, *["rules.cooldown"] * 3], 3, id="context"
        ),
        pytest.param("slot: 1h\n    budget: {frames: 1/day}", None, 1, id="the best"),
    ],
)
def test_it_goes_the_way_of_a_rule_that_captures_and_stores_nothing(
    panel: Panel, labels: LabelMap, photos: list[Image], tmp_path: Path,
    *, limits: str, fates: list[str | None] | None, frames: int,
) -> None:  # fmt: skip
    with open_store(tmp_path / "store") as store:
        built, notes = Built(store, panel, labels=labels, rules=f"{COUNTING}    {limits}\n", folder=tmp_path), Notes()
        pipeline = Pipeline(built.stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=notes)
        for at_s, picture in enumerate(photos):
            begun = pipeline.begin(frame(picture, at_s))
            assert not isinstance(begun, Drop)
            pipeline.finish(begun)
        pipeline.flush(CAMERA)

        assert {} == store.usage().counts
        (spent,) = store.spent().values() or ((),)

    assert frames == len(notes.sizes) == len(spent)
    assert sorted(notes.sizes) == sorted(paid.bytes for paid in spent)
    assert all(1000 < size for size in notes.sizes)
    assert fates in (notes.fates, None)
    asked = [one for one in notes.decided if one.counted or one.verdicts[0].obstacle == "rules.budget_bytes"]
    assert all(one.size is not None and 1000 < one.size for one in asked), "also of what it cannot pay for"
    assert 4 - notes.fates.count(None) == sum(fate is not None for fate in notes.fates)
    assert {"rules.count_only"} == {one.ended.reason for one in notes.decided if isinstance(one.ended, Drop)}


def test_a_disk_without_room_is_trouble_and_nothing_else(
    panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    full = [True]

    def spend(_spent: Sequence[Spending]) -> None:
        if full[0]:
            raise StoreFullError("no room", hint="make some")

    policy = Policy((Rule(WATCH, "1-a", Doubt(ENTROPY, 0.1), capture=False),))
    with open_store(tmp_path / "store") as store:
        built, notes, memory = Built(store, panel, labels=labels, rules=COUNTING, folder=tmp_path), Notes(), Memory()
        keeper = Keeper(built.stages, built.health, kept=lambda: None)
        trial = Trial(keeper, spend, health=built.health, observer=notes)
        troubles: list[list[str]] = []
        for now_ns in (0, SECOND):
            begun = built.pipeline.begin(frame(photo, 1))
            assert not isinstance(begun, Drop)
            signals = {ENTROPY: Signal("entropy", 0.5, (), "doubt")}
            context = FrameContext(CAMERA, now_ns, now_ns, signals, SHARP, still(scene()), 0.5)
            _, decision = decide(policy, memory, context=context)
            held = Held(Shot(keeper.take(begun), Seen(scene(), (), {})), context, decision)
            memory = trial.take(held, WATCH, policy=policy, memory=memory)
            assert {WATCH} == held.counted == held.shot.counted
            troubles.append([*built.health.vitals().trouble])
            full[0] = False

    assert [["count_only"], []] == troubles
    assert 2 == len(notes.sizes) == len(memory.purse(policy.rules[0].account).spendings)
