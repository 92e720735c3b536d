"""Commands as processes that end with their block, and whose failure is told in their own last words."""

from pathlib import Path

import pytest

from askance.demo.programs import Program
from askance.errors import AskanceError
from support_polling import until


def test_a_command_that_ends_well_is_not_running(tmp_path: Path) -> None:
    with Program("--version", log=tmp_path / "log") as program:
        assert until(lambda: not program.running(), within_s=20)

    assert "askance" in (tmp_path / "log").read_text()


def test_a_failure_has_the_last_words_and_names_the_log(tmp_path: Path) -> None:
    with (
        Program("edge", "run", "--config", str(tmp_path / "gone.yaml"), log=tmp_path / "log") as program,
        pytest.raises(AskanceError, match=r"gone\.yaml") as caught,
    ):
        until(lambda: not program.running(), within_s=20)

    assert str(tmp_path / "log") in str(caught.value.hint)


def test_a_long_running_command_ends_with_the_block(tmp_path: Path) -> None:
    config = tmp_path / "central.yaml"
    config.write_text(f"storage: {{path: {tmp_path / 'central'}}}\nbroker: {{port: 1}}\n")
    with Program("central", "run", "--config", str(config), log=tmp_path / "log") as program:
        assert until((tmp_path / "central" / "catalog.db").exists, within_s=30)
        assert program.running()

    assert not program.running()
