"""Objects that the detector in another precision or version sees, and this one does not."""

from askance.edge.score.comparison import compare
from askance.edge.score.lore import Lore
from askance.edge.values import Measure, Signal
from askance.edge.view import View


def disagreement(view: View, wish: Measure, /, *, lore: Lore) -> Signal:
    """Measure how far challengers contradict the detector, see ``compare``.

    Where the model in floating point sees something else, eight bits were too few for the frame; where the next version
    does, labels tell which is right.

    Args:
        view: the frame, and what challengers saw in it.
        wish: label ids.
        lore: label names.
    """
    return compare(view, wish, names=lore.names, who="a challenger", nothing="no challenger has looked yet")
