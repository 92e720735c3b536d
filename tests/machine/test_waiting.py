"""Frames that wait: in whatever order the machine works, the same are kept, once, and for what they were."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from askance.edge.config import SecondLookSection
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.edge.pipeline import Pipeline
from askance.edge.rules import load_rules
from askance.edge.stages import Begun
from askance.edge.values import Drop, Frame
from askance.wire.capture import Arm, Role
from askance.wire.identity import CameraId
from support_pipeline import CAMERA, SECOND, frame
from support_replay import coco, configured, doubtful_model
from support_store import open_store
from support_waiting import build, manifests, noise, one_by_one

SLOTS = """version: 1
rules:
  - id: best
    when: {any: [{near_threshold: {from: 0.2, to: 0.6}}, {second_look: {at_least: 1}}]}
    value: {weights: {novelty: 1}}
    slot: 4s
    budget: {frames: 30/min}
  - {id: gone, when: {any: [{isolated: {at_least: 0.1}}, {flicker: {at_least: 0.1}}]}, slot: 3s}
"""
AROUND = """version: 1
rules:
  - {id: first, when: {near_threshold: {from: 0.2, to: 0.6}}, cooldown: {rule: 1h}, context: {before: 3s, after: 3s}}
"""
WATCHED = (
    AROUND
    + """  - id: watcher
    when: {near_threshold: {from: 0.2, to: 0.9}}
    value: {weights: {near_threshold: 9}}
    mode: count_only
"""
)
ALL = """version: 1
rules:
  - {id: all, when: {random: {probability: 1.0}}, arm: novelty, budget: {frames: 60/min}}
