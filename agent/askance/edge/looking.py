"""A second look at a frame of which the picture is left."""

import cv2
import numpy as np

from askance.codecs.jpeg import decode
from askance.edge.detect.again import Looking, SecondLook
from askance.edge.stages import Taken


def look_again(taken: Taken, second: SecondLook) -> Looking:
    """Get ready to look at a frame again, at the size that it was first looked at, in which its boxes are."""
    image = decode(taken.jpeg)
    if taken.picture != taken.size:
        image = cv2.resize(image, taken.size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return second.begin(image)


def whole(looking: Looking) -> Looking:
    """Take all steps at once."""
    while looking.left:
        looking.step()
    return looking
