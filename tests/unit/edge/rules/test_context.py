"""A frame's context says what it looks like and what its camera looks at."""

from dataclasses import replace

from askance.edge.rules.context import FrameContext
from askance.wire.identity import CameraId
from support_scenes import CAR, SHARP, scene, still

FRAME = FrameContext(CameraId("gate"), 0, 0, {}, SHARP, still(scene((CAR, 0.9))), 0.5)


def test_what_a_frame_looks_like_is_worked_out_once_of_what_was_seen_on_it() -> None:
    assert (FRAME.looks.dhash, FRAME.looks.labels.tolist()) == (int(SHARP.dhash, 16), [CAR])
    assert FRAME.looks is FRAME.looks


def test_a_camera_looks_somewhere_else_in_each_pose() -> None:
    assert (FRAME.where, replace(FRAME, pose="road").where) == (("gate", None), ("gate", "road"))
