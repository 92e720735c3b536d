"""Tests of printed tables."""

import pytest

from askance.cli.tables import echo_table, megabytes


def test_columns_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    echo_table([("name", "size"), ("a long name", "1"), ("b", "")])
    assert "name         size\na long name  1\nb\n" == capsys.readouterr().out


def test_a_size_is_written_in_megabytes() -> None:
    assert "5.2 MB" == megabytes(5_168_899)
