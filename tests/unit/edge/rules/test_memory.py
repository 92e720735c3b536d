"""A memory is empty at first, and knows the scenes of each camera and pose apart."""

from dataclasses import replace

from askance.edge.rules.bar import Bar
from askance.edge.rules.budgets import Purse
from askance.edge.rules.context import FrameContext
from askance.edge.rules.cooldown import Marks
from askance.edge.rules.document import RuleId
from askance.edge.rules.memory import MOST_POSES, MOST_TRIALS, Memory
from askance.edge.rules.scenes import Scenes
from askance.wire.identity import CameraId
from support_scenes import SHARP, scene, still

FRAME = FrameContext(CameraId("gate"), 0, 7, {}, SHARP, still(scene()), 0.5)


def test_nothing_is_known_of_a_rule_at_first() -> None:
    rule = RuleId("people")

    assert (Memory().purse(rule), Memory().bar(rule), Memory().mark(rule)) == (Purse(), Bar(), Marks())


def test_it_is_known_how_long_ago_the_same_was_kept() -> None:
    assert Memory().age_ns(FRAME) is None
    assert Memory().kept(FRAME).age_ns(replace(FRAME, now_ns=9)) == 2
    assert Memory().kept(FRAME).age_ns(replace(FRAME, pose="road")) is None


def test_what_was_kept_is_a_scene_of_its_camera_and_pose() -> None:
    memory = Memory().kept(FRAME).kept(replace(FRAME, pose="road", now_ns=9))

    assert [scene.at_ns for scene in memory.scene(FRAME).kept] == [7]
    assert [scene.at_ns for scene in memory.scene(replace(FRAME, pose="road")).kept] == [9]
    assert memory.scene(replace(FRAME, camera=CameraId("yard"))) == Scenes()


def test_poses_are_forgotten_in_which_nothing_was_kept_for_longest() -> None:
    memory, rule = Memory(), RuleId("watch")
    for number in range(MOST_TRIALS + 9):
        memory = memory.kept(FRAME).kept(replace(FRAME, pose=str(number))).tried(replace(FRAME, pose=str(number)), rule)

    assert (MOST_POSES, MOST_TRIALS) == (len(memory.scenes), len(memory.trials))
    assert FRAME.where in memory.scenes
    assert (FRAME.camera, "0") not in memory.scenes
    assert (rule, (FRAME.camera, str(MOST_TRIALS + 8))) in memory.trials
