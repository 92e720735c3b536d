"""Where boxes are and how fast they move: a Kalman filter of constant velocity for many boxes at a time.

SORT's filter (Bewley et al. 2016, arXiv 1602.00763) over centre, width and height as in BoT-SORT (Aharon et al. 2022,
arXiv 2206.14651), in seconds instead of frames. Its noise has no covariance between the four, so each is a filter of
two states of its own: place and velocity.

A motion is an array of shape (5, n, 4), float64, for n boxes. The last axis is centre x, centre y, width, height, in
pixels. The first axis is place, velocity per second, and the variance of the place, the covariance of both, the
variance of the velocity. What happens to boxes is noted in their motion itself.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Bools, Floats

Motion = NDArray[np.float64]
Numbers = NDArray[np.float64]

PARTS: Final = 5
"""Of a motion, on its first axis."""

PLACE: Final = 0
VELOCITY: Final = 1
_PLACE_VARIANCE: Final = 2
_VELOCITY_VARIANCE: Final = 4

# Noise in sides of the box, as in BoT-SORT: 1/20 of a side for places and 1/160 a frame for velocities. What it adds
# from frame to frame is spread over 30 frames a second.
_SEEN: Final = 1 / 20
_DRIFT: Final = 30**0.5 / 20
_PUSH: Final = 30**1.5 / 160
_BEGUN_PLACE: Final = 2 / 20
_BEGUN_VELOCITY: Final = 10 * 30 / 160

_LEAST_SIDE: Final = 1.0  # pixels; what is thinner is as uncertain as this
_LEAST_PLACE: Final = np.array([-np.inf, -np.inf, _LEAST_SIDE, _LEAST_SIDE])
_WIDTH_AND_HEIGHT_TWICE: Final = np.array([2, 3, 2, 3])

_CENTRE_AND_SIZE: Final = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]])
"""A box, as a row of left, top, right, bottom, times this is its centre and size."""
_CORNERS: Final = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])
"""The reverse."""


def reach(seconds: float) -> float:
    """Return how far an object that nothing is known of comes in some time, in its sides: a standard deviation."""
    return _BEGUN_VELOCITY * seconds


def stray(seconds: float) -> float:
    """Return how far an object comes off even motion in some time, in its sides: a standard deviation."""
    return _PUSH * math.sqrt(seconds**3 / 3)


def begun(boxes: Floats) -> Motion:
    """Return the motion of boxes that were seen for the first time: at rest, and hardly known.

    Args:
        boxes: (n, 4), float32: left, top, right, bottom.
    """
    motion = np.zeros((PARTS, len(boxes), 4))
    motion[PLACE] = _places(boxes)
    side = _sides(motion[PLACE])
    motion[_PLACE_VARIANCE] = (side * _BEGUN_PLACE) ** 2
    motion[_VELOCITY_VARIANCE] = (side * _BEGUN_VELOCITY) ** 2
    return motion


def expect(motion: Motion, seconds: float, *, ahead: Numbers, lost: Bools) -> None:
    """Let some time pass: constant velocity, as long as that is told, pushed by white noise.

    Args:
        motion: of n boxes.
        seconds: the time, at least 0.
        ahead: (n,): how much of it each goes on as it did, seconds; where to after that, nobody knows.
        lost: (n,): boxes that were not seen last; as in BoT-SORT, their sizes are expected to stay.
    """
    place, velocity, place_variance, covariance, velocity_variance = motion
    velocity[lost, 2:] = 0.0
    side = _sides(place)
    place += ahead[:, None] * velocity
    spread = seconds * velocity_variance
    place_variance += seconds * (2 * covariance + spread)
    covariance += spread
    motion[_PLACE_VARIANCE:] += side**2 * _noise(seconds)


def _noise(seconds: float) -> Numbers:
    """Return what each of the three variances grows by in some time, (3, 1, 1), for sides of one pixel."""
    push = _PUSH**2 * seconds
    noise = (_DRIFT**2 * seconds + push * seconds**2 / 3, push * seconds / 2, push)
    return np.array(noise)[:, None, None]


def carry(motion: Motion, affine: NDArray[np.float64]) -> None:
    """Let the picture move as a whole; a box that is turned has an upright one around it.

    Args:
        motion: of n boxes.
        affine: (2, 3), float64: where pixels of the last picture lie in this one. Covariances between the two axes,
            which a turn would bring, are left out.
    """
    turn = affine[:, :2].T
    states, variances = motion[:_PLACE_VARIANCE], motion[_PLACE_VARIANCE:]
    states[..., :2] = states[..., :2] @ turn
    states[..., 2:] = states[..., 2:] @ np.abs(turn)
    variances[..., :2] = variances[..., :2] @ turn**2
    variances[..., 2:] = variances[..., 2:] @ turn**2
    motion[PLACE, :, :2] += affine[:, 2]


def correct(motion: Motion, boxes: Floats) -> None:
    """Note where each box was seen.

    Args:
        motion: of n boxes, as expected at the time.
        boxes: (n, 4), float32: left, top, right, bottom, as seen.
    """
    place, velocity, place_variance, covariance, velocity_variance = motion
    spread = place_variance + (_sides(place) * _SEEN) ** 2
    away = _places(boxes) - place
    gain, turn = place_variance / spread, covariance / spread
    place += gain * away
    velocity += turn * away
    velocity_variance -= turn * covariance
    motion[_PLACE_VARIANCE:_VELOCITY_VARIANCE] *= 1 - gain


def boxes_of(motion: Motion) -> Floats:
    """Return left, top, right, bottom of boxes, (n, 4), float32."""
    corners: Numbers = np.maximum(motion[PLACE], _LEAST_PLACE) @ _CORNERS
    return corners.astype(np.float32)


def _places(boxes: Floats) -> Numbers:
    """Return centre and size of boxes, (n, 4)."""
    places: Numbers = boxes.astype(np.float64) @ _CENTRE_AND_SIZE
    return places


def _sides(place: Numbers) -> Numbers:
    """Return what noise is measured in, (n, 4): width and height, twice."""
    return np.maximum(place.take(_WIDTH_AND_HEIGHT_TWICE, axis=1), _LEAST_SIDE)
