"""What signals know is fixed for an agent's life."""

from dataclasses import FrozenInstanceError

import pytest

from askance.edge.score import Lore
from support_scenes import LORE, NAMES


def test_lore_names_labels_and_cannot_change() -> None:
    assert LORE.names is NAMES
    with pytest.raises(FrozenInstanceError):
        LORE.names = {}  # type: ignore[misc]  # what the test is about
    assert Lore({}) == Lore({}, errors=None, calibration=None, counts=None, bodies={})
