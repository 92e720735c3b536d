"""Ultralytics' layouts: real files against a plain decoding, exports of real architectures against its own."""

import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.detect.bare import open_package
from askance.edge.detect.model import Model
from askance.edge.detect.session import Session
from support_agreement import FLOOR, Agreement, Seen, agree, look, read_reference
from support_assets import asset_package

SIDE = 320
IOU = 0.7
ARCHITECTURES = [
    "yolov8n",
    "yolo11n",
    "yolo11n-dynamic",
    "yolo11n-nms",
    "yolo11n-seg",
    "yolo11n-pose",
    "yolo11n-obb",
    "yolo26n",
    "yolo26n-many",
    "yolo26n-seg",
    "yolo26n-pose",
    "yolo26n-obb",
    "yolov10n",
    "rtdetr-small",
]
REAL = ["yolov8n_int8", "yolov8n-seg_int8"]


@pytest.fixture(scope="session")
def photos(assets: Path) -> list[Path]:
    folder = assets / "images"
    return [folder / "bus.jpg", folder / "zidane.jpg", *sorted((folder / "coco128").glob("images/val2017/*.jpg"))[:6]]


@pytest.fixture(scope="session")
def real_weights(assets: Path) -> list[Path]:
    return [assets / "models" / "ultralytics-layout-tests-only" / f"{name}.onnx" for name in REAL]


