"""A rule that only counts takes what its twin takes that captures, in whatever way it is limited."""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.edge.rules import Policy, RuleId
from askance.edge.values import Frame
from support_pipeline import frame
from support_replay import coco, configured, doubtful_model
from support_store import open_store
from support_waiting import build, manifests, noise, one_by_one

TWINS = """version: 1
rules:
  - {id: real, when: {near_threshold: {from: 0.2, to: 0.6}}, value: {weights: {novelty: 1}}LIMITS}
  - {id: like, when: {near_threshold: {from: 0.2, to: 0.6}}, value: {weights: {novelty: 1}}LIMITS, mode: count_only}
  - {id: gone, when: {isolated: {at_least: 0.1}}, slot: 3s}
"""


@pytest.fixture
def panel(tmp_path: Path, lane: Lane) -> Panel:
    """It sees a person at 0.38 in every picture."""
    return Panel(read_detector(configured(doubtful_model(tmp_path / "model")).detector, coco()), (), lane=lane)


class Played(NamedTuple):
    """What came of a story: when the frames were taken that each twin took, what it paid and when, and what was stored.

    The bytes that are paid for are not compared: a manifest names every rule that matches.
    """

    real: list[int]
    like: list[int]
    paid: list[list[tuple[int, int]]]
    kept: list[int]


def play(panel: Panel, folder: Path, *, limits: str, rules: slice) -> Played:
    """Play a story under some of the rules, and check that what was counted is what is in the store."""
    folder.mkdir()
    with open_store(folder / "store") as store:
        pipeline, notes, built = build(store, panel, folder, rules=TWINS.replace("LIMITS", limits))
        pipeline.adopt(Policy(built.stages.policy.rules[rules]))
        one_by_one(pipeline, story(2))
        spent = [store.spent().get(account, ()) for account in ("real", "count_only:like")]
        kept = [manifest.taken.monotonic_ns for manifest in manifests(store)]
    like = notes.taken("like")
    assert sum(paid.bytes for paid in spent[1]) == notes.bytes[RuleId("like")]
    assert len(like) == sum(paid.frames for paid in spent[1])
    return Played(notes.taken("real"), like, [[(paid.at_ns, paid.frames) for paid in each] for each in spent], kept)


def story(seed: int) -> list[Frame]:
    """Frames of seven scenes, at irregular times."""
    random = Random(seed)  # noqa: S311 (the same frames again)
    at_s, frames = 1.0, list[Frame]()
    for _ in range(40):
        at_s += random.choice([0.2, 0.5, 1.0, 2.5])
        frames.append(frame(noise(random.randrange(7)), at_s))
    return frames


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param("", id="none"),
        pytest.param(", cooldown: {rule: 2s, track: 3s}", id="pauses"),
        pytest.param(", cooldown: {scene: 5s}", id="scenes"),
        pytest.param(", budget: {frames: 4/min}", id="frames"),
        pytest.param(", budget: {bytes: 90kB/min}", id="bytes"),
        pytest.param(", slot: 4s, cooldown: {scene: 5s}, budget: {frames: 30/min}", id="slots"),
        pytest.param(", slot: 4s, cooldown: {rule: 1s}, budget: {frames: 9/min, bytes: 90kB/min}", id="all"),
        pytest.param(
            ", cooldown: {rule: 5s}, budget: {bytes: 200kB/min}, context: {before: 2s, after: 2s}", id="context"
        ),
    ],
)
def test_a_rule_that_only_counts_takes_what_its_twin_does_and_nothing_from_it(
    panel: Panel, tmp_path: Path, *, limits: str
) -> None:
    alone = play(panel, tmp_path / "alone", limits=limits, rules=slice(0, None, 2))
    both = play(panel, tmp_path / "both", limits=limits, rules=slice(None))
    counted = play(panel, tmp_path / "counted", limits=limits, rules=slice(1, None))

    assert both.real == both.like
    assert both.paid[0] == both.paid[1]
    assert alone.real == counted.like, "what it says it would take is what it takes when it may"
    assert (alone.real, alone.paid[0], alone.kept) == (both.real, both.paid[0], both.kept), "the others lose nothing"
    assert 1 < len(alone.real) < 40 or not limits


def test_what_a_rule_would_have_spent_survives_a_restart_and_is_no_debt_of_the_rule_that_captures(
    panel: Panel, tmp_path: Path
) -> None:
    rules = TWINS.replace("LIMITS", ", budget: {frames: 2/day}").splitlines(keepends=True)
    counting = "".join(line for line in rules if "id: real" not in line)
    taken: list[int] = []
    for start in (0, 1):
        with open_store(tmp_path / "store") as store:
            pipeline, notes, _ = build(store, panel, tmp_path, rules=counting)
            one_by_one(pipeline, [frame(noise(index), 100 * index + 1) for index in range(3 * start, 3 * start + 3)])
            taken.append(len(notes.taken("like")))
    assert [2, 0] == taken

    with open_store(tmp_path / "store") as store:
        pipeline, notes, built = build(store, panel, tmp_path, rules=counting)
        captures = tuple(replace(rule, capture=True) for rule in built.stages.policy.rules if rule.id == "like")
        pipeline.adopt(Policy(captures))
        one_by_one(pipeline, [frame(noise(9), 1000)])
        assert 1 == len(notes.kept)
