"""Counts of a source: each position once, whatever children die."""

from hypothesis import given
from hypothesis import strategies as st

from askance.edge.source.tally import Tally


def test_positions_passed_over_are_skipped() -> None:
    tally = Tally()
    for position in (0, 5, 6, 10):
        tally.deliver(position)
    tally.finish(12, missing=3)

    assert tally.counts() == {"skipped": 8, "unreadable": 3, "restarts": 0}
    assert tally.next == 12


def test_an_unreadable_frame_is_not_skipped_as_well() -> None:
    tally = Tally()
    tally.deliver(0)
    assert tally.spoil(1)
    tally.deliver(2)
    assert tally.spoil(3)
    tally.finish(4, missing=0)

    assert tally.counts() == {"skipped": 0, "unreadable": 2, "restarts": 0}


def test_what_a_dead_child_reported_is_not_counted_again() -> None:
    tally = Tally()
    assert tally.spoil(1)
    assert not tally.spoil(1)
    tally.deliver(2)

    assert not tally.spoil(1)
    assert tally.counts() == {"skipped": 1, "unreadable": 1, "restarts": 0}


@given(st.lists(st.sampled_from("dsu"), max_size=60), st.integers(0, 60))
def test_delivered_skipped_and_unreadable_add_up(fates: list[str], dies_at: int) -> None:
    """A child dies at ``dies_at``; the next one starts behind the last delivered frame and reports again."""
    tally, delivered = Tally(), 0
    for stop in (min(dies_at, len(fates)), len(fates)):
        for position in range(tally.next, stop):
            if fates[position] == "d":
                tally.deliver(position)
                delivered += 1
            elif fates[position] == "u":
                tally.spoil(position)
    tally.finish(len(fates), missing=0)

    assert delivered == fates.count("d")
    assert tally.counts() == {"skipped": fates.count("s"), "unreadable": fates.count("u"), "restarts": 0}
