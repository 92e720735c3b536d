"""What is known of a frame on its way."""

from askance.edge.stages import Taken
from askance.edge.values import Instant
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_scenes import SHARP


def test_boxes_of_what_was_looked_at_are_scaled_to_the_picture() -> None:
    taken = Taken(CameraId("gate"), 0, Instant(0, None, ClockQuality.NONE), 0, SHARP, (640, 360), b"", (1920, 720))

    assert (3.0, 2.0) == taken.scale
