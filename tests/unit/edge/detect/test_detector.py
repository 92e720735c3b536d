"""Tests of the detector, the committed model among them, against a plain run of the same file."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from askance import shipped
from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.package import load_package
from askance.edge.detections import Detections
from askance.edge.values import Frame, Image, Instant
from askance.errors import ConfigError, ModelError
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_models import ANCHORS, fixed, silent, write_package

PHOTOS = 24


@pytest.fixture(scope="module")
def labels() -> LabelMap:
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


def frame(image: Image) -> Frame:
    return Frame(image, CameraId("test"), Instant(0, None, ClockQuality.NONE), 0)


def photos(assets: Path) -> list[Image]:
    files = sorted((assets / "images/coco128/images/val2017").glob("*.jpg"))[:PHOTOS]
    images = [cv2.imread(str(file)) for file in files]
    return [image.astype(np.uint8, copy=False) for image in images if image is not None]


def grid() -> Iterator[tuple[float, float, float, float]]:
    """Anchors by the rule of the published model: centre y, centre x, height, width."""
    scales = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0]
    for index, cells in enumerate([19, 10, 5, 3, 2, 1]):
        shapes = [(scales[index], aspect) for aspect in (1, 2, 0.5, 3, 1 / 3)]
        shapes = [(0.1, 1), (0.2, 2), (0.2, 0.5)] if index == 0 else shapes
        if index:
            shapes.append(((scales[index] * scales[index + 1]) ** 0.5, 1))
        for row in range(cells):
            for column in range(cells):
                for scale, aspect in shapes:
                    yield (row + 0.5) / cells, (column + 0.5) / cells, scale / aspect**0.5, scale * aspect**0.5


def plain_run(session: ort.InferenceSession, image: Image, *, floor: float) -> list[tuple[float, int, list[float]]]:
    """Score, COCO id and clipped box of every candidate, as slowly and plainly as can be."""
    tensor = cv2.resize(image, (300, 300))[None, ..., ::-1]
    offsets, logits = (np.asarray(output) for output in session.run(["concat:0", "concat_1:0"], {"image:0": tensor}))
    scores = 1 / (1 + np.exp(-logits[0].astype(np.float64)))
    height, width = image.shape[:2]
    found: list[tuple[float, int, int, list[float]]] = []
    for anchor, (cy, cx, h, w) in enumerate(grid()):
        ty, tx, th, tw = (float(value) for value in offsets[0, anchor, 0])
        y, x, box_h, box_w = ty / 10 * h + cy, tx / 10 * w + cx, np.exp(th / 5) * h, np.exp(tw / 5) * w
        box = [(x - box_w / 2) * width, (y - box_h / 2) * height, (x + box_w / 2) * width, (y + box_h / 2) * height]
        found += [
            (-scores[anchor, label], anchor, label, box) for label in range(1, 91) if scores[anchor, label] >= floor
        ]
    kept: list[tuple[float, int, list[float]]] = []
    for score, _, label, box in sorted(found, key=lambda row: row[:3]):
        if all(other != label or iou(box, rival) <= 0.6 for _, other, rival in kept):
            kept.append((-score, label, box))
    limits = [width, height, width, height]
    return [(s, label, [min(max(v, 0), top) for v, top in zip(box, limits, strict=True)]) for s, label, box in kept]


def iou(one: list[float], other: list[float]) -> float:
    w = min(one[2], other[2]) - max(one[0], other[0])
    h = min(one[3], other[3]) - max(one[1], other[1])
    common = max(w, 0) * max(h, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return common / (sum(areas) - common)


def test_the_committed_model_sees_what_a_plain_run_of_its_file_sees(assets: Path, labels: LabelMap) -> None:
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    detector = Detector(package, labels, section=DetectorSection(candidates=100))
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(package.file), options)
    images = photos(assets)
    assert PHOTOS == len(images)
    for image in images:
        expected = plain_run(session, image, floor=0.05)[:100]
        got = detector.detect(frame(image))
        assert [label for _, label, _ in expected] == got.label_ids.tolist()
        np.testing.assert_allclose(got.scores, [score for score, _, _ in expected], rtol=0, atol=1e-4)
        np.testing.assert_allclose(got.boxes, [box for _, _, box in expected], rtol=0, atol=1e-4)
        assert [score >= 0.5 for score, _, _ in expected] == got.reported.tolist()


def test_detections_keep_their_promises(assets: Path, labels: LabelMap) -> None:
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    detector = Detector(package, labels, section=DetectorSection(candidates=20))
    for image in photos(assets)[:4]:
        got = detector.detect(frame(image))
        assert len(got) <= 20
        assert (np.diff(got.scores) <= 0).all()
        assert (got.scores >= 0.05).all()
        assert (got.boxes[:, :2] >= 0).all()
        assert (got.boxes[:, 2:] <= (image.shape[1], image.shape[0])).all()
        assert got.class_scores is not None
        assert (len(got), 80) == got.class_scores.shape
        np.testing.assert_allclose(got.class_scores.max(axis=1) >= got.scores - 1e-6, np.ones(len(got), np.bool_))


def tiny(folder: Path, labels: LabelMap, *hot: tuple[int, int, float], **section: object) -> Detections:
    """Detect on a frame of 32 x 16 with a model whose logits are -20 but for ``hot``."""
    logits: NDArray[np.float32] = np.full((ANCHORS, 3), -20, np.float32)
    for anchor, column, logit in hot:
        logits[anchor, column] = logit
    folder = write_package(folder / "tiny", fixed(np.zeros((ANCHORS, 4), np.float32), logits))
    detector = Detector(load_package(folder), labels, section=DetectorSection.model_validate(section))
    return detector.detect(frame(np.zeros((16, 32, 3), np.uint8)))


def test_boxes_are_pixels_of_the_frame_and_labels_are_those_of_the_map(tmp_path: Path, labels: LabelMap) -> None:
    got = tiny(tmp_path, labels, (0, 2, 2.0), (9, 1, 1.0))
    np.testing.assert_allclose(got.boxes, [[0, 0, 16, 8], [16, 8, 32, 16]])
    assert [labels.resolve("car").id, labels.resolve("person").id] == got.label_ids.tolist()


def test_a_candidate_below_its_report_threshold_stays_and_is_flagged(tmp_path: Path, labels: LabelMap) -> None:
    hot = ((0, 1, 0.5), (3, 2, 0.5), (6, 2, -2.0))
    got = tiny(tmp_path, labels, *hot, report=0.5, report_by_label={"Pedestrian": 0.9})
    assert [False, True, False] == got.reported.tolist()


def test_a_box_wholly_outside_the_frame_is_no_object_of_it(tmp_path: Path, labels: LabelMap) -> None:
    offsets = np.zeros((ANCHORS, 4), np.float32)
    offsets[0, 1] = -1000.0
    folder = write_package(tmp_path / "tiny", fixed(offsets, np.full((ANCHORS, 3), 3.0, np.float32)))
    got = Detector(load_package(folder), labels, section=DetectorSection()).detect(
        frame(np.zeros((16, 32, 3), np.uint8))
    )
    assert (got.boxes[:, 2] > got.boxes[:, 0]).all()


def test_an_empty_scene_gives_no_candidates(tmp_path: Path, labels: LabelMap) -> None:
    got = tiny(tmp_path, labels)
    assert (0, (0, 2)) == (len(got), None if got.class_scores is None else got.class_scores.shape)


def test_the_manifest_learns_which_model_looked(labels: LabelMap) -> None:
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    info = Detector(package, labels, section=DetectorSection(report_by_label={"Pedestrian": 0.6})).info
    assert ("ssdlite-mobilenet-v2-coco", package.card.sha256) == (info.name, info.sha256)
    assert (0.05, 0.5, {"person": 0.6}, "coco-80@2") == (info.floor, info.report, info.report_by_label, info.label_map)
    assert info.quantization is not None
    assert info.quantization.startswith("int8 qdq")


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["nan", "infinity"])
def test_an_output_that_is_not_finite_is_a_ruined_model(tmp_path: Path, labels: LabelMap, value: float) -> None:
    with pytest.raises(ModelError, match=r"model.onnx: output logits is not finite") as caught:
        tiny(tmp_path, labels, (4, 1, value))
    assert "askance models" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("anchors", "classes", "said"),
    [
        pytest.param(
            11, 3, r"shape of boxes: the card expects \(1, 12, 1, 4\), the file has \(1, 11, 1, 4\)", id="box"
        ),
        pytest.param(12, 4, r"shape of logits: the card expects \(1, 12, 3\), the file has \(1, 12, 4\)", id="class"),
    ],
)
def test_outputs_of_another_shape_are_refused(
    tmp_path: Path, labels: LabelMap, anchors: int, classes: int, said: str
) -> None:
    folder = write_package(tmp_path / "tiny", silent(anchors=anchors, classes=classes))
    with pytest.raises(ModelError, match=said) as caught:
        Detector(load_package(folder), labels, section=DetectorSection())
    assert "askance models pull" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"width": 32}, r"shape of image: the card expects \(1, 16, 32, 3\)", id="shape"),
        pytest.param({"name": "picture"}, "inputs: the card expects picture, the file has image", id="name"),
        pytest.param({"dtype": "uint8", "scale": 1.0}, r"type of image: .* the file has tensor\(float\)", id="type"),
    ],
)
def test_an_input_unlike_the_card_is_refused(
    tmp_path: Path, labels: LabelMap, change: dict[str, object], said: str
) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    package = load_package(folder)
    given = package.card.input.model_dump() | change
    package = load_package(write_package(folder, silent(), input={**given, "mean": [0, 0, 0], "std": [1, 1, 1]}))
    with pytest.raises(ModelError, match=said):
        Detector(package, labels, section=DetectorSection())


def test_an_output_that_is_not_there_is_named(tmp_path: Path, labels: LabelMap) -> None:
    model = silent()
    model.graph.node[1].output[0] = model.graph.output[1].name = "scores"
    with pytest.raises(ModelError, match="outputs: the card expects logits, the file has boxes, scores"):
        Detector(load_package(write_package(tmp_path / "tiny", model)), labels, section=DetectorSection())


def test_a_class_that_the_label_map_does_not_know_is_refused(tmp_path: Path, labels: LabelMap) -> None:
    folder = write_package(tmp_path / "tiny", silent(), classes=[None, "person", "carr"])
    with pytest.raises(ModelError, match=r"card.yaml: class unknown to label map coco-80@2: carr") as caught:
        Detector(load_package(folder), labels, section=DetectorSection())
    assert "did you mean car?" in (caught.value.hint or "")


def test_a_report_threshold_for_an_unknown_label_is_refused(tmp_path: Path, labels: LabelMap) -> None:
    with pytest.raises(ConfigError, match="unknown label in label map coco-80@2: bicicle") as caught:
        tiny(tmp_path, labels, report_by_label={"bicicle": 0.4})
    assert "did you mean bicycle?" in (caught.value.hint or "")


def test_a_decoder_of_a_later_version_is_named(tmp_path: Path, labels: LabelMap) -> None:
    folder = write_package(tmp_path / "tiny", silent(), decoder={"family": "clairvoyant"})
    with pytest.raises(ModelError, match="the decoder of tiny is not in this version: clairvoyant") as caught:
        Detector(load_package(folder), labels, section=DetectorSection())
    assert "askance models ls" in (caught.value.hint or "")
