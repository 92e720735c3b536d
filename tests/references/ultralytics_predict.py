"""Writes what ultralytics itself finds on photos, as the JSON that the project's own decoders are compared with."""

import argparse
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from pycocotools import mask as coco

os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false", ORT_DISABLE_TELEMETRY="1")
os.environ.setdefault("YOLO_CONFIG_DIR", str(Path(tempfile.gettempdir()) / "askance-references"))

# ultralytics reads the environment as it is imported.
from ultralytics import YOLO, __version__
from ultralytics.engine.predictor import BasePredictor
from ultralytics.engine.results import Results
from ultralytics.nn.backends.base import BaseBackend

SUPPRESSION = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def suppress(boxes: torch.Tensor, scores: torch.Tensor, threshold: float) -> torch.Tensor:
    """Do what torchvision's own kernel does: the best first, and equal scores in the order in which they came."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = scores.argsort(descending=True, stable=True)
    kept: list[torch.Tensor] = []
    while order.numel():
        best, rest = order[0], order[1:]
        kept.append(best)
        sides = torch.minimum(boxes[best, 2:], boxes[rest, 2:]) - torch.maximum(boxes[best, :2], boxes[rest, :2])
        shared = sides.clamp(min=0).prod(1)
        order = rest[shared / (areas[best] + areas[rest] - shared) <= threshold]
    return torch.stack(kept) if kept else order


def load_torchvision() -> None:
    """Import torchvision, whose compiled half may have been built for another torch than the one that is here."""
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        for operator in ("nms", "qnms"):
            torch.library.define(f"torchvision::{operator}", SUPPRESSION)
        torch.library.impl("torchvision::nms", "CPU", suppress)
        importlib.import_module("torchvision").extension._has_ops = lambda: True


def runs(masks: torch.Tensor) -> list[dict[str, object]]:
    """Encode masks at the frame's size as COCO run lengths."""
    columns = np.asfortranarray(masks.numpy().astype(np.uint8).transpose(1, 2, 0))
    return [{"size": run["size"], "counts": run["counts"].decode()} for run in coco.encode(columns)]


def findings(result: Results) -> dict[str, object]:
    """Collect what was found in one frame, best first and in frame pixels."""
    found: dict[str, object] = {"path": result.path, "frame": list(result.orig_shape)}
    if result.probs is not None:
        return found | {"probs": result.probs.data.tolist()}
    boxes = result.boxes if result.obb is None else result.obb
    found |= {"boxes": boxes.xyxy.tolist(), "scores": boxes.conf.tolist(), "classes": boxes.cls.int().tolist()}
    if result.obb is not None:
        found["xywhr"] = result.obb.xywhr.tolist()
    if result.masks is not None:
        found["masks"] = runs(result.masks.data)
    if result.keypoints is not None:
        found["keypoints"] = result.keypoints.data.tolist()
    return found


def predict(file: Path, options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield what a model finds in each image, with the shape that the network was fed."""
    fed: list[list[int]] = []

    def listen(predictor: BasePredictor) -> None:
        if not fed:
            predictor.model.register_forward_pre_hook(lambda _, inputs: fed.append(list(inputs[0].shape)))

    metadata = BaseBackend.read_metadata(str(file))
    model = YOLO(file, task=metadata["task"])
    model.add_callback("on_predict_start", listen)
    height, width = json.loads(str(metadata["imgsz"]))
    for image in options.images:
        results = model.predict(
            image,
            imgsz=(height, width),
            conf=options.conf,
            iou=options.iou,
            rect=options.rect,
            max_det=300,
            agnostic_nms=False,
            retina_masks=True,
            device="cpu",
            verbose=False,
        )
        yield findings(results[0]) | {"input": fed[-1]}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", metavar="MODEL.onnx", type=Path, nargs="+")
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for a JSON file of each model's name")
    parser.add_argument("--conf", type=float, default=0.1)
    parser.add_argument("--iou", type=float, default=0.7)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--rect", action="store_true", default=True, help="pad a dynamic model's input no further")
    shape.add_argument("--square", action="store_false", dest="rect", help="than its stride asks; or to a square")
    return parser.parse_args()


def main() -> None:
    """Run on one core, and write one JSON file for each model."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    load_torchvision()
    options = arguments()
    settings = {"conf": options.conf, "iou": options.iou, "rect": options.rect, "ultralytics": __version__}
    for file in options.models:
        images = list(predict(file, options))
        out = options.out / f"{file.stem}.json"
        out.write_text(json.dumps({"model": str(file), **settings, "images": images}))
        sys.stdout.write(f"{out}: {len(images)} images\n")


if __name__ == "__main__":
    main()
