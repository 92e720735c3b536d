"""Tests of the drift picture."""

import numpy as np

from askance.edge.detect.probe import Pairs
from askance.models.drift import Drift
from askance.models.picture import draw

RED = (50, 60, 210)


def drift(source: list[float], file: list[float]) -> Drift:
    pairs = Pairs(np.array(source), np.array(file), np.where(np.isnan(file), np.nan, 0.9))
    return Drift(photos=1, pairs=pairs, bytes=(2, 1), ms=(2.0, 1.0), ratio=0.5, ap50=(0.5, 0.4))


def red(found: Drift) -> int:
    return int((draw(found, title="a") == RED).all(axis=2).sum())


def test_what_is_lost_is_red() -> None:
    kept, lost = drift([0.9, 0.3], [0.8, 0.3]), drift([0.9, 0.3], [np.nan, np.nan])
    assert red(lost) > red(kept) + 10_000


def test_a_drift_without_candidates_can_be_drawn() -> None:
    assert 3 == draw(drift([], []), title="nothing").shape[2]
