"""COCO panoptic: one PNG for each image that is divided into segments, and what each colour of it is.

The colour of a segment is its id: red + 256 green + 65536 blue; black is what no segment covers.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np

from askance.central.export.series import Series
from askance.codecs.pixels import covered
from askance.errors import StoreError
from askance.labels import Label
from askance.wire.annotations import Annotation, Segment

Json: TypeAlias = dict[str, Any]

FOLDER: Final = "panoptic"
FILE: Final = "panoptic.json"


class Division:
    """Writes images divided into segments; ``images`` and ``annotations`` grow with them.

    Args:
        folder: of the export; the folder of PNGs is made in it with the first of them.
        images: rows of the images that have segments.
        annotations: a row for each, with its segments.
    """

    def __init__(self, folder: Path, *, images: Series, annotations: Series) -> None:
        self._folder: Final = folder / FOLDER
        self._images: Final = images
        self._annotations: Final = annotations
        self._things: Final[dict[int, bool]] = {}

    def add(self, shown: Iterable[tuple[int, Annotation]], *, image: Mapping[str, Any]) -> None:
        """Write an image's segments, if it has any; where two claim a pixel, the later one has it.

        Args:
            shown: annotations with their places in the manifest or answer.
            image: the image's own row: id, file_name, width, height.

        Raises:
            StoreError: the PNG cannot be made.
            OSError: the folder cannot be written.
        """
        segments = [(index + 1, one) for index, one in shown if isinstance(one, Segment)]
        if not segments:
            return
        ids = np.zeros((image["height"], image["width"]), np.uint32)
        for segment_id, segment in segments:
            ids[covered(segment, width=image["width"], height=image["height"])] = segment_id
        name = Path(image["file_name"]).with_suffix(".png").name
        self._folder.mkdir(exist_ok=True)
        (self._folder / name).write_bytes(_png(ids))
        rows = [_segment(segment, ids == segment_id, segment_id=segment_id) for segment_id, segment in segments]
        for _, segment in segments:
            self._things[segment.label_id] = segment.thing or self._things.get(segment.label_id, False)
        self._images.add({key: image[key] for key in ("id", "file_name", "width", "height")})
        visible = [row for row in rows if row["area"]]
        self._annotations.add({"image_id": image["id"], "file_name": name, "segments_info": visible})

    def categories(self, labels: Sequence[Label]) -> list[Json]:
        """Return the labels as categories; a label is a thing unless it was seen as stuff alone."""
        return [
            {
                "id": label.id,
                "name": label.name,
                "supercategory": label.supercategory or "",
                "isthing": int(self._things.get(label.id, True)),
            }
            for label in labels
        ]


def _segment(segment: Segment, mask: np.ndarray[Any, np.dtype[np.bool_]], *, segment_id: int) -> Json:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    box = [int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1] if len(rows) else [0] * 4
    return {
        "id": segment_id,
        "category_id": segment.label_id,
        "area": int(np.count_nonzero(mask)),
        "bbox": box,
        "iscrowd": 0,
        "isthing": int(segment.thing),
        "score": segment.score,
        "index": segment_id - 1,
    }


def _png(ids: np.ndarray[Any, np.dtype[np.uint32]]) -> bytes:
    """Compress ids as a PNG whose channels, in OpenCV's order, are blue, green, red."""
    channels = np.dstack([(ids >> shift) & 0xFF for shift in (16, 8, 0)]).astype(np.uint8)
    done, data = cv2.imencode(".png", channels)
    if not done:
        raise StoreError(f"cannot make a PNG of {ids.shape[1]} x {ids.shape[0]}", hint="see the free space of --out")
    return data.tobytes()
