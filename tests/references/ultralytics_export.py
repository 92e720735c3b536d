"""Exports ultralytics' architectures as ONNX, with seeded weights whose answers on photos are worth comparing."""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import NormalDist

import cv2
import numpy as np
import onnx
import torch
from torch import nn
from ultralytics_predict import load_torchvision  # before ultralytics: it sets the environment that is read there

# isort: split
from ultralytics import RTDETR, YOLO
from ultralytics.data.augment import LetterBox
from ultralytics.nn.modules.head import Classify, Detect, RTDETRDecoder
from ultralytics.nn.tasks import yaml_model_load
from ultralytics.utils import ASSETS, ROOT, YAML

# How the answers of a layer are to be spread: the mean of each channel, and the deviation that all of them share.
Spread = tuple[torch.Tensor, float]

RTDETR_SMALL = {
    "nc": 80,
    "backbone": [
        [-1, 1, "Conv", [16, 3, 2]],
        [-1, 1, "Conv", [32, 3, 2]],
        [-1, 1, "C2f", [32, True]],
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 1, "C2f", [64, True]],
        [-1, 1, "Conv", [128, 3, 2]],
        [-1, 1, "C2f", [128, True]],
        [-1, 1, "Conv", [128, 3, 2]],
        [-1, 1, "C2f", [128, True]],
    ],
    "head": [[-1, 1, "AIFI", [256, 4]], [[4, 6, 9], 1, "RTDETRDecoder", ["nc", 128, 300, 4, 8, 3, 256]]],
}


@dataclass(frozen=True)
class Reference:
    """One file to export: an architecture, the classes of a data set, what the exporter is told, and how much it sees.

    Attributes:
        share: of the anchors, that reach a score of 0.1.
        frames: what its weights are settled on; empty: the two photos that ultralytics ships.
    """

    name: str
    architecture: str
    data: str = "coco"
    size: int = 320
    settings: Mapping[str, object] = field(default_factory=dict)
    share: float = 0.08
    frames: Sequence[Path] = ()


END_TO_END = {"nms": False}
REFERENCES = (
    Reference("yolov8n", "yolov8n"),
    Reference("yolo11n", "yolo11n"),
    Reference("yolo11n-dynamic", "yolo11n", settings={"dynamic": True}),
    Reference("yolo11n-nms", "yolo11n", settings={"nms": True, "conf": 0.1, "iou": 0.7}),
    Reference("yolo11n-seg", "yolo11n-seg"),
    Reference("yolo11n-pose", "yolo11n-pose", "coco-pose"),
    Reference("yolo11n-obb", "yolo11n-obb", "DOTAv1"),
    Reference("yolo11n-cls", "yolo11n-cls", "ImageNet", 224),
    Reference("yolo26n", "yolo26n", settings=END_TO_END),
    Reference("yolo26n-many", "yolo26n"),
    Reference("yolo26n-seg", "yolo26n-seg", settings=END_TO_END),
    Reference("yolo26n-pose", "yolo26n-pose", "coco-pose", settings=END_TO_END),
    Reference("yolo26n-obb", "yolo26n-obb", "DOTAv1", settings=END_TO_END),
    Reference("yolov10n", "yolov10n", settings=END_TO_END),
    Reference("rtdetr-small", "rtdetr-small"),
)


def photos(size: int, frames: Sequence[Path]) -> torch.Tensor:
    """Pad photos to the network's input as ultralytics does: frames as they are, or views of the two that it ships."""
    images: list[np.ndarray] = []
    for file in frames or (ASSETS / "bus.jpg", ASSETS / "zidane.jpg"):
        image = cv2.imread(str(file))
        assert image is not None, file
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        corners = [image[y : y + rows, x : x + columns] for y in (0, rows) for x in (0, columns)]
        cut = [] if frames else [*corners, image[: min(image.shape[:2]), : min(image.shape[:2])]]
        images += [image, *cut]
    fit = LetterBox((size, size))
    views = [fit(image=image) for image in images]
    return torch.from_numpy(np.stack(views)[..., ::-1].copy()).permute(0, 3, 1, 2).float() / 255


