"""Street scenes drawn by a seeded function: pictures that can be looked at everywhere, and that nobody has to ship."""

import itertools
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from askance.edge.values import Image

WIDTH: Final = 640
HEIGHT: Final = 480

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]

_TILES: Final = 4
_GRAIN: Final = 4.0  # grey levels
_SKIN: Final = (150, 175, 215)
_BLACK: Final = (28, 28, 30)
_GLASS: Final = (62, 52, 47)
_LETTERS: Final = (  # S, T, O, P in strokes, x and y from 0 to 1: the fonts of OpenCV's versions differ
    ((0.9, 0.1), (0.1, 0.1), (0.1, 0.5), (0.9, 0.5), (0.9, 0.9), (0.1, 0.9)),
    ((0.0, 0.1), (1.0, 0.1), (0.5, 0.1), (0.5, 0.9)),
    ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1)),
    ((0.1, 0.9), (0.1, 0.1), (0.9, 0.1), (0.9, 0.5), (0.1, 0.5)),
)


def scene(seed: int) -> Image:
    """Draw a street with a bus, a car, a stop sign and three people.

    Args:
        seed: another one gives other places, sizes and colours.

    Returns:
        (HEIGHT, WIDTH, 3), uint8, BGR; the same for the same seed, but for the rounding of another OpenCV.
    """
    # The old generator, because its numbers are promised to stay (NEP 19).
    random = np.random.RandomState(seed)
    image = _background(random)

    def between(low: float, high: float) -> int:
        return int(random.randint(int(low), int(high)))

    def colour() -> Colour:
        return between(20, 220), between(20, 220), between(20, 220)

    _bus(_Pen(image, (between(10, 60), 163), width=(bus := between(230, 290)), height=0.42 * bus), colour())
    _car(_Pen(image, (between(330, 400), 240), width=(car := between(200, 240)), height=0.36 * car), colour())
    _stop_sign(image, (between(560, 610), 144), radius=between(24, 32))
    for place in range(3):
        tall = between(170, 230)
        left = WIDTH * (0.2 + 0.28 * place) + between(-30, 30)
        pen = _Pen(image, (left, HEIGHT * (0.5 - 0.03 * place)), width=0.28 * tall, height=tall)
        _person(pen, colour(), legs=colour())
    # A lens and a sensor: no camera gives edges that hard, or surfaces that even.
    grain = random.standard_normal((HEIGHT // _TILES, WIDTH // _TILES, 1)).astype(np.float32) * _GRAIN
    noise = np.tile(cv2.GaussianBlur(grain, (0, 0), 0.6)[:, :, None], (_TILES, _TILES, 3))
    blurred = cv2.GaussianBlur(image, (0, 0), 0.8)
    return cv2.add(blurred, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws an object in shares of its own width and height, from ``corner`` on."""

    image: Image
    corner: Point
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[int, int]:
        return round(self.corner[0] + x * self.width), round(self.corner[1] + y * self.height)

    def fill(self, colour: Colour, *points: Point) -> None:
        corners = np.array([self.at(x, y) for x, y in points], np.int32)
        cv2.fillPoly(self.image, [corners], colour, cv2.LINE_AA)

    def line(self, colour: Colour, start: Point, *, end: Point, thick: float) -> None:
        """Draw a line; ``thick`` is a share of the height."""
        size = max(1, int(thick * self.height))
        cv2.line(self.image, self.at(*start), self.at(*end), colour, size, cv2.LINE_AA)

    def disc(self, colour: Colour, centre: Point, *, radii: Point) -> None:
        """Draw an ellipse; its radii are shares of the height."""
        axes = (max(1, int(radii[0] * self.height)), max(1, int(radii[1] * self.height)))
        cv2.ellipse(self.image, self.at(*centre), axes, 0, 0, 360, colour, -1, cv2.LINE_AA)


def _shade(colour: Colour, share: float) -> Colour:
    blue, green, red = (int(part * share) for part in colour)
    return blue, green, red


def _background(random: np.random.RandomState) -> Image:
    horizon = int(HEIGHT * 0.45)
    image: Image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    _gradient(image[:horizon], (235, 200, 150), end=(245, 235, 225))
    _gradient(image[horizon:], (120, 120, 122), end=(80, 80, 82))
    left = 0
    while left < WIDTH:
        wide, top = int(random.randint(60, 130)), int(random.randint(24, 144))
        blue, green, red = (int(part) for part in random.randint(90, 190, 3))
        cv2.rectangle(image, (left, top), (left + wide, horizon + 10), (blue, green, red), -1)
        for x in range(left + 8, left + wide - 12, 18):
            for y in range(top + 10, horizon - 14, 24):
                cv2.rectangle(image, (x, y), (x + 9, y + 13), (90, 80, 75), -1)
        left += wide
    cv2.rectangle(image, (0, horizon), (WIDTH, horizon + 48), (150, 155, 160), -1)
    for dash in range(40, WIDTH, 110):
        cv2.line(image, (dash, 384), (dash + 55, 384), (225, 225, 225), 5, cv2.LINE_AA)
    return image


def _gradient(part: Image, start: Colour, *, end: Colour) -> None:
    share: NDArray[np.float64] = np.linspace(0, 1, len(part))[:, None, None]
    part[:] = (np.array(start) * (1 - share) + np.array(end) * share).astype(np.uint8)


def _person(pen: _Pen, coat: Colour, *, legs: Colour) -> None:
    for side in (-1, 1):
        pen.line(legs, (side * 0.18, 0.52), end=(side * 0.28, 0.97), thick=0.1)
        pen.disc(_BLACK, (side * 0.36, 0.98), radii=(0.06, 0.022))
        pen.line(_shade(coat, 0.85), (side * 0.42, 0.24), end=(side * 0.56, 0.52), thick=0.07)
        pen.disc(_SKIN, (side * 0.57, 0.54), radii=(0.03, 0.03))
    pen.fill(coat, (-0.42, 0.19), (0.42, 0.19), (0.38, 0.56), (-0.38, 0.56))
    pen.fill(_SKIN, (-0.1, 0.13), (0.1, 0.13), (0.1, 0.2), (-0.1, 0.2))
    pen.disc((30, 35, 50), (0, 0.065), radii=(0.055, 0.06))
    pen.disc(_SKIN, (0, 0.095), radii=(0.05, 0.06))


def _car(pen: _Pen, body: Colour) -> None:
    pen.disc((40, 40, 42), (0.5, 1.0), radii=(1.4, 0.28))
    pen.fill(body, (0.18, 0.42), (0.3, 0.05), (0.66, 0.02), (0.82, 0.42))
    pen.fill(_GLASS, (0.23, 0.4), (0.32, 0.12), (0.47, 0.1), (0.47, 0.4))
    pen.fill(_GLASS, (0.5, 0.4), (0.5, 0.1), (0.64, 0.1), (0.75, 0.4))
    pen.fill(body, (0, 0.5), (0.05, 0.42), (0.9, 0.4), (1, 0.52), (1, 0.85), (0, 0.85))
    pen.line(_shade(body, 0.7), (0.485, 0.4), end=(0.485, 0.82), thick=0.01)
    pen.fill((60, 60, 230), (0, 0.55), (0.05, 0.55), (0.05, 0.64), (0, 0.64))
    pen.fill((220, 250, 255), (0.95, 0.55), (1, 0.55), (1, 0.64), (0.95, 0.64))
    for wheel in (0.2, 0.8):
        pen.disc(_BLACK, (wheel, 0.84), radii=(0.21, 0.21))
        pen.disc((160, 160, 165), (wheel, 0.84), radii=(0.11, 0.11))


def _bus(pen: _Pen, body: Colour) -> None:
    pen.fill(body, (0, 0), (1, 0), (1, 0.88), (0, 0.88))
    pen.fill(_shade(body, 0.8), (0, 0), (1, 0), (1, 0.06), (0, 0.06))
    for window in range(6):
        left = 0.04 + 0.16 * window
        pen.fill(_GLASS, (left, 0.15), (left + 0.13, 0.15), (left + 0.13, 0.48), (left, 0.48))
    pen.fill((240, 240, 240), (0, 0.6), (1, 0.6), (1, 0.66), (0, 0.66))
    for wheel in (0.2, 0.78):
        pen.disc(_BLACK, (wheel, 0.88), radii=(0.12, 0.12))
        pen.disc((150, 150, 150), (wheel, 0.88), radii=(0.06, 0.06))


def _stop_sign(image: Image, centre: Point, *, radius: int) -> None:
    pen = _Pen(image, centre, width=radius, height=radius)
    pen.line((130, 130, 130), (0, 0), end=(0, 5), thick=0.16)
    corners = [(np.cos(angle), np.sin(angle)) for angle in np.deg2rad(np.arange(8) * 45 + 22.5)]
    pen.fill((245, 245, 245), *corners)
    pen.fill((40, 30, 200), *((0.9 * x, 0.9 * y) for x, y in corners))
    for place, strokes in enumerate(_LETTERS):
        points = [(-0.72 + 0.38 * place + 0.28 * x, -0.25 + 0.5 * y) for x, y in strokes]
        for start, end in itertools.pairwise(points):
            pen.line((245, 245, 245), start, end=end, thick=0.1)
