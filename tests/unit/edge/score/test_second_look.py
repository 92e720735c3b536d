"""Tiles, the mirror image and other detectors are second looks; challengers are not."""

from askance.edge.score.comparison import HALF
from askance.edge.score.second_look import second_look
from askance.edge.values import Measure, Signal
from support_looks import look, looked, seen
from support_scenes import LORE
from support_tracks import Seen

ANY = Measure("second_look")


def test_before_anybody_has_looked_again_there_is_no_doubt() -> None:
    assert Signal("second_look", 0.0, (), "no second look yet") == second_look(looked(seen()), ANY, lore=LORE)


def test_what_tiles_find_is_told_and_what_a_challenger_finds_is_not() -> None:
    view = looked(seen(), look("fp32", Seen(score=0.875), signal="disagreement"), look("tiles", Seen(score=0.75)))

    signal = second_look(view, ANY, lore=LORE)

    assert (0.75 / (HALF + 0.75), "a second look (tiles) finds 1 object that the first missed: car 0.75") == (
        signal.value,
        signal.text,
    )
