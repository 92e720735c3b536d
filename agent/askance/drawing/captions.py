"""Where the words of each object go: beside it rather than on it, and never over each other."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_ADVANCE: Final = 0.68  # of the text height: a letter of a wide bold sans serif
_LINE: Final = 1.25
_SLIDES: Final = 6  # places along a side that are tried


@dataclass(frozen=True, slots=True)
class Area:
    """An upright rectangle in pixels of the image."""

    x: float
    y: float
    width: float
    height: float

    def shared(self, other: "Area") -> float:
        """Return the square pixels that both cover."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down)


def extent(text: str, height: float) -> tuple[float, float]:
    """Estimate the width and height in pixels of a line of text."""
    letters = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return letters * height * _ADVANCE, height * _LINE


def place(
    wanted: Sequence[tuple[Area, str]],
    *,
    size: tuple[int, int],
    height: float,
    taken: Sequence[Area] = (),
    spared: Sequence[Area] = (),
) -> list[Area | None]:
    """Find a place for each text, the first ones first; None where there is none that hides no other.

    Args:
        wanted: what each text belongs to, the most important first.
        size: width and height of the image.
        height: of the text, pixels.
        taken: places that are not free.
        spared: places that are better left free.
    """
    occupied = list(taken)
    places: list[Area | None] = []
    for index, (around, text) in enumerate(wanted):
        others = [*spared, *(area for at, (area, _) in enumerate(wanted) if at != index)]
        free = (
            spot
            for spot in _spots(around, extent(text, height), size=size)
            if not any(spot.shared(other) for other in occupied)
        )
        best = min(free, key=lambda spot: _hidden(spot, others), default=None)
        places.append(best)
        occupied += [] if best is None else [best]
    return places


def _spots(around: Area, text: tuple[float, float], *, size: tuple[int, int]) -> Iterator[Area]:
    """Yield places inside the image: over the object, under it, beside it, and last inside it."""
    width, height = text
    span = max(0.0, around.width - width)
    slides = [around.x + span * slide / _SLIDES for slide in range(_SLIDES + 1)]
    spots = [(x, y) for y in (around.y - height, around.y + around.height) for x in slides]
    beside = [x for x in (around.x + around.width, around.x - width) if 0 <= x <= size[0] - width]
    spots += [(x, around.y + line * height) for x in beside for line in range(3)]
    spots += [(x, y) for y in (around.y, around.y + around.height - height) for x in slides]
    for x, y in spots:
        moved = min(max(x, 0.0), size[0] - width)
        if moved >= 0 and 0 <= y <= size[1] - height:
            yield Area(moved, y, width, height)


def _hidden(spot: Area, others: Sequence[Area]) -> float:
    """Weigh what a text would lie on: as much of each other object as it covers, so that small ones stay clear."""
    return sum(spot.shared(other) / max(1.0, other.width * other.height) for other in others)


def stack(texts: Sequence[str], *, height: float) -> list[Area]:
    """Return places for the words that belong to the whole image: in its top-left corner, one below the other."""
    pad = height / 2
    areas: list[Area] = []
    for text in texts:
        width, line = extent(text, height)
        top = pad if not areas else areas[-1].y + areas[-1].height + pad / 2
        areas.append(Area(pad, top, width + 2 * pad, line + pad / 2))
    return areas
