"""A clock that can be trusted says what time it is here, and no other does."""

from datetime import UTC, datetime

import pytest

from askance.edge.local_time import local_time
from askance.edge.values import Instant
from askance.wire.capture import ClockQuality


def test_the_time_is_that_of_the_place() -> None:
    local = local_time(Instant(0, 1_700_000_000_500, ClockQuality.NTP))

    assert local is not None
    assert local.utcoffset() is not None
    assert datetime(2023, 11, 14, 22, 13, 20, 500_000, tzinfo=UTC) == local


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param(Instant(0, None, ClockQuality.RTC), id="no clock"),
        pytest.param(Instant(0, 1_700_000_000_000, ClockQuality.NONE), id="a clock that nobody set"),
        pytest.param(Instant(0, 2**48 - 1, ClockQuality.RTC), id="beyond all calendars"),
    ],
)
def test_what_nobody_knows_is_not_said(taken: Instant) -> None:
    assert local_time(taken) is None
