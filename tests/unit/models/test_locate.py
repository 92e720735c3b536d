"""Tests of how the model of a command is found."""

from pathlib import Path

import pytest

from askance.errors import ModelError
from askance.models.locate import locate
from support_models import convolutional, silent, write_package


def test_a_name_a_folder_and_a_file_are_the_same_model(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    found = [locate(str(each), models=tmp_path, card=None) for each in ("tiny", folder, folder / "model.onnx")]
    assert found[0] == found[1] == found[2]


def test_a_file_under_another_card_may_have_another_hash(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    other = write_package(tmp_path / "other", convolutional()) / "model.onnx"
    package = locate(str(other), models=tmp_path, card=folder / "card.yaml")
    assert ("tiny", other) == (package.card.name, package.file)


def test_a_card_without_a_file_is_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    with pytest.raises(ModelError, match="no such model file: tiny"):
        locate("tiny", models=tmp_path, card=folder / "card.yaml")


def test_a_file_beside_the_card_of_another_speaks_for_itself(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    (folder / "model.onnx").rename(folder / "other.onnx")
    with pytest.raises(ModelError, match="does not say how to read it") as caught:
        locate(str(folder / "other.onnx"), models=tmp_path, card=None)
    assert "askance models inspect" in (caught.value.hint or "")


def test_a_file_that_is_no_onnx_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="not an ONNX file"):
        locate(str(tmp_path / "a.jpg"), models=tmp_path, card=None)


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    write_package(tmp_path / "street", silent())
    with pytest.raises(ModelError, match="no such model") as caught:
        locate("streets", models=tmp_path, card=None)
    assert "did you mean street?" in (caught.value.hint or "")
