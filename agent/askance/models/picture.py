"""The drift of a quantized file as a picture: score against score, and what was kept of each band of scores."""

import itertools
from typing import Final

import cv2
import numpy as np

from askance.edge.values import Image
from askance.models.drift import Drift
from askance.models.report import lines

_WIDTH: Final = 1240
_HEIGHT: Final = 700
_SIDE: Final = 460
_TOP: Final = 170
_INK: Final = (50, 45, 40)
_PALE: Final = (222, 222, 222)
_KEPT: Final = (150, 110, 30)
_LOST: Final = (50, 60, 210)
_BANDS: Final = (0.2, 0.4, 0.6, 0.8, 1.0001)


def draw(drift: Drift, *, title: str) -> Image:
    """Draw the report: (height, width, 3), uint8, BGR."""
    image: Image = np.full((_HEIGHT, _WIDTH, 3), 255, np.uint8)
    _write(image, title, at=(40, 42), size=0.8)
    for number, line in enumerate(lines(drift)):
        _write(image, line, at=(40 + 590 * (number // 3), 76 + 26 * (number % 3)), size=0.55)
    _scatter(image, drift, left=90)
    _bars(image, drift, left=700)
    return image


def _scatter(image: Image, drift: Drift, *, left: int) -> None:
    """Draw a dot for each candidate of the source: across its score there, upward its score in the file."""
    bottom = _TOP + _SIDE
    for tick in range(0, 11, 2):
        shift = _SIDE * tick // 10
        cv2.line(image, (left + shift, _TOP), (left + shift, bottom), _PALE, 1)
        cv2.line(image, (left, bottom - shift), (left + _SIDE, bottom - shift), _PALE, 1)
        _write(image, f"{tick / 10:.1f}", at=(left + shift - 14, bottom + 22), size=0.45)
        _write(image, f"{tick / 10:.1f}", at=(left - 38, bottom - shift + 5), size=0.45)
    cv2.line(image, (left, bottom), (left + _SIDE, _TOP), _INK, 1, cv2.LINE_AA)
    layer = image.copy()
    for source, file in zip(drift.pairs.source, drift.pairs.file, strict=True):
        seen = not np.isnan(file)
        across, up = round(left + source * _SIDE), round(bottom - (file if seen else 0.0) * _SIDE)
        cv2.circle(layer, (across, up), 4, _KEPT if seen else _LOST, -1, cv2.LINE_AA)
    cv2.addWeighted(layer, 0.55, image, 0.45, 0, dst=image)
    _write(image, "score in floating point", at=(left + 130, bottom + 50), size=0.5)
    _write(image, "score in this file", at=(left - 50, _TOP - 14), size=0.5)
    _write(image, "lost", at=(left + _SIDE - 40, bottom - 8), size=0.5, colour=_LOST)


def _bars(image: Image, drift: Drift, *, left: int) -> None:
    """Draw, for each band of the source's scores, how many candidates were kept and how many lost."""
    bottom = _TOP + _SIDE
    pairs = drift.pairs
    bands = [(pairs.source >= low) & (pairs.source < high) for low, high in itertools.pairwise(_BANDS)]
    highest = max(1, *(int(band.sum()) for band in bands))
    cv2.line(image, (left, bottom), (left + _SIDE, bottom), _INK, 1)
    for place, band in enumerate(bands):
        count = int(band.sum())
        lost = int(np.isnan(pairs.file[band]).sum())
        x = left + 20 + place * 112
        full, kept = (round((_SIDE - 30) * each / highest) for each in (count, count - lost))
        cv2.rectangle(image, (x, bottom - full), (x + 80, bottom - 1), _LOST, -1)
        cv2.rectangle(image, (x, bottom - kept), (x + 80, bottom - 1), _KEPT, -1)
        if full == 0:
            cv2.rectangle(image, (x, bottom - 1), (x + 80, bottom), (255, 255, 255), -1)
        _write(image, f"{count - lost}/{count}", at=(x + 12, bottom - full - 8), size=0.5)
        _write(image, f"{_BANDS[place]:.1f}-{_BANDS[place + 1]:.1f}", at=(x + 10, bottom + 22), size=0.45)
    _write(image, "candidates kept, by their score in floating point", at=(left, _TOP - 14), size=0.5)
    _write(image, "kept", at=(left + 140, bottom + 50), size=0.5, colour=_KEPT)
    _write(image, "lost", at=(left + 220, bottom + 50), size=0.5, colour=_LOST)


def _write(image: Image, text: str, *, at: tuple[int, int], size: float, colour: tuple[int, int, int] = _INK) -> None:
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
