"""Tests of bars on standard error."""

import pytest

from askance.cli.progress import bar, bars


def test_a_bar_is_drawn_on_standard_error_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("pull") as progress:
        progress(1, None)
        progress(5, 10)
    told = capsys.readouterr()
    assert "pull" in told.err
    assert not told.out


def test_each_step_has_its_own_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with bars() as begin:
        for step in ("calibrate", "report"):
            progress = begin(step)
            for done in (1, 2):
                progress(done, 2)
    told = capsys.readouterr().err
    assert told.index("calibrate") < told.index("report")
