"""Tests of the workshop: what a quantized package holds, and what is left when the file is no good."""

import builtins
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
import yaml

from askance.edge.detect.golden import read_golden
from askance.edge.detect.model import Model
from askance.edge.detect.package import Package, load_package, read_card, sha256_of
from askance.edge.detect.trial import examine
from askance.errors import MissingPartError, ModelError, SourceError
from askance.models.drift import Drift
from askance.models.photos import find_photos
from askance.models.quantize import SCHEME
from askance.models.workshop import Order, make
from support_models import convolutional, write_package


def quiet(_step: str) -> Callable[[int, int], None]:
    """Progress that nobody watches."""
    return lambda _done, _total: None


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(6):
        cv2.imwrite(str(folder / f"{number}.png"), random.integers(0, 256, (20, 30, 3), np.uint8))
    return find_photos(folder)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = write_package(tmp_path / "tiny", convolutional(), figures={"ap50": 0.9})
    (folder / "LICENSE").write_text("do what you like", encoding="utf-8")
    return folder / "model.onnx"


def made(source: Path, photos: Sequence[Path], out: Path, **more: Any) -> tuple[Package, Drift]:  # noqa: ANN401 (keys of an order)
    """Calibrate on half of the photos and measure on the others."""
    half = len(photos) // 2
    card = source.with_name("card.yaml")
    order = Order(source=source, card=card, photos=photos[:half], held_out=photos[half:], labels=None, out=out)
    return make(replace(order, **more), begin=quiet)


