"""Slots of several cameras: one with few frames a second is decided on late, and ends no slot of the others."""

from dataclasses import replace
from pathlib import Path

import pytest

from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.edge.rules.slots import MOST
from askance.edge.stages import Begun
from askance.edge.values import Frame
from askance.wire.identity import CameraId
from support_pipeline import CAMERA, SECOND, frame
from support_replay import coco, configured, doubtful_model
from support_store import open_store
from support_waiting import build, noise, one_by_one

SLOW = CameraId("slow")
SLOT_S = 10
LENGTH_S = 32
RULES = f"""version: 1
rules:
  - {{id: best, when: {{near_threshold: {{from: 0.2, to: 0.6}}}}, slot: {SLOT_S}s, budget: {{frames: 3600/h}}}}
  - {{id: tracks, when: {{flicker: {{at_least: 0.5}}}}}}
"""


SHORT = """  - id: short
    when: {near_threshold: {from: 0.2, to: 0.6}}
    slot: 5s
    budget: {frames: 3600/h}
"""
LONG = """  - id: long
    when: {near_threshold: {from: 0.2, to: 0.6}}
    slot: 30s
    budget: {frames: 60/h}
"""


@pytest.fixture
def panel(tmp_path: Path, lane: Lane) -> Panel:
    """It sees a person at 0.38 in every picture."""
    return Panel(read_detector(configured(doubtful_model(tmp_path / "model")).detector, coco()), (), lane=lane)


def shown(camera: CameraId, *, fps: float) -> list[Frame]:
    """The frames of a camera over the time of the test."""
    return [replace(frame(noise(at), at / fps), camera=camera) for at in range(int(LENGTH_S * fps))]


@pytest.mark.parametrize("slow_fps", [0.0, 0.4, 1.5])
def test_no_slot_keeps_more_than_its_share_whatever_other_cameras_show(
    panel: Panel, tmp_path: Path, *, slow_fps: float
) -> None:
    frames = [*shown(CAMERA, fps=5), *shown(SLOW, fps=slow_fps)]
    with open_store(tmp_path / "store") as store:
        pipeline, notes, _ = build(store, panel, tmp_path, rules=RULES, live=True)
        for each in sorted(frames, key=lambda each: each.taken.monotonic_ns):
            begun = pipeline.begin(each)
            assert isinstance(begun, Begun)
            pipeline.finish(begun)
            pipeline.idle(each.taken.monotonic_ns + 1)  # as a device does between two frames
        pipeline.stop()

    slots = LENGTH_S // SLOT_S + 1
    assert slots <= len(notes.taken("best")) <= slots * MOST
    assert max(notes.taken("best")) > (LENGTH_S - SLOT_S) * SECOND


@pytest.mark.parametrize("mode", ["capture", "count_only"])
def test_a_rule_keeps_the_best_of_its_own_slots_whatever_other_rules_keep(
    panel: Panel, tmp_path: Path, *, mode: str
) -> None:
    kept: list[list[int]] = []
    for rules in (LONG, SHORT + LONG):
        with open_store(tmp_path / str(len(kept))) as store:
            written = f"version: 1\nrules:\n{rules}    mode: {mode}\n"
            pipeline, notes, _ = build(store, panel, tmp_path, rules=written)
            one_by_one(pipeline, [frame(noise(at), at / 2) for at in range(120)])
        kept.append(notes.taken("long"))

    assert 2 == len(kept[0])
    assert kept[0] == kept[1]
