"""AP50 of model packages on labelled photos, through the installed package, scored by pycocotools.

    python benchmarks/detection_ap.py                                           the shipped model
    python benchmarks/detection_ap.py --onnx coco_ssdlite_mbv2_300.onnx         the same card over another file
    python benchmarks/detection_ap.py --package tests/cards/fastestdet-coco.yaml a card whose file lies in the assets
    python benchmarks/detection_ap.py --all                                     every such card with COCO's classes

The labels are YOLO text files with COCO's 80 classes in order; the photos are those of coco128's val split.
"""

import argparse
import contextlib
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from packages import find_package
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from askance import shipped
from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.package import Package, sha256_of
from askance.edge.values import Frame, Image, Instant
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

CHECKOUT = Path(__file__).parents[1]
CARDS = CHECKOUT / "tests" / "cards"
DATASET = "images/coco128"
CLASSES = 80
IOU = 0.5
FLOOR = 0.01


def main(argv: Sequence[str] | None = None) -> None:
    """Print AP50 of each model; end with 1 when one is below the bar."""
    options = _arguments(argv)
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    truth, photos = _truth(options.assets / DATASET, labels, split=options.split)
    section = DetectorSection(floor=FLOOR, candidates=100)
    low: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        packages = _of_coco(options.assets) if options.all else [find_package(options.package, assets=options.assets)]
        if options.onnx is not None:
            packages = [_under_card(package, options.onnx, folder=Path(scratch)) for package in packages]
        print(f"AP50    model, {len(photos)} photos of {options.split}")
        for package in packages:
            figure = _ap50(truth, _detections(Detector(package, labels, section=section), photos))
            print(f"{figure:.4f}  {package.card.name}: {package.file.name} ({package.card.sha256[:12]})", flush=True)
            low += [package.card.name] if figure < options.bar else []
    if low:
        raise SystemExit(f"AP50 is below {options.bar}: {', '.join(low)}")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="AP50 of model packages on coco128")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--package",
        type=Path,
        default=shipped.folder("models") / DetectorSection().model,
        help="a folder with a card and its file, or a card whose file lies in the assets",
    )
    which.add_argument("--all", action="store_true", help="every card of tests/cards that has COCO's classes")
    parser.add_argument("--onnx", type=Path, help="score this file under the package's card")
    parser.add_argument("--split", choices=["train2017", "val2017"], default="val2017")
    parser.add_argument("--bar", type=float, default=0.0, help="least AP50")
    assets = os.environ.get("ASKANCE_TEST_ASSETS", CHECKOUT.parent / "shared" / "assets")
    parser.add_argument("--assets", type=Path, default=Path(assets))
    return parser.parse_args(argv)


def _of_coco(assets: Path) -> list[Package]:
    packages = [find_package(path, assets=assets) for path in sorted(CARDS.glob("*.yaml"))]
    return [package for package in packages if len(set(package.card.classes) - {None}) == CLASSES]


def _under_card(package: Package, onnx: Path, *, folder: Path) -> Package:
    (folder / onnx.name).symlink_to(onnx.resolve())
    card = package.card.model_copy(
        update={"file": onnx.name, "sha256": sha256_of(onnx), "quantization": None, "figures": {}}
    )
    return Package(card, folder)


def _truth(root: Path, labels: LabelMap, *, split: str) -> tuple[COCO, list[Path]]:
    """Read the boxes as a COCO data set whose category ids are the label map's."""
    photos = sorted((root / "images" / split).glob("*.jpg"))
    ids = [label.id for label in labels.labels]
    images, annotations = [], []
    for number, photo in enumerate(photos):
        height, width = _image(photo).shape[:2]
        images.append({"id": number, "width": width, "height": height})
        path = root / "object_detection" / "labels" / split / f"{photo.stem}.txt"
        for row in np.loadtxt(path, ndmin=2) if path.is_file() else []:
            x, y, w, h = row[1:] * (width, height, width, height)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": ids[int(row[0])],
                    "bbox": [x - w / 2, y - h / 2, w, h],
                    "area": w * h,
                    "iscrowd": 0,
                }
            )
    truth = COCO()
    truth.dataset = {"images": images, "annotations": annotations, "categories": [{"id": i} for i in ids], "info": {}}
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
    return truth, photos


def _image(photo: Path) -> Image:
    image = cv2.imread(str(photo))
    if image is None:
        raise SystemExit(f"not an image: {photo}")
    return image.astype(np.uint8, copy=False)


def _detections(detector: Detector, photos: Sequence[Path]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, photo in enumerate(photos):
        instant = Instant(monotonic_ns=number, wall_ms=None, clock=ClockQuality.NONE)
        found = detector.detect(Frame(_image(photo), CameraId("bench"), instant, number))
        for (left, top, right, bottom), score, label in zip(found.boxes, found.scores, found.label_ids, strict=True):
            box = [float(value) for value in (left, top, right - left, bottom - top)]
            rows.append({"image_id": number, "category_id": int(label), "bbox": box, "score": float(score)})
    return rows


def _ap50(truth: COCO, found: list[dict[str, object]]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        results = truth.loadRes(found)  # pyright: ignore[reportArgumentType]  # lists are taken as well as file names
        evaluation = COCOeval(truth, results, "bbox")
        evaluation.params.iouThrs = np.array([IOU])
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][0, :, :, 0, -1]
    return float(precision[precision > -1].mean())


if __name__ == "__main__":
    main()
