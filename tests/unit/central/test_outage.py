"""Waits double while nothing can be kept, and are forgotten at the first success."""

from askance.central.outage import LONGEST_S, Outage


def test_waits_double_from_a_second_to_five_minutes() -> None:
    outage = Outage()
    waits = []
    for _ in range(12):
        outage.fail(100.0)
        waits.append(outage.left_s(100.0))

    assert [1, 2, 4, 8, 16, 32, 64, 128, 256, LONGEST_S, LONGEST_S, LONGEST_S] == waits


def test_only_the_first_failure_begins_it_and_a_success_ends_it() -> None:
    outage = Outage()

    assert [True, False, False] == [outage.fail(0.0) for _ in range(3)]
    assert 3 == outage.end()
    assert 0 == outage.end()
    assert outage.fail(0.0)


def test_the_wait_runs_down_and_is_nothing_without_a_failure() -> None:
    outage = Outage()
    before = outage.left_s(-5.0)
    outage.fail(10.0)

    assert (0.0, 0.25, 0.0) == (before, outage.left_s(10.75), outage.left_s(12.0))
