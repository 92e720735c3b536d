"""A rule may spend without limit and needs no pause, unless it says so."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from askance.edge.rules.allowance import MOST_AROUND, Budget, Cooldown, Surroundings
from askance.units import Rate


def test_what_is_left_out_is_unlimited() -> None:
    budget, cooldown = Budget(), Cooldown()

    assert (budget.frames, budget.bytes) == (None, None)
    assert (cooldown.rule, cooldown.track, cooldown.zone, cooldown.scene) == (None, None, None, None)


def test_amounts_and_pauses_have_units() -> None:
    budget = Budget.model_validate({"frames": "20/h", "bytes": "30MB/day"})
    cooldown = Cooldown.model_validate({"rule": "5s", "track": "1min", "zone": "500ms", "scene": "1h"})

    assert (budget.frames, budget.bytes) == (Rate(20, timedelta(hours=1)), Rate(30 * 10**6, timedelta(days=1)))
    assert (cooldown.track, cooldown.zone) == (timedelta(minutes=1), timedelta(milliseconds=500))
    for wrong in ({"rule": -1}, {"track": "-5s"}, {"zone": "5"}, {"camera": "5s"}):
        with pytest.raises(ValidationError):
            Cooldown.model_validate(wrong)


def test_frames_around_a_kept_one_lie_a_second_apart_unless_it_says_otherwise() -> None:
    around = Surroundings.model_validate({"before": "2s"})

    assert (timedelta(seconds=2), None, timedelta(seconds=1)) == (around.before, around.after, around.every)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({}, "expected before, after or both"),
        ({"every": "2s"}, "expected before, after or both"),
        ({"before": "2s", "every": "0s"}, "every\n.*expected at least 10ms, got 0s"),
        ({"before": "40s", "after": "21s"}, f"at most {MOST_AROUND} frames around one, got 61; raise every"),
    ],
)
def test_too_few_and_too_many_around_are_refused(section: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Surroundings.model_validate(section)