@pytest.fixture(scope="session")
def ultralytics(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Run one of the scripts that need Ultralytics, in the environment that has it."""
    python = checkout / ".venv-references" / "bin" / "python"
    if not python.is_file():
        pytest.skip("no environment with ultralytics: make references")
    scratch = tmp_path_factory.mktemp("ultralytics")

    def run(script: str, *arguments: object) -> None:
        file = checkout / "tests" / "references" / f"ultralytics_{script}.py"
        command = [str(python), str(file), *map(str, arguments)]
        subprocess.run(command, cwd=scratch, check=True, capture_output=True)

    return run


@pytest.fixture(scope="session")
def exports(ultralytics: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all architectures, exported once."""
    folder = tmp_path_factory.mktemp("exports")
    ultralytics("export", folder)
    return folder


@pytest.fixture(scope="session")
def answers(
    exports: Path,
    real_weights: list[Path],
    photos: list[Path],
    ultralytics: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of what Ultralytics sees with each export and with real weights, all asked in one process."""
    folder = tmp_path_factory.mktemp("answers")
    files = [*(exports / f"{name}.onnx" for name in ARCHITECTURES), *real_weights]
    ultralytics("predict", *files, "--out", folder, "--images", *photos)
    return folder


def letterbox(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], tuple[float, float], tuple[int, int]]:
    """Fit a photo into the square input: the tensor, the scales, and the border on the left and on top."""
    height, width = pixels.shape[:2]
    ratio = min(SIDE / width, SIDE / height)
    wide, tall = round(width * ratio), round(height * ratio)
    left, top = (SIDE - wide) // 2, (SIDE - tall) // 2
    canvas = np.full((SIDE, SIDE, 3), 114, np.uint8)
    canvas[top : top + tall, left : left + wide] = cv2.resize(pixels, (wide, tall))
    tensor = canvas[..., ::-1].transpose(2, 0, 1)[None] / np.float32(255)
    return np.ascontiguousarray(tensor, np.float32), (wide / width, tall / height), (left, top)


def overlap(one: list[float], other: list[float]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(across, 0.0) * max(down, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def plain(session: Session, photo: Path) -> Seen:
    """Decode one photo place by place, box by box and pixel by pixel."""
    pixels = np.asarray(cv2.imread(str(photo)), np.uint8)
    height, width = pixels.shape[:2]
    tensor, scale, border = letterbox(pixels)
    table, *maps = session.run("images", tensor).values()
    found: list[tuple[float, int, list[float], NDArray[Any]]] = []
    for place in table[0].T:
        column = int(place[4:84].argmax())
        x, y, w, h = place[:4].tolist()
        if place[4 + column] >= FLOOR:
            found.append((float(place[4 + column]), column, [x - w / 2, y - h / 2, x + w / 2, y + h / 2], place[84:]))
    kept: list[tuple[float, int, list[float], NDArray[Any]]] = []
    for one in sorted(found, key=lambda each: -each[0]):
        if all(one[1] != better[1] or overlap(one[2], better[2]) <= IOU for better in kept):
            kept.append(one)
    boxes = np.array([box for _, _, box, _ in kept]).reshape(-1, 4)
    boxes = (boxes - np.tile(border, 2)) / np.tile(scale, 2)
    seen = Seen(boxes, np.array([one[0] for one in kept]), np.array([one[1] for one in kept], int))
    if maps:
        masks = [
            paint(one[3], maps[0][0], box, scale=scale, border=border, size=(width, height))
            for one, box in zip(kept, np.clip(boxes, 0, (width, height) * 2), strict=True)
        ]
        seen = Seen(seen.boxes, seen.scores, seen.columns, masks)
    return seen.within(width=width, height=height)


def paint(
    coefficients: NDArray[Any],
    maps: NDArray[Any],
    box: NDArray[Any],
    *,
    scale: tuple[float, float],
    border: tuple[int, int],
    size: tuple[int, int],
) -> NDArray[np.bool_]:
    """Sample the mixed prototypes at the centre of every pixel of the box."""
    logits = (coefficients[:, None, None] * maps).sum(axis=0)
    inside = np.zeros(size[::-1], np.bool_)
    x = (np.arange(math.ceil(box[0]), math.ceil(box[2])) + 0.5) * scale[0] + border[0]
    y = (np.arange(math.ceil(box[1]), math.ceil(box[3])) + 0.5) * scale[1] + border[1]
    across, down = (np.clip(axis / 4 - 0.5, 0, 78.999) for axis in (x, y))
    left, top = across.astype(int), down.astype(int)
    right, below = across - left, (down - top)[:, None]
    upper = logits[np.ix_(top, left)] * (1 - right) + logits[np.ix_(top, left + 1)] * right
    lower = logits[np.ix_(top + 1, left)] * (1 - right) + logits[np.ix_(top + 1, left + 1)] * right
    region = upper * (1 - below) + lower * below > 0
    inside[math.ceil(box[1]) : math.ceil(box[3]), math.ceil(box[0]) : math.ceil(box[2])] = region
    return inside


@pytest.mark.parametrize("name", REAL)
def test_real_weights_are_decoded_as_a_plain_reading_does(name: str, assets: Path, photos: list[Path]) -> None:
    file = assets / "models" / "ultralytics-layout-tests-only" / f"{name}.onnx"
    session = Session(file, threads=1)
    row = agree(
        Agreement("ultralytics", name),
        zip(look(open_package(file), photos), (plain(session, photo) for photo in photos), strict=True),
    )
    assert row.compared > 40
    assert (0, True, True) == (row.alone, row.iou >= 0.99, row.score <= 1e-3), row
    if "seg" in name:
        assert row.mask is not None
        assert row.mask >= 0.95, row


def test_the_bus_is_a_bus(assets: Path) -> None:
    for package in (
        open_package(assets / "models" / "ultralytics-layout-tests-only" / "yolov8n_int8.onnx"),
        asset_package(assets, "yolox-nano-coco"),
    ):
        (seen,) = look(package, [assets / "images" / "bus.jpg"], floor=0.5)
        names = sorted(package.card.classes[column] or "" for column in seen.columns)
        assert ["bus", "person", "person", "person"] == names


def hold(file: Path, *, answers: Path) -> Agreement:
    """Hold our decoding of a file against that of Ultralytics: all detections over 0.1.

    A few may hang on rounding where an overlap is the threshold to three digits: Ultralytics keeps classes apart by
    moving them thousands of pixels in single precision, which rounds to a sixteenth of a pixel.
    """
    theirs = read_reference(answers / f"{file.stem}.json")
    package = open_package(file)
    blank = Agreement(package.card.decoder.family, file.stem)
    row = agree(blank, zip(look(package, theirs), theirs.values(), strict=True))
    assert row.alone <= 0.002 * row.compared, row
    assert (True, True) == (row.iou >= 0.99, row.score <= 1e-3), row
    assert (True, True, True) == (
        row.mask is None or row.mask >= 0.95,
        row.pixels is None or row.pixels <= 1,
        row.degrees is None or row.degrees <= 0.5,
    ), row
    return row


@pytest.mark.timeout(900)  # the first one waits for all exports
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_export_is_decoded_as_ultralytics_does(name: str, exports: Path, answers: Path) -> None:
    row = hold(exports / f"{name}.onnx", answers=answers)
    assert row.compared > 100
    kind = {"seg": row.mask, "pose": row.pixels, "obb": row.degrees}.get(name.rpartition("-")[2], 0.0)
    assert kind is not None, row


@pytest.mark.parametrize("name", REAL)
def test_real_weights_are_decoded_as_ultralytics_does(name: str, real_weights: list[Path], answers: Path) -> None:
    assert hold(real_weights[REAL.index(name)], answers=answers).compared > 40


@pytest.mark.timeout(900)  # the same
def test_a_classifier_is_decoded_as_ultralytics_does(
    exports: Path, photos: list[Path], ultralytics: Callable[..., None], tmp_path: Path
) -> None:
    """On photos of the input's own size, because Ultralytics shrinks classifiers' photos with another filter."""
    package = open_package(exports / "yolo11n-cls.onnx")
    model = Model(package, threads=1)
    for photo in photos:
        size = (package.card.input.width, package.card.input.height)
        cv2.imwrite(str(tmp_path / f"{photo.stem}.png"), cv2.resize(np.asarray(cv2.imread(str(photo))), size))
    small = sorted(tmp_path.glob("*.png"))
    ultralytics("predict", package.file, "--out", tmp_path, "--images", *small)
    images = json.loads((tmp_path / "yolo11n-cls.json").read_text())["images"]
    expected = {Path(image["path"]): np.array(image["probs"]) for image in images}
    for photo in small:
        prepared = model.prepare(np.asarray(cv2.imread(str(photo)), np.uint8))
        found = model.decode(model.forward(prepared), fit=prepared.fit, floor=0.0, most=1000)
        np.testing.assert_allclose(found.scores, expected[photo][found.columns], atol=1e-3)
