"""Every wish is answered by the signal it names."""

from dataclasses import replace

import numpy as np
import pytest

from askance.edge.detections import Rivals, Support
from askance.edge.expectation import Spread
from askance.edge.score import SIGNALS, TEMPORAL, Lore, answered, measure
from askance.edge.shapes import Region, Scope, Shape, Skeleton, Solid, Turned
from askance.edge.values import Measure
from support_scenes import CAR, ERRORS, LORE, PERSON, scene, still

KNOWING = replace(LORE, errors=ERRORS, counts={PERSON: 9})
SHAPES: dict[str, Shape] = {
    "mask_dispersion": Region(0, 0, np.ones((2, 2), np.bool_), Scope.INSTANCE, np.full((4, 4), 0.6, np.float32)),
    "pose_outlier": Skeleton(np.array([(99.0, 0.0, 0.9)])),
    "angle_jump": Turned((5.0, 5.0), (9.0, 3.0), 20.0),
    "cuboid_jitter": Solid(np.zeros((9, 2))),
}
"""What those signals that ask for a shape are shown."""
QUIET = TEMPORAL | {"second_look", "disagreement"}
"""What says nothing of a single picture that was looked at once."""


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_bears_the_name_it_is_listed_under(name: str) -> None:
    alone = np.ones(2, np.float32)
    found = replace(
        scene((CAR, 0.52), (PERSON, 0.5), class_scores=[(0.3, 0.0, 0.52), (0.5, 0.0, 0.0)]),
        shapes=(SHAPES.get(name), None),
        support=Support(2, lambda: Rivals(alone, np.array([0.52, 0.5], np.float32), alone, alone, alone)),
    )
    view = replace(still(found), usual={CAR: Spread(0.0, 0.0), PERSON: Spread(1.0, 0.0)})
    signal = SIGNALS[name](view, Measure(name, None, 0.25, 0.65), lore=KNOWING)
    assert signal is not None
    assert (signal.name, bool(signal.objects)) == (name, name not in QUIET)
    assert SIGNALS[name].__module__ == f"askance.edge.score.{name}"


def test_signals_are_answered_by_models_by_tracks_and_by_what_is_known() -> None:
    tracks = {"isolated", "flicker", "silent", "class_switch", "lost_in_middle", "jitter"}
    always = tracks | {"overlap", "unexpected_count"}
    assert answered(frozenset({"entropy"}), lore=LORE) == always | {"entropy"}
    looks = frozenset({"second_look"})
    assert answered(frozenset(), lore=replace(LORE, again=looks)) == always | looks
    assert answered(frozenset(), lore=KNOWING) == always | {"expected_errors", "rare_class"}
    assert answered(frozenset({"angle_jump"}), lore=Lore({})) == always | {"angle_jump"}


def test_every_wish_gets_an_answer_and_none_where_there_is_none() -> None:
    wishes = [Measure("margin"), Measure("entropy"), Measure("entropy", frozenset({1}))]
    answers = measure(still(scene((CAR, 0.5))), wishes, lore=LORE)
    assert list(answers) == wishes
    assert [answer and answer.value for answer in answers.values()] == [None, 0.05, 0.0]
