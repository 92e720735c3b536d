"""Objects that tiles of the frame, its mirror image or another detector show, and the first look did not."""

from askance.edge.score.comparison import compare
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View


def second_look(view: View, wish: Measure, /, *, lore: Lore) -> Signal:
    """Measure how far second looks contradict the first, see ``compare``.

    On tiles small objects are larger (SAHI: Akyon, Altinuc, Temizel, 2022); an object that is gone in the mirror image
    was no sure one (CALD: Yu, Zhu, Yang, Chen, 2022); another detector makes other errors.

    Args:
        view: the frame, and what was seen when it was looked at again.
        wish: label ids.
        lore: label names.
    """
    return compare(view, wish, names=lore.names, who="a second look", nothing="no second look yet")
