"""A frame is looked at again at the size that its boxes are in, whatever the size of the picture that is kept."""

import pytest

from askance.codecs.jpeg import encode
from askance.edge.config import SecondLookSection
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.looking import look_again, whole
from askance.edge.stages import Taken
from askance.edge.values import Image, Instant
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_scenes import SHARP


@pytest.mark.parametrize("shrunk", [1, 2])
def test_boxes_lie_in_what_was_looked_at_first(panel: Panel, lane: Lane, photo: Image, *, shrunk: int) -> None:
    height, width = photo.shape[:2]
    size = (width // shrunk, height // shrunk)
    instant = Instant(0, None, ClockQuality.NONE)
    taken = Taken(CameraId("gate"), 0, instant, 0, SHARP, size, encode(photo, 90), (width, height))
    second = SecondLook(panel.main, SecondLookSection(tiles=None, mirror=True), lane=lane)

    (again,) = whole(look_again(taken, second)).seen

    found = again.detections
    best = found.boxes[found.reported]
    assert len(best)
    assert best.max(axis=0)[2:].max() <= max(size)
    assert best.max() > 0.7 * size[1]