"""
DRAWN = AROUND + "  - {id: lots, when: {random: {probability: 0.9}}}\n"


@pytest.fixture
def panel(tmp_path: Path, lane: Lane) -> Panel:
    """It sees a person at 0.38 in every picture."""
    return Panel(read_detector(configured(doubtful_model(tmp_path / "model")).detector, coco()), (), lane=lane)


def overlapped(pipeline: Pipeline, frames: Sequence[Frame]) -> None:
    """As the agent does when the next frame is always there."""
    before: Begun | None = None
    for each in frames:
        begun = pipeline.begin(each)
        if before is not None:
            pipeline.finish(before)
        before = begun if isinstance(begun, Begun) else None
    if before is not None:
        pipeline.finish(before)
    pipeline.flush(CAMERA)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_is_decided_one_by_one_and_overlapped(panel: Panel, tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311 (the same frames again)
    at_s, frames = 1.0, list[Frame]()
    for index in range(40):
        at_s += random.choice([0.2, 0.5, 1.0, 2.5])
        dark = random.random() < 0.3
        frames.append(frame(np.zeros((48, 64, 3), np.uint8) if dark else noise(index % 7), at_s))
    told: list[list[tuple[int, str]]] = []
    for play in (one_by_one, overlapped):
        with open_store(tmp_path / play.__name__) as store:
            pipeline, notes, _ = build(store, panel, tmp_path, rules=SLOTS)
            play(pipeline, frames)
            ends = [(one.taken_ns, one.ended.reason if isinstance(one.ended, Drop) else "") for one in notes.decided]
            told.append(sorted(ends))

    assert told[0] == told[1]
    assert len(told[0]) == len({taken_ns for taken_ns, _ in told[0]}), "every frame ends once"
    assert {"", "rules.outdone"} <= {reason for _, reason in told[0]}


def test_a_camera_that_goes_away_leaves_nothing_undecided(panel: Panel, tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        pipeline, notes, _ = build(store, panel, tmp_path, rules=SLOTS, live=True)
        begun = pipeline.begin(frame(noise(1), 1))
        assert isinstance(begun, Begun)
        pipeline.finish(begun)

        pipeline.idle(2 * SECOND)
        assert [] == notes.decided
        pipeline.idle(4 * SECOND)
        pipeline.idle(9 * SECOND)

    assert [SECOND] == notes.kept


def test_a_recording_that_ends_shifts_no_slot_of_another(panel: Panel, tmp_path: Path) -> None:
    kept: dict[bool, list[int]] = {}
    yard, rules = CameraId("yard"), AROUND.replace("cooldown: {rule: 1h}", "slot: 4s")
    for beside in (False, True):
        with open_store(tmp_path / str(beside)) as store:
            pipeline, notes, _ = build(store, panel, tmp_path, rules=rules)
            for second in range(1, 20):
                for camera in (CAMERA, yard) if beside and second < 6 else (CAMERA,):
                    begun = pipeline.begin(frame(noise(second), second, camera=camera))
                    assert isinstance(begun, Begun)
                    pipeline.finish(begun)
                if beside and second == 6:
                    pipeline.flush(yard, others=[CAMERA])
            pipeline.flush(CAMERA)
        kept[beside] = notes.kept

    assert kept[True] == kept[False] == [second * SECOND for second in (1, 5, 9, 13, 17)]


def test_an_agent_that_stops_looks_at_nothing_again(panel: Panel, lane: Lane, tmp_path: Path) -> None:
    second = SecondLook(panel.main, SecondLookSection(), lane=lane)
    counts: list[int | None] = []
    for stops in (False, True):
        with open_store(tmp_path / str(stops)) as store:
            pipeline, notes, built = build(store, panel, tmp_path, rules=SLOTS)
            pipeline = Pipeline(
                replace(built.stages, second=second), built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None,
                observer=notes,
            )  # fmt: skip
            begun = pipeline.begin(frame(noise(1), 1))
            assert isinstance(begun, Begun)
            pipeline.finish(begun)
            if stops:
                pipeline.stop()
            else:
                pipeline.flush(CAMERA)
            assert [SECOND] == notes.kept
            counts.append(built.counts().get("second_look"))

    assert [1, None] == counts


def test_rules_that_change_do_not_open_a_budget_again(panel: Panel, tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(ALL.replace("60/min", "3/day"))
    with open_store(tmp_path / "store") as store:
        pipeline, notes, _ = build(store, panel, tmp_path, rules=ALL)
        one_by_one(pipeline, [frame(noise(index), 1000 * index + 1) for index in range(3)])

        pipeline.adopt(load_rules((path,), labels=coco()))
        one_by_one(pipeline, [frame(noise(9), 4000)])

    assert 3 == len(notes.kept)
    assert Drop("rules.budget_frames") == notes.decided[-1].ended


def test_rules_that_value_frames_otherwise_are_not_held_to_what_they_saw_before(panel: Panel, tmp_path: Path) -> None:
    worth = "version: 1\nrules:\n  - {{id: all, when: {{near_threshold: {{from: 0.2, to: 0.6}}}}, "
    worth += "value: {{weights: {{near_threshold: {}}}}}, budget: {{frames: 30/min}}}}\n"
    path = tmp_path / "other.yaml"
    path.write_text(worth.format(0.2))
    with open_store(tmp_path / "store") as store:
        pipeline, notes, _ = build(store, panel, tmp_path, rules=worth.format(2.0))
        one_by_one(pipeline, [frame(noise(index), 2 * index + 1) for index in range(5)])

        pipeline.adopt(load_rules((path,), labels=coco()))
        one_by_one(pipeline, [frame(noise(index), 2 * index + 1) for index in range(5, 10)])

    assert 10 == len(notes.kept)


def test_what_lies_around_a_frame_never_takes_its_place(panel: Panel, tmp_path: Path) -> None:
    """The store has room for two of these pictures."""
    with open_store(tmp_path / "probe") as store:
        one_by_one(build(store, panel, tmp_path, rules=AROUND)[0], [frame(noise(0, scale=16), 1)])
        size = store.usage().bytes
    with open_store(tmp_path / "store", quota=round(2.5 * size)) as store:
        pipeline, notes, _ = build(store, panel, tmp_path, rules=AROUND)
        one_by_one(pipeline, [frame(noise(index, scale=16), index + 1) for index in range(4)])
        left = manifests(store)

    assert [SECOND] == notes.kept
    assert Role.TRIGGER in {manifest.role for manifest in left}


def test_a_frame_that_is_drawn_is_no_context_of_another(panel: Panel, tmp_path: Path) -> None:
    draws = iter([0.95, 0.95, 0.1, 0.95])
    with open_store(tmp_path / "store") as store:
        pipeline, _, _ = build(store, panel, tmp_path, rules=DRAWN, draw=lambda: next(draws))
        one_by_one(pipeline, [frame(noise(index), index + 1) for index in range(4)])
        kept = manifests(store)

    assert [Arm.UNCERTAINTY, Arm.UNCERTAINTY, Arm.RANDOM, Arm.UNCERTAINTY] == [manifest.arm for manifest in kept]
    assert [Role.TRIGGER, Role.CONTEXT, Role.TRIGGER, Role.CONTEXT] == [manifest.role for manifest in kept]
    assert kept[2].inclusion_probability == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("lots", "arms"),
    [
        pytest.param("", [Arm.MANUAL, Arm.MANUAL], id="that of the frame that it belongs to"),
        pytest.param(
            "  - {id: lots, when: {random: {probability: 0.9}}}\n", [Arm.RANDOM, Arm.MANUAL], id="nobody drew it by lot"
        ),
    ],
)
def test_a_frame_around_another_has_its_arm_and_no_chance(
    panel: Panel, tmp_path: Path, *, lots: str, arms: list[Arm]
) -> None:
    draws = iter([0.1, 0.95])
    with open_store(tmp_path / "store") as store:
        rules = AROUND.replace("cooldown", "arm: manual, cooldown") + lots
        pipeline, _, _ = build(store, panel, tmp_path, rules=rules, draw=lambda: next(draws))
        one_by_one(pipeline, [frame(noise(index), index + 1) for index in range(2)])
        trigger, around = manifests(store)

    assert arms == [trigger.arm, around.arm]
    assert (Role.CONTEXT, None) == (around.role, around.inclusion_probability)


def test_the_reason_of_a_frame_around_another_is_a_rule_that_pays(panel: Panel, tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        pipeline, _, _ = build(store, panel, tmp_path, rules=WATCHED)
        one_by_one(pipeline, [frame(noise(index), index + 1) for index in range(2)])
        trigger, around = manifests(store)

    assert ["watcher", "first"] == [reason.rule for reason in trigger.reasons]
    assert ["first"] == [reason.rule for reason in around.reasons]
