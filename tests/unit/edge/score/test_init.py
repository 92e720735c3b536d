"""Every wish is answered by the signal it names."""

from dataclasses import replace

import pytest

from askance.edge.score import SIGNALS, TEMPORAL, measure
from askance.edge.values import Measure
from support_scenes import CAR, ERRORS, LORE, scene, still


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_bears_the_name_it_is_listed_under(name: str) -> None:
    found = scene((CAR, 0.4), class_scores=[(0.3, 0.0, 0.4)])
    signal = SIGNALS[name](still(found), Measure(name, None, 0.25, 0.55), lore=replace(LORE, errors=ERRORS))
    assert signal is not None
    assert (signal.name, signal.objects) == (name, () if name in TEMPORAL else (0,))
    assert SIGNALS[name].__module__ == f"askance.edge.score.{name}"


def test_every_wish_gets_an_answer_and_none_where_there_is_none() -> None:
    wishes = [Measure("margin"), Measure("entropy"), Measure("entropy", frozenset({1}))]
    answers = measure(still(scene((CAR, 0.5))), wishes, lore=LORE)
    assert list(answers) == wishes
    assert [answer and answer.value for answer in answers.values()] == [None, 0.05, 0.0]
