"""The lottery draws with a probability that is known."""

from datetime import timedelta

import numpy as np
import pytest

from askance.edge.rules.lottery import Lottery, draws, inclusion_probability
from askance.units import Rate

HOURLY = Lottery(Rate(6, timedelta(hours=1)))
SECOND = 10**9


@pytest.mark.parametrize(
    ("lottery", "elapsed_ns", "expected"),
    [
        pytest.param(Lottery(0.25), 0, 0.25, id="probability-does-not-ask-for-time"),
        pytest.param(HOURLY, 60 * SECOND, 0.1, id="rate-is-proportional-to-time"),
        pytest.param(HOURLY, 7200 * SECOND, 1.0, id="never-above-1"),
        pytest.param(HOURLY, 0, 0.0, id="first-frame"),
        pytest.param(HOURLY, -SECOND, 0.0, id="time-steps-back"),
    ],
)
def test_the_probability_is_known(lottery: Lottery, elapsed_ns: int, expected: float) -> None:
    assert inclusion_probability(lottery, elapsed_ns=elapsed_ns) == pytest.approx(expected)


def test_a_frame_is_drawn_when_its_number_is_below_the_probability() -> None:
    assert draws(Lottery(0.25), 0.2499, elapsed_ns=0)
    assert not draws(Lottery(0.25), 0.25, elapsed_ns=0)
    assert not draws(HOURLY, 0.0, elapsed_ns=0), "probability 0 never draws"


@pytest.mark.parametrize("step_ns", [SECOND // 10, SECOND, 20 * SECOND], ids=["10fps", "1fps", "3-a-minute"])
def test_the_rate_holds_at_any_frame_rate(step_ns: int) -> None:
    numbers = np.random.default_rng(1).random(200 * 3600 * SECOND // step_ns)
    drawn = int((numbers < inclusion_probability(HOURLY, elapsed_ns=step_ns)).sum())
    assert abs(drawn - 1200) < 4 * 1200**0.5
