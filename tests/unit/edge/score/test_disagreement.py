"""Challengers disagree; second looks do not speak for them."""

from askance.edge.score.comparison import HALF
from askance.edge.score.disagreement import disagreement
from askance.edge.values import Measure, Signal
from support_looks import look, looked, seen
from support_scenes import LORE
from support_tracks import Seen

ANY = Measure("disagreement")


def test_before_a_challenger_has_looked_there_is_no_doubt() -> None:
    nothing = Signal("disagreement", 0.0, (), "no challenger has looked yet")

    assert nothing == disagreement(looked(seen()), ANY, lore=LORE)
    assert nothing == disagreement(looked(seen(), look("tiles", Seen(score=0.75))), ANY, lore=LORE)


def test_what_a_challenger_does_not_confirm_is_told() -> None:
    view = looked(seen(Seen(score=0.75)), look("fp32", signal="disagreement"))

    signal = disagreement(view, ANY, lore=LORE)

    assert (0.75 / (HALF + 0.75), (0,)) == (signal.value, signal.objects)
    assert "a challenger (fp32) is less sure of 1 object that the first reported: car 0.75" == signal.text