def test_the_package_runs_and_records_how_it_was_made(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    package, drift = made(source, photos, tmp_path / "tiny-int8")
    assert load_package(tmp_path / "tiny-int8") == package
    record = package.card.quantization
    assert record is not None
    assert (SCHEME, "model.onnx", 3) == (record.scheme, record.source, record.photos)
    assert sha256_of(source) == record.source_sha256
    assert {"onnx", "onnxruntime"} == set(record.tools)
    assert ("tiny-int8", drift.figures()) == (package.card.name, package.card.figures)
    assert "do what you like" == (tmp_path / "tiny-int8" / "LICENSE").read_text(encoding="utf-8")


def test_the_file_takes_bytes(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    package, _ = made(source, photos, tmp_path / "out")
    wanted = package.card.input
    assert ("uint8", "nhwc", 1.0) == (wanted.dtype, wanted.layout, wanted.scale)
    assert package.card.quantization is not None
    assert "pixels scaled inside the graph" in package.card.quantization.method
    assert "tensor(uint8)" == Model(package, threads=1).session.inputs[0].dtype


def test_the_report_stands_beside_it_as_data_and_picture(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    _, drift = made(source, photos, tmp_path / "out")
    report = json.loads((tmp_path / "out" / "drift.json").read_text())
    assert ("3 held-out photos", 3, []) == (report["on"], report["pictures"], report["faults"])
    assert drift.figures()["boxes_kept"] == report["boxes_kept"]
    assert cv2.imread(str(tmp_path / "out" / "drift.png")) is not None


def test_without_held_out_photos_scenes_are_looked_at(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    _, drift = made(source, photos, tmp_path / "out", held_out=[])
    assert (48, "48 drawn scenes") == (
        drift.photos,
        json.loads((tmp_path / "out" / "drift.json").read_text())["on"],
    )


def test_the_golden_record_holds_two_of_the_photos(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    made(source, photos, tmp_path / "out")
    record = read_golden(tmp_path / "out")
    assert record is not None
    assert 2 == len(record.frames)
    assert {"golden.json", *(frame.file for frame in record.frames)} == {
        path.name for path in (tmp_path / "out" / "golden").iterdir()
    }


def test_the_golden_record_may_do_without_photos(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    made(source, photos, tmp_path / "out")
    made(source, photos, tmp_path / "out", golden="scenes")
    assert ["golden.json"] == [path.name for path in (tmp_path / "out" / "golden").iterdir()]


def test_the_same_photos_give_the_same_bytes(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    one, other = (made(source, photos, tmp_path / out)[0] for out in ("one", "two"))
    assert one.card.sha256 == other.card.sha256


def test_it_can_write_over_the_package_it_reads(source: Path, photos: list[Path]) -> None:
    package, _ = made(source, photos, source.parent)
    assert package.card.sha256 == sha256_of(source)
    assert {"LICENSE", "card.yaml", "model.onnx", "drift.json", "drift.png", "golden"} == {
        path.name for path in source.parent.iterdir()
    }


def ruined(tmp_path: Path) -> Path:
    """A model that 8 bits kill: one channel of its weights is a million times the others."""
    model = convolutional()
    for weight in model.graph.initializer:
        if weight.name == "stem":
            values = onnx.numpy_helper.to_array(weight).copy()
            values[:4] *= 1e4
            weight.CopyFrom(onnx.numpy_helper.from_array(values, "stem"))
        if weight.name in {"box", "class"}:
            values = onnx.numpy_helper.to_array(weight).copy()
            values[:, :4] *= 1e-7
            values[:, 4:] *= 20
            weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
    return write_package(tmp_path / "fragile", model) / "model.onnx"


def test_a_file_that_has_drifted_too_far_is_not_kept_and_the_report_is(tmp_path: Path, photos: list[Path]) -> None:
    fragile = ruined(tmp_path)
    with pytest.raises(ModelError, match=r"model.onnx does not survive quantization: it") as caught:
        made(fragile, photos, tmp_path / "out")
    assert "--force" in (caught.value.hint or "")
    assert {"drift.json", "drift.png"} == {path.name for path in (tmp_path / "out").iterdir()}


def test_force_keeps_it_and_the_card_says_so(tmp_path: Path, photos: list[Path]) -> None:
    package, drift = made(ruined(tmp_path), photos, tmp_path / "out", force=True)
    assert package.card.quantization is not None
    assert drift.faults[0] == package.card.quantization.forced


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"input": {"name": "x"}}, "card.yaml", id="torn card"),
        pytest.param(
            {"decoder": {"family": "yolox", "parameters": {"output": "boxes"}}}, "shape of boxes", id="layout"
        ),
        pytest.param({"classes": ["person", "car"]}, "shape of logits: the card expects", id="class count"),
    ],
)
def test_a_wrong_card_is_refused_in_words(
    tmp_path: Path, source: Path, photos: list[Path], change: dict[str, object], said: str
) -> None:
    card = source.with_name("card.yaml")
    card.write_text(yaml.safe_dump(yaml.safe_load(card.read_text()) | change))
    with pytest.raises(ModelError, match=said):
        made(source, photos, tmp_path / "out")


def test_an_impossible_folder_is_refused_in_words(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    (tmp_path / "file").write_bytes(b"")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ModelError, match=r"cannot write .*file") as caught:
            made(source, photos, out)
        assert "--out" in (caught.value.hint or "")


def test_a_broken_photo_is_named_and_nothing_is_written(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    photos[1].write_bytes(b"not a photo")
    with pytest.raises(SourceError, match=r"not an image: .*1.png"):
        made(source, photos, tmp_path / "out")
    assert [] == list((tmp_path / "out").iterdir())


def test_a_source_that_cannot_run_is_refused(tmp_path: Path, source: Path, photos: list[Path]) -> None:
    source.write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="not an ONNX file"):
        made(source, photos, tmp_path / "out")


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
        made(source, photos, tmp_path / "out")
    assert "pip install 'askance[models]'" in (caught.value.hint or "")


def dense(folder: Path) -> Path:
    """A detector with one feature map of 16 x 16 cells, whose last convolutions give its outputs as they are."""
    model = convolutional()
    stem = np.random.default_rng(2).normal(0, 0.5, (8, 3, 1, 1)).astype(np.float32)
    changed = {"stem": stem, "box_shape": np.array([1, 768, 1, 4]), "class_shape": np.array([1, 768, 3])}
    for weight in model.graph.initializer:
        if weight.name in changed:
            weight.CopyFrom(onnx.numpy_helper.from_array(changed[weight.name], weight.name))
    model.graph.node[1].attribute[0].ints[:] = [1, 1]
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_value = 768
    parameters = {"boxes": "boxes", "logits": "logits", "maps": [16], "scales": [0.5, 1.0], "aspects": [1.0]}
    decoder = {"family": "ssd", "parameters": {**parameters, "first_map": [[0.5, 1.0], [0.5, 2.0], [0.5, 0.5]]}}
    return write_package(folder, model, decoder=decoder) / "model.onnx"


def test_outputs_that_would_stand_on_one_scale_are_left_in_floating_point(tmp_path: Path, photos: list[Path]) -> None:
    package, _ = made(dense(tmp_path / "dense"), photos, tmp_path / "out")
    assert package.card.quantization is not None
    assert "what the last convolutions give too" in package.card.quantization.method
    assert () == examine(Model(package, threads=1)).faults


def test_yolox_nano_does_not_survive(assets: Path, checkout: Path, tmp_path: Path) -> None:
    """Its loss is reported and refused, however the golden record would judge it."""
    found = find_photos(assets / "images/coco128/images/train2017")
    source, card = assets / "models/yolox-nano-coco/yolox_nano.onnx", checkout / "tests/cards/yolox-nano-coco.yaml"
    with pytest.raises(ModelError, match=r"yolox_nano.onnx does not survive quantization"):
        made(source, found[90:114], tmp_path / "out", card=card)
    assert json.loads((tmp_path / "out" / "drift.json").read_text())["boxes_kept"] < 0.6


def test_nanodet_of_an_old_export_survives(assets: Path, checkout: Path, tmp_path: Path) -> None:
    found = find_photos(assets / "images/coco128/images/train2017")
    source, card = assets / "models/nanodet-m-coco/nanodet_m.onnx", checkout / "tests/cards/nanodet-m-coco.yaml"
    package, drift = made(source, found[90:114], tmp_path / "nanodet", card=card)
    assert drift.bytes[1] < 0.4 * drift.bytes[0]
    assert (drift.pairs.kept or 0) > 0.85
    assert read_card(package.folder / "card.yaml").input.layout == "nhwc"