def settle(model: nn.Module, views: torch.Tensor) -> None:
    """Let the first layer see edges, not light, and give every normalization the statistics of real photos."""
    first = next(layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
    first.weight.sub_(first.weight.mean((1, 2, 3), keepdim=True))
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = None
        layer.train()
    model(views)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
        layer.eval()


def bound(head: Detect) -> None:
    """Let no photo, however rich in contrast, drive scores and distances to their ends.

    Half of the features before a last layer become the other half's copies, two units later and of the opposite
    sign: silu(x + 1) - silu(x - 1) is a step, whose height is the same for every contrast.
    """
    for name in ("cv2", "cv3", "one2one_cv2", "one2one_cv3"):
        for level in getattr(head, name, None) or ():
            block, last = level[-2][-1] if isinstance(level[-2], nn.Sequential) else level[-2], level[-1]
            half = last.in_channels // 2
            block.conv.weight[half : 2 * half] = block.conv.weight[:half]
            block.bn.bias[:half], block.bn.bias[half:] = 1.0, -1.0
            last.weight[:, half : 2 * half] = -last.weight[:, :half]


def spread(model: nn.Module, views: torch.Tensor, wanted: Mapping[nn.Module, Spread]) -> None:
    """Scale and shift the last layers until their answers on the photos have the mean and deviation wanted."""
    answers: dict[nn.Module, torch.Tensor] = {}
    hooks = [layer.register_forward_hook(lambda key, _, out: answers.update({key: out})) for layer in wanted]
    model(views)
    for hook in hooks:
        hook.remove()
    for layer, (mean, deviation) in wanted.items():
        rows = answers[layer].movedim(1, -1) if answers[layer].ndim == 4 else answers[layer]
        rows = rows.reshape(-1, rows.shape[-1])
        scale = deviation / rows.std(0).clamp(min=1e-6)
        layer.weight.mul_(scale.view(-1, *[1] * (layer.weight.ndim - 1)))
        layer.bias.copy_((layer.bias - rows.mean(0)) * scale + mean)


def class_spread(classes: int, share: float) -> Spread:
    """Let eight classes together reach a score of 0.1 at a share of the anchors, and a score of 0.95 at a few."""
    active = min(classes, 8)
    deviation = 2.5
    mean = torch.full((classes,), -20.0)
    mean[torch.randperm(classes)[:active]] = -2.2 - deviation * NormalDist().inv_cdf(1 - share / active)
    return mean, deviation


def detect_spreads(head: Detect, share: float) -> dict[nn.Module, Spread]:
    """Say what the last layers of a YOLO head are to answer: boxes about six cells wide, and everything else apart."""
    bins = head.reg_max
    distances = (torch.arange(bins) * -0.35, 2.0) if bins > 1 else (torch.full((1,), 4.0), 0.7)
    scores = class_spread(head.nc, share)
    wanted: dict[nn.Module, Spread] = {}
    for branch in ("", "one2one_"):
        for layers, (mean, deviation) in (("cv2", (distances[0].repeat(4), distances[1])), ("cv3", scores)):
            wanted |= {level[-1]: (mean, deviation) for level in getattr(head, branch + layers, None) or ()}
        extra = getattr(head, f"{branch}cv4_kpts", None) or getattr(head, f"{branch}cv4", None) or ()
        wanted |= {level[-1] if isinstance(level, nn.Sequential) else level: (torch.zeros(()), 1.0) for level in extra}
    return wanted


def rtdetr_spreads(head: RTDETRDecoder, share: float) -> tuple[dict[nn.Module, Spread], ...]:
    """Say what the layers of a transformer's head are to answer, those of its encoder before those of its decoder."""
    boxes = head.enc_bbox_head.layers[-1], head.dec_bbox_head[-1].layers[-1]
    for layer in boxes:
        nn.init.normal_(layer.weight)
    return (
        {head.enc_score_head: (torch.zeros(()), 1.0), boxes[0]: (torch.tensor([0.0, 0.0, 1.2, 1.2]), 0.5)},
        {head.dec_score_head[-1]: class_spread(head.nc, share), boxes[1]: (torch.zeros(()), 0.3)},
    )


def build(reference: Reference) -> YOLO | RTDETR:
    """Build an architecture from its description, with weights that depend on nothing but the seed and the photos."""
    torch.manual_seed(7)
    names = YAML.load(ROOT / "cfg" / "datasets" / f"{reference.data}.yaml")["names"]
    file = Path(f"{reference.architecture}.yaml")
    small = reference.architecture == "rtdetr-small"
    file.write_text(json.dumps((RTDETR_SMALL if small else yaml_model_load(file)) | {"nc": len(names)}))
    made = RTDETR(file) if small else YOLO(file)
    model, views = made.model.eval(), photos(reference.size, reference.frames)
    with torch.no_grad():
        head = model.model[-1]
        if isinstance(head, Detect):
            bound(head)
        settle(model, views)
        match head:
            case Classify():
                spread(model, views, {head.linear: (torch.zeros(()), 4.0)})
            case Detect():
                spread(model, views, detect_spreads(head, reference.share))
            case RTDETRDecoder():
                for wanted in rtdetr_spreads(head, reference.share):
                    spread(model, views, wanted)
    model.names = names
    return made


def described(file: Path) -> str:
    """Describe a file in one line."""
    outputs = [
        (output.name, *(side.dim_param or side.dim_value for side in output.type.tensor_type.shape.dim))
        for output in onnx.load(file).graph.output
    ]
    return f"{file.name}: {file.stat().st_size} bytes, {outputs}"


def export(reference: Reference, folder: Path) -> Path:
    """Export one file into a folder."""
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        settings = {"imgsz": reference.size, "opset": 17, "simplify": False, "device": "cpu", **reference.settings}
        made = build(reference).export(format="onnx", verbose=False, **settings)
        return Path(shutil.move(made, folder / f"{reference.name}.onnx"))


def main() -> None:
    """Export all files, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", metavar="OUT_FOLDER", type=Path)
    names = [reference.name for reference in REFERENCES]
    parser.add_argument("--only", metavar="NAME", action="append", choices=names)
    parser.add_argument("--size", metavar="PIXELS", type=int, help="sides of the input, in place of each file's own")
    parser.add_argument("--share", type=float, help="of the anchors that reach a score of 0.1, likewise")
    parser.add_argument("--frames", type=Path, nargs="+", help="to settle the weights on, likewise")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    load_torchvision()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = {key: value for key in ("size", "share", "frames") if (value := getattr(options, key)) is not None}
    for reference in (replace(each, **wanted) for each in REFERENCES):
        if reference.name in (options.only or names):
            sys.stdout.write(described(export(reference, options.folder.resolve())) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
