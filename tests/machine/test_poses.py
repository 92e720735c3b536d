"""A camera that turns: rules, tracks and pictures of one pose have nothing to do with another."""

from pathlib import Path

import pytest

from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.edge.stages import Begun
from askance.edge.values import Drop
from support_pipeline import CAMERA, frame
from support_replay import coco, configured, doubtful_model
from support_store import open_store
from support_waiting import build, manifests, noise, one_by_one

WHOLE = "[[0, 0], [1, 0], [1, 1], [0, 1]]"
ROAD = f"""version: 1
rules:
  - id: road
    when: {{near_threshold: {{from: 0.2, to: 0.6}}}}
    zones: [{{camera: {CAMERA}, preset: road, include: {WHOLE}}}]
"""
TRACKS = """version: 1
rules:
  - {id: once, when: {near_threshold: {from: 0.2, to: 0.6}}, cooldown: {track: 1h}}
  - {id: gone, when: {lost_in_middle: {at_least: 0.1}}}
"""


@pytest.fixture
def panel(tmp_path: Path, lane: Lane) -> Panel:
    """It sees a person at 0.38 in every picture, and reports it."""
    section = configured(doubtful_model(tmp_path / "model")).detector.model_copy(update={"report": 0.3})
    return Panel(read_detector(section, coco()), (), lane=lane)


def test_zones_of_a_preset_count_while_the_camera_stands_there(panel: Panel, tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        pipeline, notes, built = build(store, panel, tmp_path, rules=ROAD)
        for at_s, preset in enumerate((None, "road", "yard", "road", None)):
            built.stages.told.turn(CAMERA, preset)
            pipeline.process(frame(noise(at_s), at_s))

        assert ["home", "road", "yard", "road", "home"] == [one.pose for one in notes.decided]
        assert [True, False, True, False, True] == [isinstance(one.ended, Drop) for one in notes.decided]
        assert {"road"} == {manifest.pose for manifest in manifests(store)}


def test_a_camera_that_turns_while_a_frame_waits_has_taken_it_where_it_looked(panel: Panel, tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        pipeline, notes, built = build(store, panel, tmp_path, rules=ROAD + "    slot: 5s\n")
        built.stages.told.turn(CAMERA, "road")
        begun = pipeline.begin(frame(noise(0), 0))
        built.stages.told.turn(CAMERA, "yard")
        assert isinstance(begun, Begun)
        pipeline.finish(begun)
        built.stages.told.turn(CAMERA, None)
        pipeline.flush(CAMERA)

        assert ["road"] == [one.pose for one in notes.decided]
        assert ["road"] == [manifest.pose for manifest in manifests(store)]


def test_who_is_in_one_pose_is_nobody_of_another_and_known_when_it_turns_back(panel: Panel, tmp_path: Path) -> None:
    stood = ["home", "home", "road", "road", "home", "road"]
    with open_store(tmp_path / "store") as store:
        pipeline, notes, built = build(store, panel, tmp_path, rules=TRACKS)
        for at_s, preset in enumerate(stood):
            built.stages.told.turn(CAMERA, preset)
            one_by_one(pipeline, [frame(noise(preset == "road"), at_s)])

    kept = sorted((one.taken_ns, one.pose) for one in notes.decided if "once" in one.payers)
    assert ["home", "road"] == [pose for _, pose in kept]
    assert [] == notes.taken("gone")
