"""Tests of the question whether a file fits into memory."""

from pathlib import Path

import pytest

from askance.edge.detect.memory import check_memory
from askance.errors import ModelError


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def meminfo(tmp_path: Path, kilobytes: int) -> Path:
    path = tmp_path / "meminfo"
    path.write_text(f"MemTotal: 99 kB\nMemAvailable:   {kilobytes} kB\n")
    return path


def test_a_file_that_fits_is_let_through(tmp_path: Path) -> None:
    check_memory(sparse(tmp_path / "a.onnx", 1000), meminfo=meminfo(tmp_path, 10))


def test_a_file_beyond_the_format_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"a.onnx: 3.0 GB are more than an ONNX file may have") as caught:
        check_memory(sparse(tmp_path / "a.onnx", 3 * 10**9))
    assert "askance models ls" in (caught.value.hint or "")


def test_a_file_that_does_not_fit_is_refused_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="loading its 50 MB takes twice the memory, and 51 MB are free") as caught:
        check_memory(sparse(tmp_path / "a.onnx", 50 * 10**6), meminfo=meminfo(tmp_path, 50_000))
    assert "askance models quantize" in (caught.value.hint or "")


def test_weights_in_a_file_of_their_own_count(tmp_path: Path) -> None:
    file = sparse(tmp_path / "a.onnx", 1000)
    sparse(tmp_path / "a.onnx.data", 50 * 10**6)
    with pytest.raises(ModelError, match="takes twice the memory"):
        check_memory(file, meminfo=meminfo(tmp_path, 50_000))


def test_a_machine_that_says_nothing_is_asked_nothing(tmp_path: Path) -> None:
    file = sparse(tmp_path / "a.onnx", 50 * 10**6)
    check_memory(file, meminfo=tmp_path / "nothing")
    (tmp_path / "old").write_text("MemTotal: 1 kB\n")
    check_memory(file, meminfo=tmp_path / "old")


def test_a_missing_file_is_for_others_to_complain_about(tmp_path: Path) -> None:
    check_memory(tmp_path / "nothing.onnx")
