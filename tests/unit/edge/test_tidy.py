"""What is there for good is set apart, and what Python keeps for later is given back."""

import gc
import sys
from collections.abc import Iterator

import pytest

from askance.edge.tidy import settle, tidy


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """The collector looks at everything again after the test."""
    yield
    gc.unfreeze()


def test_what_is_there_for_good_is_looked_at_no_more() -> None:
    looked_at = len(gc.get_objects())

    settle()

    assert looked_at / 2 < gc.get_freeze_count()
    assert len(gc.get_objects()) < looked_at / 2


def test_tuples_that_are_kept_for_later_are_given_back() -> None:
    tidy()
    before = sys.getallocatedblocks()
    crowds = [[tuple(range(length)) for _ in range(3000)] for length in range(2, 20)]
    del crowds
    kept = sys.getallocatedblocks() - before

    tidy()

    assert kept > 10_000
    assert sys.getallocatedblocks() - before < kept / 10
