"""A question is as undecided as a coin that falls so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.binary_entropy import binary_entropy


def bits(score: float) -> float:
    return float(binary_entropy(np.array([score], np.float32))[0])


@pytest.mark.parametrize(
    ("score", "expected"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0), (0.25, 0.8112781), (0.75, 0.8112781), (0.05, 0.2863970)]
)
def test_it_is_that_of_a_coin(score: float, expected: float) -> None:
    assert bits(score) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("score", [-0.1, 1.0000001])
def test_a_score_that_rounding_took_out_of_range_is_decided(score: float) -> None:
    assert bits(score) == 0.0


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_the_score_nearer_to_a_half_is_never_the_more_decided(one: float, other: float) -> None:
    far, near = sorted((one, other), key=lambda score: -abs(score - 0.5))
    assert 0.0 <= bits(far) <= bits(near) + 1e-12 <= 1.0 + 1e-12
