"""Tests of the recipe on a tiny model: what is in 8 bits, what is not, and that it computes nearly the same."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

from askance.edge.detect.package import ModelInput, read_card
from askance.edge.detect.session import Session
from askance.errors import ModelError, SourceError
from askance.models.photos import find_photos
from askance.models.quantize import pixel_range, quantize, require_onnx
from support_models import convolutional, write_package


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 256, (20, 30, 3), np.uint8))
    return find_photos(folder)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_package(tmp_path / "tiny", convolutional()) / "model.onnx"


def made(source: Path, photos: list[Path]) -> Path:
    file = source.with_name("made.onnx")
    quantize(source, file, card=read_card(source.with_name("card.yaml")), photos=photos, progress=quiet)
    return file


def test_the_convolutions_are_8_bits_and_the_tail_is_not(source: Path, photos: list[Path]) -> None:
    graph = onnx.load(str(made(source, photos))).graph
    kinds = {value.name: value.data_type for value in graph.initializer}
    weights = [name for name in kinds if name.endswith("_quantized") and kinds[name] == onnx.TensorProto.INT8]
    assert 3 == len(weights)
    producers = {output: node.op_type for node in graph.node for output in node.output}
    consumers = {node.op_type for node in graph.node for value in node.input if value in ("boxes", "logits")}
    assert {"Reshape"} == {producers["boxes"], producers["logits"]}
    assert set() == consumers


def test_it_computes_nearly_the_same(source: Path, photos: list[Path]) -> None:
    image = np.random.default_rng(5).random((1, 16, 16, 3)).astype(np.float32)
    before, after = (Session(file, threads=1).run("image", image) for file in (source, made(source, photos)))
    for name, expected in before.items():
        np.testing.assert_allclose(after[name], expected, atol=0.05 * float(np.ptp(expected)))


def test_an_old_opset_is_raised(tmp_path: Path, photos: list[Path]) -> None:
    folder = write_package(tmp_path / "old", convolutional(opset=11))
    assert 13 == onnx.load(str(made(folder / "model.onnx", photos))).opset_import[0].version


def test_progress_is_told_after_each_photo(source: Path, photos: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    card, file = read_card(source.with_name("card.yaml")), source.with_name("made.onnx")
    quantize(source, file, card=card, photos=photos, progress=lambda done, total: told.append((done, total)))
    assert [(1, 3), (2, 3), (3, 3)] == told


@pytest.mark.parametrize(
    ("scale", "mean", "std", "expected"),
    [
        pytest.param(1 / 255, (0, 0, 0), (1, 1, 1), (0.0, 1.0), id="0 to 1 is exact"),
        pytest.param(1.0, (0, 0, 0), (1, 1, 1), (0.0, 255.0), id="0 to 255 is exact"),
        pytest.param(2 / 255, (1, 1, 1), (1, 1, 1), (-256 / 255, 256 / 255), id="-1 to 1 is widened"),
    ],
)
def test_the_input_grid_is_clear_of_the_pixel_values(
    scale: float, mean: tuple[float, ...], std: tuple[float, ...], expected: tuple[float, float]
) -> None:
    wanted = ModelInput.model_validate(
        {"name": "x", "layout": "nhwc", "width": 16, "height": 16, "colour": "rgb", "resize": "stretch"}
        | {"scale": scale, "mean": mean, "std": std}
    )
    assert pytest.approx(expected) == pixel_range(wanted)


def test_a_colour_mean_gives_a_grid_that_holds_every_value() -> None:
    wanted = ModelInput.model_validate(
        {"name": "x", "layout": "nhwc", "width": 16, "height": 16, "colour": "rgb", "resize": "stretch"}
        | {"scale": 1 / 255, "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
    )
    low, high = pixel_range(wanted)
    assert low <= -0.485 / 0.229
    assert high >= (1 - 0.406) / 0.225


def test_a_broken_photo_is_named(source: Path, photos: list[Path]) -> None:
    photos[1].write_bytes(b"not a photo")
    with pytest.raises(SourceError, match=r"not an image: .*1.png"):
        made(source, photos)


def test_a_graph_that_the_quantizer_cannot_read_is_refused_in_words(source: Path, photos: list[Path]) -> None:
    model = onnx.load(str(source))
    model.graph.node[1].op_type = "Telepathy"
    onnx.save(model, str(source))
    with pytest.raises(ModelError, match="the quantizer cannot read this graph") as caught:
        made(source, photos)
    assert "custom operators" in (caught.value.hint or "")


def test_the_library_is_there() -> None:
    assert onnx is require_onnx()
