"""Tests of what a file says of itself."""

import builtins
from pathlib import Path
from typing import Any

import onnx
import pytest

from askance.edge.detect.package import sha256_of
from askance.errors import ModelError
from askance.models.survey import survey
from support_models import convolutional, silent, write_package


def test_a_file_is_looked_at_from_all_sides(tmp_path: Path) -> None:
    file = write_package(tmp_path / "tiny", convolutional()) / "model.onnx"
    seen = survey(file)
    assert (file.stat().st_size, sha256_of(file), 13, False) == (seen.bytes, seen.sha256, seen.opset, seen.quantized)
    assert seen.operators is not None
    assert 3 == seen.operators["Conv"]
    assert ["image"] == [port.name for port in seen.inputs]
    assert ["boxes", "logits"] == [port.name for port in seen.outputs]


def test_an_8_bit_file_is_known_by_its_operators(checkout: Path) -> None:
    assert survey(checkout / "models/ssdlite-mobilenet-v2-coco/model.onnx").quantized


def test_metadata_is_read(tmp_path: Path) -> None:
    model = silent()
    onnx.helper.set_model_props(model, {"author": "us"})
    assert {"author": "us"} == survey(write_package(tmp_path / "tiny", model) / "model.onnx").metadata


def test_without_the_extra_the_operators_are_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_package(tmp_path / "tiny", silent()) / "model.onnx"
    honest = builtins.__import__

    def without_onnx(name: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 (the signature is Python's)
        if name == "onnx":
            raise ModuleNotFoundError("No module named 'onnx'", name="onnx")
        return honest(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    seen = survey(file)
    assert (None, None, None) == (seen.opset, seen.operators, seen.quantized)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x89PNG\r\n\x1a\n" * 100], ids=["empty", "text", "image"])
def test_what_is_no_onnx_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.onnx").write_bytes(data)
    with pytest.raises(ModelError, match="not an ONNX file"):
        survey(tmp_path / "a.onnx")


def test_weights_that_are_away_are_named(tmp_path: Path) -> None:
    onnx.save(
        convolutional(), str(tmp_path / "a.onnx"), save_as_external_data=True, size_threshold=0, location="w.data"
    )
    (tmp_path / "w.data").unlink()
    with pytest.raises(ModelError, match="its weights lie in a second file that is missing"):
        survey(tmp_path / "a.onnx")
