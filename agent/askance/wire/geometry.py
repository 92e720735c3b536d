"""The upright rectangle around a box that may be turned."""

import math

from askance.wire.annotations import Box


def upright(box: Box) -> tuple[float, float, float, float]:
    """Return left, top, width, height of the upright rectangle around a box, rotated or not."""
    if box.rotation is None:
        return box.x, box.y, box.width, box.height
    turn = math.radians(box.rotation)
    width = box.width * abs(math.cos(turn)) + box.height * abs(math.sin(turn))
    height = box.width * abs(math.sin(turn)) + box.height * abs(math.cos(turn))
    return box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height


def corners(box: Box) -> list[tuple[float, float]]:
    """Return the four corners of a box, rotated or not, clockwise from what is its top left before it is turned."""
    turn = math.radians(box.rotation or 0.0)
    across, down = box.x + box.width / 2, box.y + box.height / 2
    halves = [(sx * box.width / 2, sy * box.height / 2) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return [
        (across + x * math.cos(turn) - y * math.sin(turn), down + x * math.sin(turn) + y * math.cos(turn))
        for x, y in halves
    ]
