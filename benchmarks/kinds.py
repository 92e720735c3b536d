"""One picture of each annotation kind, by real models on real photos, on one page: build/kinds.html.

python benchmarks/kinds.py    then open the page and look
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from material import CHECKOUT, assets_folder

from askance import shipped
from askance.codecs.jpeg import encode
from askance.drawing import Look, Picture, page
from askance.edge.annotate import annotate
from askance.edge.config import DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.bare import open_package
from askance.edge.detect.crop import around
from askance.edge.detect.merge import merge
from askance.edge.detect.package import Package, read_card
from askance.edge.detect.panoptic import segments
from askance.edge.detections import Detections
from askance.edge.values import Frame, Image, Instant
from askance.labels import Label, LabelId, LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

PAGE: Final = CHECKOUT / "build" / "kinds.html"
QUALITY: Final = 90
VAL: Final = "images/coco128/images/val2017"
MASKS: Final = "models/ultralytics-layout-tests-only/yolov8n-seg_int8.onnx"
ROAD: Final = "models/twinlitenet-road/caeb782d-4a20b7c4.jpg"
# Kind, card of tests/cards or bare file, photo.
MODELS: Final = (
    ("tag", "coral-mobilenet-v2", "models/coral/cat_720p.jpg"),
    ("box", "ssdlite-mobilenet-v2-coco-fp32", "images/bus.jpg"),
    ("box, another family", "yolox-nano-coco", "images/zidane.jpg"),
    ("instance mask", MASKS, "images/bus.jpg"),
    ("semantic mask", "coral-deeplabv3", "images/bus.jpg"),
    ("semantic masks of two heads", "twinlitenet-road", ROAD),
    ("keypoints with skeleton", "movenet-multipose", "images/bus.jpg"),
    ("landmarks of faces", "yunet-face", "images/zidane.jpg"),
    ("polygon", "lpd-yunet-plate", "models/lpd-yunet-plate/2.jpeg"),
)


def main() -> None:
    """Write the page and say where it is; `--rotated FILE` adds an export with rotated boxes."""
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    root = assets_folder()
    rows = [*MODELS, *(("rotated box", path, f"{VAL}/000000000139.jpg") for path in sys.argv[2:])]
    pictures = [_picture(kind, *_seen(root, model, labels=labels, photo=root / photo)) for kind, model, photo in rows]
    pictures += [_cuboid(root, labels), _panoptic(root, labels)]
    PAGE.parent.mkdir(exist_ok=True)
    look = Look(colours=labels.colours, joints=labels.joints)
    PAGE.write_text("".join(page("Askance: every kind", pictures, look=look)), encoding="utf-8")
    print(PAGE)


def _detector(root: Path, model: str, labels: LabelMap) -> tuple[Detector, LabelMap]:
    if model.endswith(".onnx"):
        package = open_package(root / model)
    else:
        card = read_card(CHECKOUT / "tests" / "cards" / f"{model}.yaml")
        package = Package(card, next((root / "models").glob(f"*/{card.file}")).parent)
    known = _with(labels, [name for name in package.card.classes if name is not None])
    return Detector(package, known, section=DetectorSection()), known


def _with(labels: LabelMap, names: Sequence[str]) -> LabelMap:
    """Return the label map with labels for names that it does not know."""
    unknown = dict.fromkeys(name for name in names if labels.find(name) is None)
    more = (Label(id=LabelId(1000 + number), name=name) for number, name in enumerate(unknown))
    return LabelMap(version=labels.version, name=labels.name, labels=(*labels.labels, *more))


def _read(photo: Path) -> Image:
    image = cv2.imread(str(photo))
    if image is None:
        raise SystemExit(f"not an image: {photo}")
    return image.astype(np.uint8, copy=False)


def _frame(image: Image) -> Frame:
    return Frame(image, CameraId("kinds"), Instant(0, None, ClockQuality.NONE), 0)


def _seen(root: Path, model: str, *, labels: LabelMap, photo: Path) -> tuple[Image, Detections, LabelMap]:
    detector, known = _detector(root, model, labels)
    image = _read(photo)
    return image, detector.detect(_frame(image)), known


def _picture(kind: str, image: Image, found: Detections, labels: LabelMap) -> Picture:
    size = (image.shape[1], image.shape[0])
    names = {int(label.id): label.name for label in labels.labels}
    shown = tuple(one for one in annotate(found, names, size=size) if not one.suggested)
    return Picture(f"{kind}: {len(shown)} reported of {len(found)}", encode(image, QUALITY), size, shown)


def _cuboid(root: Path, labels: LabelMap) -> Picture:
    """Look at the chairs of a photo, one after the other, and show the surest."""
    chairs, _ = _detector(root, "ssdlite-mobilenet-v2-coco-fp32", labels)
    solids, known = _detector(root, "objectron-chair", labels)
    best: tuple[float, Image, Detections] | None = None
    for photo in sorted((root / VAL).glob("*.jpg")):
        image = _read(photo)
        found = chairs.detect(_frame(image))
        for box, label, reported in zip(found.boxes, found.label_ids, found.reported, strict=True):
            if reported and label == labels.resolve("chair").id:
                crop = around(box, scale=1.5, width=image.shape[1], height=image.shape[0])
                part = np.ascontiguousarray(image[crop.top : crop.bottom, crop.left : crop.right])
                seen = solids.detect(_frame(part))
                if len(seen) and (best is None or float(seen.scores[0]) > best[0]):
                    best = float(seen.scores[0]), part, seen
    if best is None:
        raise SystemExit("no chair in the photos")
    return _picture("cuboid", best[1], best[2], known)


def _panoptic(root: Path, labels: LabelMap) -> Picture:
    """Divide a photo among the objects of one model and the classes of another, as two models on one camera do."""
    photo = root / ROAD
    image, things, _ = _seen(root, MASKS, labels=labels, photo=photo)
    _, stuff, known = _seen(root, "twinlitenet-road", labels=labels, photo=photo)
    both = merge([(None, things), ("twinlitenet-road", stuff)])
    counted = frozenset(int(label) for label in things.label_ids)
    divided = segments(both, things=counted, width=image.shape[1], height=image.shape[0])
    return _picture("panoptic segments of two models", image, divided, known)


if __name__ == "__main__":
    main()
