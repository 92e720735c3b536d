"""Tests of the trial that a model stands before it may look at a camera."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from askance import shipped
from askance.edge.detect.golden import Golden, GoldenFrame, Sight, write_golden
from askance.edge.detect.model import Model
from askance.edge.detect.package import Package, load_package, read_card
from askance.edge.detect.trial import examine, judge, look, prove
from askance.errors import ModelError
from support_models import ANCHORS, fixed, silent, write_package

SHIPPED = "ssdlite-mobilenet-v2-coco"


def logits(*hot: tuple[int, int, float]) -> NDArray[np.float32]:
    values = np.full((ANCHORS, 3), -20, np.float32)
    for anchor, column, logit in hot:
        values[anchor, column] = logit
    return values


def model(folder: Path, values: NDArray[np.float32]) -> Model:
    boxes = np.full((ANCHORS, 4), 0.1, np.float32)
    return Model(load_package(write_package(folder, fixed(boxes, values))), threads=1)


def record(seen: Model, *, score: float | None = None) -> Golden:
    """What a model sees in a scene, or the same with another score."""
    found = look(seen, np.zeros((480, 640, 3), np.uint8))[1]
    sights = tuple(
        Sight(
            label=str(seen.package.card.classes[column]),
            score=float(value) if score is None else score,
            box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        )
        for box, value, column in zip(found.boxes, found.scores, found.columns, strict=True)
    )
    frame = GoldenFrame(scene=1, sights=sights)
    return Golden.model_validate({"source": "a.onnx", "source_sha256": "ab" * 32, "frames": [frame]})


def test_a_model_that_sees_what_its_source_saw_may_run(tmp_path: Path) -> None:
    good = model(tmp_path / "tiny", logits((0, 1, 2.0), (9, 2, 1.0)))
    write_golden(record(good), good.package.folder)
    verdict = prove(good)
    assert (1, ()) == (verdict.frames, verdict.faults)
    assert verdict.pairs is not None
    assert pytest.approx(1.0) == verdict.pairs.kept


def test_a_model_that_sees_less_is_refused_with_the_share(tmp_path: Path) -> None:
    golden = record(model(tmp_path / "good", logits((0, 1, 2.0), (9, 2, 1.0))))
    bad = model(tmp_path / "bad", logits((0, 1, 2.0)))
    write_golden(golden, bad.package.folder)
    with pytest.raises(ModelError, match=r"model.onnx is ruined: it sees 55 % of what its source sees") as caught:
        prove(bad)
    assert "askance models quantize" in (caught.value.hint or "")
    assert "detector.probe" in (caught.value.hint or "")


def test_a_record_may_be_given_instead_of_lying_beside_the_card(tmp_path: Path) -> None:
    good = model(tmp_path / "tiny", logits((0, 1, 3.0), (9, 2, 3.0)))
    assert () == examine(good, record=record(good)).faults
    assert "its scores are" in examine(good, record=record(good, score=0.5)).faults[0]


def test_without_a_record_drawn_scenes_serve(tmp_path: Path) -> None:
    verdict = examine(model(tmp_path / "tiny", logits()))
    assert (2, None, ()) == (verdict.frames, verdict.pairs, verdict.faults)


def test_a_head_of_exact_zeros_is_ruined(tmp_path: Path) -> None:
    verdict = examine(model(tmp_path / "tiny", logits() - 1000))
    assert "every score is exactly 0" in verdict.faults[0]


def under(card: str, file: Path) -> Model:
    """A real file under a card of the tests."""
    read = read_card(Path(__file__).parents[3] / "cards" / f"{card}.yaml")
    return Model(Package(read.model_copy(update={"file": file.name}), file.parent), threads=1)


def test_the_shipped_model_passes_its_own_trial() -> None:
    verdict = prove(Model(load_package(shipped.folder("models") / SHIPPED), threads=1))
    assert verdict.pairs is not None
    assert verdict.pairs.source.sum() > 3


@pytest.mark.parametrize(
    ("card", "file"),
    [
        pytest.param("ssdlite-mobilenet-v2-coco-int8", f"{SHIPPED}/ssdlite_coco_int8_v2.onnx", id="ssdlite"),
        pytest.param("nanodet-m-coco-int8", "nanodet-m-coco/nanodet_m_int8_v2.onnx", id="nanodet"),
        pytest.param("coral-mobilenet-v2", "coral/coral_mobilenet_v2_1.0_224_quant.onnx", id="classifier"),
        pytest.param("coral-deeplabv3", "coral/coral_deeplabv3_mnv2_pascal_quant.onnx", id="semantic"),
        pytest.param("coral-movenet", "coral/coral_movenet_single_pose_lightning_ptq.onnx", id="pose"),
        pytest.param(
            "lpd-yunet-plate", "lpd-yunet-plate/license_plate_detection_lpd_yunet_2023mar_int8.onnx", id="plates"
        ),
    ],
)
def test_good_8_bit_files_pass(assets: Path, card: str, file: str) -> None:
    assert () == examine(under(card, assets / "models" / file)).faults


def test_the_8_bit_ssdlite_of_the_assets_passes_the_shipped_record(assets: Path) -> None:
    file = under("ssdlite-mobilenet-v2-coco-int8", assets / f"models/{SHIPPED}/ssdlite_coco_int8_v2.onnx")
    assert () == examine(file, home=shipped.folder("models") / SHIPPED).faults


def test_outputs_are_judged_by_what_the_decoder_reads(tmp_path: Path) -> None:
    tiny = Model(load_package(write_package(tmp_path / "tiny", silent())), threads=1)
    outputs: dict[str, Any] = {"boxes": np.ones((1, 4), np.float32), "logits": np.zeros(5000, np.float32), "other": 0}
    assert ("output logits is exactly 0 everywhere",) == judge(tiny, [outputs])
