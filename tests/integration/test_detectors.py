"""Box and landmark decoders on real weights and photos, against plain, slow decodings and OpenCV's own."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.package import Package
from askance.edge.shapes import Outline
from askance.edge.values import Image
from askance.labels import LabelMap
from support_agreement import FLOOR, Agreement, Seen, agree, look
from support_assets import asset_package
from support_plain import PLAIN, letterbox

PHOTOS = 24
SIGNED = {"lpd-yunet-plate"}  # activations that the runtime's exact products do not go with, and do not need
LEAST = {"lpd-yunet-plate": 4, "centerface": 30}  # how many there are at least to compare; a hundred of the others


def photos(assets: Path) -> list[Path]:
    own = [assets / "images" / "zidane.jpg", assets / "images" / "bus.jpg", *sorted(assets.glob("models/lpd*/*.jp*g"))]
    return own + sorted((assets / "images/coco128/images/val2017").glob("*.jpg"))[:PHOTOS]


def read(file: Path) -> Image:
    image = cv2.imread(str(file))
    assert image is not None, file
    return image.astype(np.uint8, copy=False)


def session_of(package: Package) -> Any:  # noqa: ANN401 (the library has no types)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if package.card.name not in SIGNED:
        options.add_session_config_entry("session.x64quantprecision", "1")
    return ort.InferenceSession(str(package.file), options)


@pytest.mark.parametrize("name", PLAIN)
def test_a_decoder_finds_what_a_plain_decoding_of_the_same_file_finds(assets: Path, name: str) -> None:
    package, files = asset_package(assets, name), photos(assets)
    session = session_of(package)
    sizes = [read(file).shape for file in files]
    theirs = [
        PLAIN[name].run(session, read(file)).within(width=size[1], height=size[0])
        for file, size in zip(files, sizes, strict=True)
    ]
    row = agree(Agreement(name, "plain numpy"), zip(look(package, files), theirs, strict=True))
    assert row.compared >= LEAST.get(name, 100), row
    assert (0, True, True) == (row.alone, row.iou >= 0.99, row.score <= 1e-3), row
    assert row.pixels is None or row.pixels <= 0.01, row


def test_a_plate_is_told_by_its_four_corners_in_order(assets: Path) -> None:
    package, files = asset_package(assets, "lpd-yunet-plate"), sorted(assets.glob("models/lpd*/*.jp*g"))
    labels = LabelMap.model_validate({"version": 1, "name": "plates", "labels": [{"id": 1, "name": "licence plate"}]})
    detector, session = Detector(package, labels, section=DetectorSection(floor=FLOOR)), session_of(package)
    for file in files:
        image = read(file)
        expected = PLAIN["lpd-yunet-plate"].run(session, image)
        prepared = detector.prepare(image)
        found = detector.read(detector.forward(prepared), fit=prepared.fit)
        assert found.shapes is not None
        assert expected.points is not None
        assert any(found.reported)
        for shape, ring in zip(found.shapes, expected.points, strict=True):
            assert isinstance(shape, Outline)
            np.testing.assert_allclose(shape.ring, ring, atol=0.01)


def opencv(package: Package, image: Image) -> Seen:
    """Find faces as OpenCV does, on the canvas of 320 x 320 that its own resizing leaves alone."""
    canvas = letterbox(image, width=320, height=320)
    finder = cv2.FaceDetectorYN.create(str(package.file), "", (320, 320), FLOOR, 0.3, 5000)
    _, rows = finder.detect(canvas.pixels)
    table = np.asarray(rows, np.float64).reshape(-1, 15) if np.ndim(rows) else np.empty((0, 15))  # None: no faces
    x, y, w, h = table[:, :4].T
    boxes = np.stack([*canvas.back(x, y), *canvas.back(x + w, y + h)], axis=1)
    points = [np.stack(canvas.back(row[4:14:2], row[5:14:2]), axis=1) for row in table]
    return Seen(boxes, table[:, 14], np.zeros(len(table), int), points=points)


def test_faces_are_those_of_opencv_with_its_landmarks(assets: Path) -> None:
    package, files = asset_package(assets, "yunet-face"), photos(assets)
    sizes = [read(file).shape for file in files]
    theirs = [
        opencv(package, read(file)).within(width=size[1], height=size[0])
        for file, size in zip(files, sizes, strict=True)
    ]
    row = agree(Agreement("yunet", "cv2.FaceDetectorYN"), zip(look(package, files), theirs, strict=True))
    assert row.compared >= 100, row
    assert (0, True, True) == (row.alone, row.iou >= 0.99, row.score <= 1e-3), row
    assert row.pixels is not None, row
    assert row.pixels <= 0.01, row
