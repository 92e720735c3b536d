"""Tests of votes: who leads, by how much, how probable that is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from askance.edge.detect.decode.votes import Decided, Votes, Weighed
from askance.edge.values import Floats

TABLES = arrays(np.float32, st.tuples(st.integers(2, 5), st.just(3), st.just(4)), elements=st.integers(-50, 50))


@given(values=TABLES)
def test_a_lead_is_what_a_class_has_before_the_best_other_one(values: Floats) -> None:
    votes = Weighed(values, logits=True)
    for channel in range(len(values)):
        others = np.delete(values, channel, axis=0).max(axis=0)
        np.testing.assert_array_equal(votes.lead(channel), values[channel] - others)
        np.testing.assert_array_equal(votes.inside(channel), votes.lead(channel) > 0)


@given(values=TABLES)
def test_probabilities_of_logits_are_their_softmax(values: Floats) -> None:
    votes = Weighed(values, logits=True)
    powers = np.exp(values.astype(np.float64) - values.max(axis=0))
    shares = powers / powers.sum(axis=0)
    inside = np.ones((3, 4), np.bool_)
    for channel in range(len(values)):
        got = votes.probability(channel, slice(0, 3, 2), columns=slice(1, 4))
        np.testing.assert_allclose(got, shares[channel, ::2, 1:], atol=1e-6)
        assert pytest.approx(shares[channel].mean(), abs=1e-6) == votes.score(channel, inside)


def test_far_apart_logits_do_not_overflow() -> None:
    votes = Weighed(np.array([[[1e6]], [[-1e6]]]), logits=True)
    assert [1.0, 0.0] == [votes.score(channel, np.ones((1, 1), np.bool_)) for channel in (0, 1)]


def test_probabilities_stay_as_they_are_and_in_bounds() -> None:
    votes = Weighed(np.array([[[0.25, 0.5]], [[0.75, 1.5]]]), logits=False)
    assert [[0.75, 1.0]] == votes.probability(1, slice(0, 1), columns=slice(0, 2)).tolist()


@pytest.mark.parametrize(
    ("logits", "values", "lead", "score"),
    [
        pytest.param(True, [-2.0, 0.0, np.log(3)], [-2.0, 0.0, np.log(3)], 0.75, id="logits"),
        pytest.param(False, [0.25, 0.5, 0.875], [-0.5, 0.0, 0.75], 0.875, id="probabilities"),
    ],
)
def test_a_class_alone_is_weighed_against_its_absence(
    logits: bool,  # noqa: FBT001 (a test's parameter)
    values: list[float],
    lead: list[float],
    score: float,
) -> None:
    votes = Weighed(np.array([[values]]), logits=logits)
    np.testing.assert_allclose(votes.lead(0), [lead], atol=1e-6)
    assert pytest.approx(score, abs=1e-6) == votes.score(0, votes.inside(0))


def test_the_mean_of_many_cells_is_taken_of_some_all_over() -> None:
    values = np.stack([np.tile(np.linspace(0.5, 1.0, 500), (500, 1)), np.zeros((500, 500))])
    votes = Weighed(values, logits=False)
    assert pytest.approx(0.75, abs=0.01) == votes.score(0, votes.inside(0))


def test_a_decision_alone_tells_no_doubt() -> None:
    votes: Votes = Decided(np.array([[0, 1, 255]]))
    assert [[False, True, False]] == votes.inside(1).tolist()
    assert [[-1.0, 1.0, -1.0]] == votes.lead(1).tolist()
    assert 1.0 == votes.score(1, votes.inside(1))
    assert votes.probability(1, slice(0, 1), columns=slice(0, 3)) is None
