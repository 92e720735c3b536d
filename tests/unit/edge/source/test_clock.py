"""Trust in the wall clock, and instants on live and recorded time lines."""

from pathlib import Path

import pytest

from askance.edge.source.clock import clock_quality, instant, synchronized
from askance.edge.values import Instant
from askance.wire.capture import ClockQuality

Y2024_MS = 1_704_067_200_000


@pytest.mark.parametrize(
    ("wall_ms", "followed", "quality"),
    [
        (0, False, ClockQuality.NONE),
        (Y2024_MS - 1, True, ClockQuality.NONE),
        (Y2024_MS, False, ClockQuality.RTC),
        (Y2024_MS, True, ClockQuality.NTP),
    ],
    ids=["never set", "set to the past", "set", "synchronized"],
)
def test_a_clock_is_trusted_as_far_as_it_deserves(wall_ms: int, quality: ClockQuality, *, followed: bool) -> None:
    assert clock_quality(wall_ms, synchronized=followed) is quality


def test_the_system_says_by_a_file_that_it_follows_a_server(tmp_path: Path) -> None:
    assert not synchronized(tmp_path / "flag")
    (tmp_path / "flag").touch()
    assert synchronized(tmp_path / "flag")


def test_a_recordings_instants_lie_behind_its_opening() -> None:
    taken = instant(1000, wall_ns=Y2024_MS * 10**6, after_ns=2_500_000, synchronized=True)

    assert Instant(2_501_000, Y2024_MS + 2, ClockQuality.NTP) == taken


def test_a_clock_that_was_never_set_gives_no_wall_time() -> None:
    assert Instant(1000, None, ClockQuality.NONE) == instant(1000, wall_ns=5 * 10**9, synchronized=False)
