"""What people have labelled in photos, as YOLO text files or one COCO file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.package import ModelCard
from askance.errors import SourceError

_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Objects:
    """The labelled objects of one photo.

    Attributes:
        boxes: (n, 4), float64: left, top, right, bottom in pixels of the photo.
        columns: (n,): the class column of each.
    """

    boxes: NDArray[np.float64]
    columns: NDArray[np.intp]


Truth: TypeAlias = Mapping[Path, Objects]


def find_labels(photos: Sequence[Path]) -> Path | None:
    """Look where labels of photos usually lie: text files beside them, or below ``labels`` instead of ``images``."""
    folder = photos[0].parent
    parts = folder.parts
    places = [folder]
    if "images" in parts:
        last = len(parts) - 1 - parts[::-1].index("images")
        places.append(Path(*parts[:last], "labels", *parts[last + 1 :]))
    for place in places:
        if any((place / f"{photo.stem}.txt").is_file() for photo in photos):
            return place
    return None


def read_truth(labels: Path, photos: Mapping[Path, tuple[int, int]], *, card: ModelCard) -> Truth:
    """Read what is labelled in photos.

    Args:
        labels: a folder of YOLO text files, whose class numbers count the card's named classes, or a COCO file.
        photos: width and height of each.
        card: whose classes count.

    Raises:
        SourceError: it cannot be read, or is neither.
    """
    try:
        if labels.is_dir():
            return {photo: _yolo(labels / f"{photo.stem}.txt", size=size, card=card) for photo, size in photos.items()}
        return _coco(json.loads(labels.read_bytes()), photos, card=card)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise SourceError(
            f"not a folder of YOLO labels, nor a COCO file: {labels}: {error}",
            hint="--labels takes a folder with a text file for each photo, or one COCO file",
        ) from error


def _yolo(path: Path, *, size: tuple[int, int], card: ModelCard) -> Objects:
    named = np.flatnonzero([name is not None for name in card.classes])
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    rows = np.array([line.split()[:_COLUMNS] for line in text.splitlines() if line.strip()], np.float64)
    rows = rows.reshape(-1, _COLUMNS)
    centres, halves = rows[:, 1:3] * size, rows[:, 3:5] * size / 2
    return Objects(np.concatenate([centres - halves, centres + halves], axis=1), named[rows[:, 0].astype(np.intp)])


def _coco(document: Any, photos: Mapping[Path, tuple[int, int]], *, card: ModelCard) -> Truth:  # noqa: ANN401 (foreign JSON)
    columns = {name.lower(): column for column, name in enumerate(card.classes) if name is not None}
    kinds = {each["id"]: columns.get(each["name"].lower()) for each in document["categories"]}
    names = {each["id"]: Path(each["file_name"]).name for each in document["images"]}
    rows: dict[str, list[tuple[int, list[float]]]] = {}
    for each in document["annotations"]:
        column = kinds[each["category_id"]]
        if column is not None and not each.get("iscrowd"):
            left, top, width, height = each["bbox"]
            rows.setdefault(names[each["image_id"]], []).append((column, [left, top, left + width, top + height]))
    return {
        photo: Objects(
            np.array([box for _, box in rows.get(photo.name, [])], np.float64).reshape(-1, 4),
            np.array([column for column, _ in rows.get(photo.name, [])], np.intp),
        )
        for photo in photos
    }
