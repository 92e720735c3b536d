"""Scores exports as the people who use them do, with pycocotools, and panoptic ones by a plain count."""

import contextlib
import io
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

Json = dict[str, Any]
# What is known of their types elsewhere is wrong: run lengths come as bytes, and rows go in as they are.
MASKS: Any = mask
DATASET: Any = COCO
EVALUATION: Any = COCOeval
RESULT = ("image_id", "category_id", "bbox", "score", "segmentation", "keypoints")


def average_precision(truth: Path, found: list[Json], *, by: str = "bbox", most: int = 100) -> float:
    """Mean over IoU or OKS of .50 to .95 and classes, with at most so many detections of a class in an image.

    Args:
        truth: an ``annotations.json``.
        found: its own rows or others, with scores.
        by: ``bbox``, ``segm`` or ``keypoints``: rows without the key, on both sides, take no part.
        most: detections of one class in one image that count.
    """
    key = {"bbox": "bbox", "segm": "segmentation", "keypoints": "keypoints"}[by]
    with contextlib.redirect_stdout(io.StringIO()):
        whole: Json = json.loads(truth.read_text())
        given = [row for row in found if key in row and (by != "keypoints" or row["num_keypoints"])]
        rows = [{name: row[name] for name in RESULT if name in {key, *RESULT[:4]}} for row in given]
        reference = DATASET()
        reference.dataset = whole | {"annotations": [row for row in whole["annotations"] if key in row]}
        reference.createIndex()
        scored = EVALUATION(reference, reference.loadRes(rows), by)
        scored.params.maxDets = [most]
        scored.params.areaRng, scored.params.areaRngLbl = [[0, 1e10]], ["all"]
        if by == "keypoints":
            scored.params.catIds = [each["id"] for each in whole["categories"] if "keypoints" in each]
            counts = {len(each["keypoints"]) for each in whole["categories"] if "keypoints" in each}
            scored.params.kpt_oks_sigmas = np.full(counts.pop(), 0.05)
        scored.evaluate()
        scored.accumulate()
    precision = scored.eval["precision"][:, :, :, 0, 0]
    return float(precision[precision > -1].mean())


def encoded(pixels: NDArray[np.bool_]) -> str:
    """Write a mask's run lengths as the COCO API does."""
    counts: bytes = MASKS.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"]
    return counts.decode()


def painted(rings: list[list[float]], *, size: tuple[int, int]) -> Json:
    """Return the union of rings x, y, x, y, ... as the COCO API paints it: size and run lengths."""
    row: Json = MASKS.merge(MASKS.frPyObjects(rings, size[1], size[0]))
    return row | {"counts": row["counts"].decode()}


def area_of(segmentation: Json) -> int:
    """Count the pixels of run lengths."""
    return int(MASKS.area(segmentation))


def ids_of(png: Path) -> NDArray[np.int64]:
    """Read the segment ids of a panoptic PNG."""
    blue, green, red = np.moveaxis(np.asarray(cv2.imread(str(png)), np.int64), 2, 0)
    ids: NDArray[np.int64] = red + 256 * green + 65536 * blue
    return ids


def panoptic_quality(truth: list[tuple[NDArray[np.int64], Json]], found: list[tuple[NDArray[np.int64], Json]]) -> float:
    """Mean over classes of the overlap of matched segments over all segments (Kirillov et al. 2019, equation 1).

    Each side is one pair of ids and ``segments_info`` an image; nothing is void or a crowd.
    """
    overlap: dict[int, float] = defaultdict(float)
    segments: Counter[int] = Counter()
    for (truth_ids, truth_rows), (found_ids, found_rows) in zip(truth, found, strict=True):
        segments.update(row["category_id"] for rows in (truth_rows, found_rows) for row in rows["segments_info"])
        pairs, counts = np.unique(truth_ids * 2**24 + found_ids, return_counts=True)
        both = dict(zip(pairs.tolist(), counts.tolist(), strict=True))
        for one in truth_rows["segments_info"]:
            for other in found_rows["segments_info"]:
                shared = both.get(one["id"] * 2**24 + other["id"], 0)
                iou = shared / (one["area"] + other["area"] - shared)
                if one["category_id"] == other["category_id"] and iou > 0.5:
                    overlap[one["category_id"]] += iou
    return float(np.mean([overlap[label] / (segments[label] / 2) for label in segments]))
