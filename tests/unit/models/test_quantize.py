"""Tests of the quantizer on a tiny model, and of what it leaves in floating point."""

import builtins
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest

from askance.edge.detect.package import ModelInput, load_package, sha256_of
from askance.edge.detect.session import Session
from askance.errors import MissingPartError, ModelError, SourceError
from askance.models.quantize import SCHEME, find_photos, pixel_range, quantize, tail_nodes
from support_models import convolutional, silent, write_package


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 256, (20, 30, 3), np.uint8))
    return find_photos(folder, most=3)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = write_package(tmp_path / "tiny", convolutional(), figures={"ap50": 0.9})
    (folder / "LICENSE").write_text("do what you like", encoding="utf-8")
    return folder / "model.onnx"


def test_the_convolutions_are_8_bits_and_the_tail_is_not(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    package = quantize(source, source.with_name("card.yaml"), photos=photos, out=tmp_path / "out", progress=quiet)
    graph = onnx.load(str(package.file)).graph
    kinds = {value.name: value.data_type for value in graph.initializer}
    weights = [name for name in kinds if name.endswith("_quantized") and kinds[name] == onnx.TensorProto.INT8]
    assert 3 == len(weights)
    producers = {output: node.op_type for node in graph.node for output in node.output}
    consumers = {node.op_type for node in graph.node for value in node.input if value in ("boxes", "logits")}
    assert {"Reshape"} == {producers["boxes"], producers["logits"]}
    assert set() == consumers


def test_it_computes_nearly_the_same(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    package = quantize(source, source.with_name("card.yaml"), photos=photos, out=tmp_path / "out", progress=quiet)
    image = np.random.default_rng(5).random((1, 16, 16, 3)).astype(np.float32)
    before, after = (Session(file, threads=1).run("image", image) for file in (source, package.file))
    for name, expected in before.items():
        np.testing.assert_allclose(after[name], expected, atol=0.05 * float(np.ptp(expected)))


def test_the_card_records_how_it_was_made(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    made = quantize(source, source.with_name("card.yaml"), photos=photos, out=tmp_path / "out", progress=quiet)
    package = load_package(tmp_path / "out")
    assert made == package
    record = package.card.quantization
    assert record is not None
    assert (SCHEME, "model.onnx", sha256_of(source), 3) == (
        record.scheme,
        record.source,
        record.source_sha256,
        record.photos,
    )
    assert {"onnx", "onnxruntime"} == set(record.tools)
    assert {} == package.card.figures
    assert "do what you like" == (tmp_path / "out" / "LICENSE").read_text(encoding="utf-8")


def test_the_same_photos_give_the_same_bytes(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    card = source.with_name("card.yaml")
    shas = [
        quantize(source, card, photos=photos, out=tmp_path / out, progress=quiet).card.sha256 for out in ("one", "two")
    ]
    assert shas[0] == shas[1]


def test_it_can_write_over_the_package_it_reads(source: Path, photos: list[Path]) -> None:
    package = quantize(source, source.with_name("card.yaml"), photos=photos, out=source.parent, progress=quiet)
    assert package.card.sha256 == sha256_of(source)
    assert {"LICENSE", "card.yaml", "model.onnx"} == {path.name for path in source.parent.iterdir()}


def test_an_old_opset_is_raised(tmp_path: Path, photos: list[Path]) -> None:
    folder = write_package(tmp_path / "old", convolutional(opset=11))
    package = quantize(folder / "model.onnx", folder / "card.yaml", photos=photos, out=tmp_path / "out", progress=quiet)
    assert 13 == onnx.load(str(package.file)).opset_import[0].version


def test_progress_is_told_after_each_photo(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    quantize(
        source,
        source.with_name("card.yaml"),
        photos=photos,
        out=tmp_path / "out",
        progress=lambda done, total: told.append((done, total)),
    )
    assert [(1, 3), (2, 3), (3, 3)] == told


def test_the_tail_is_what_no_convolution_follows() -> None:
    assert ["box_transpose", "box_reshape", "class_transpose", "class_reshape"] == tail_nodes(convolutional().graph)
    assert 2 == len(tail_nodes(silent().graph))


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


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no photos to calibrate on") as caught:
        find_photos(tmp_path, most=3)
    assert "--calibrate" in (caught.value.hint or "")


def test_a_broken_photo_is_named_and_nothing_is_written(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    photos[1].write_bytes(b"not a photo")
    with pytest.raises(SourceError, match=r"not an image: .*1.png"):
        quantize(source, source.with_name("card.yaml"), photos=photos, out=tmp_path / "out", progress=quiet)
    assert [] == list((tmp_path / "out").iterdir())


def test_a_source_that_cannot_run_is_refused(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    source.write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="not an ONNX file"):
        quantize(source, source.with_name("card.yaml"), photos=photos, out=tmp_path / "out", progress=quiet)


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, source: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = builtins.__import__

    def without_onnx(name: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 (the signature is Python's)
        if name == "onnx":
            raise ModuleNotFoundError("No module named 'onnx'", name="onnx")
        return honest(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    with pytest.raises(MissingPartError, match="not installed: onnx") as caught:
        quantize(source, source.with_name("card.yaml"), photos=photos, out=tmp_path / "out", progress=quiet)
    assert "pip install 'askance[models]'" in (caught.value.hint or "")
