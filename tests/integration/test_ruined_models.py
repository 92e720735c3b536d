"""Whole-graph INT8 files, made as the quantizer makes them by default, are refused with their reason."""

from pathlib import Path
from typing import Any

import cv2
import onnx
import pytest
from onnxruntime import quantization

from askance.edge.detect.model import Model
from askance.edge.detect.package import Package, read_card
from askance.edge.detect.preprocess import Preprocessor
from askance.edge.detect.trial import prove
from askance.errors import ModelError
from askance.models.graph import modernize


class Photos:
    """Gives the calibrator some photos as the card says."""

    def __init__(self, package: Package, photos: list[Path]) -> None:
        self._name = package.card.input.name
        self._preprocess = Preprocessor(package.card.input)
        self._left = list(photos)

    def get_next(self) -> dict[str, Any] | None:
        """Return the next photo's tensor; None at the end."""
        if not self._left:
            return None
        image: Any = cv2.imread(str(self._left.pop()))
        return {self._name: self._preprocess(image)[0].copy()}


def whole_graph(package: Package, made: Path, *, photos: list[Path]) -> Package:
    """Quantize every node, the tail too."""
    raised = made.with_name("raised.onnx")
    onnx.save(modernize(onnx.load(str(package.file))), str(raised))
    reader: Any = Photos(package, photos)  # the library asks for its own base class and is content with the method
    quantization.quantize_static(
        str(raised),
        str(made),
        reader,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
    )
    return Package(package.card.model_copy(update={"file": made.name}), made.parent)


@pytest.mark.parametrize("name", ["ssdlite-mobilenet-v2-coco-fp32", "yolox-nano-coco"])
def test_a_whole_graph_in_8_bits_is_refused(assets: Path, checkout: Path, tmp_path: Path, name: str) -> None:
    card = read_card(checkout / f"tests/cards/{name}.yaml")
    [file] = (assets / "models").glob(f"*/{card.file}")
    photos = sorted((assets / "images/coco128/images/train2017").glob("*.jpg"))[:4]
    ruined = whole_graph(Package(card, file.parent), tmp_path / "whole.onnx", photos=photos)
    prove(Model(Package(card, file.parent), threads=1))
    with pytest.raises(ModelError, match="was rounded to 8 bits: one scale for the scores or boxes of every place"):
        prove(Model(ruined, threads=1))
