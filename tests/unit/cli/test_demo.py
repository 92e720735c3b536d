"""`askance demo` never empties a folder that it did not make."""

import os
from pathlib import Path

from click.testing import CliRunner

from askance.cli.demo import demo


def test_a_folder_with_somebody_elses_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "own.mp4").touch()

    result = CliRunner().invoke(demo, [str(tmp_path / "own.mp4"), "--out", str(tmp_path)])

    assert os.EX_USAGE != result.exit_code == 2
    assert "no demo made it" in result.output
    assert "years of work" == (tmp_path / "thesis.txt").read_text()


def test_an_earlier_demos_folder_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".askance-demo").touch()
    (out / "old.html").touch()
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"no video")

    result = CliRunner().invoke(demo, [str(video), "--out", str(out)])

    assert result.exception is not None
    assert "cannot be decoded" in str(result.exception)
    assert not (out / "old.html").exists()


def test_the_help_has_examples() -> None:
    assert "askance demo VIDEO.mp4" in CliRunner().invoke(demo, ["--help"]).output
