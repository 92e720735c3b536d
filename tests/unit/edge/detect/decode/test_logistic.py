"""Tests of scores and logits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.decode.logistic import logit, sigmoid


@given(st.floats(1e-6, 1 - 1e-6))
def test_there_and_back_again(score: float) -> None:
    assert math.isclose(score, float(sigmoid(np.array([logit(score)]))[0]), rel_tol=1e-9)


@pytest.mark.parametrize(("score", "expected"), [(0.0, -math.inf), (0.5, 0.0), (1.0, math.inf)])
def test_the_ends_are_infinitely_far(score: float, expected: float) -> None:
    assert expected == logit(score)


def test_no_logit_is_too_far_out() -> None:
    assert [0.0, 0.5, 1.0] == sigmoid(np.array([-1e6, 0.0, 1e6], np.float32)).tolist()
