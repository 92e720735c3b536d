"""COCO instances: what labelers submitted, or else what the device claimed, with scores, reasons and provenance kept.

Beside the standard fields every image and annotation has our own. The annotations of a submitted task are the
labeler's; what the device had claimed there stands under the top-level key ``pre_annotations``, in the same form and
with ids of its own, where COCO readers do not look. Whole-image tags are no instances: they stand in ``images[].tags``.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from askance.central.export.series import Series, growing
from askance.central.tasks import Task, utc
from askance.errors import ConfigError
from askance.labels import Label, LabelId
from askance.wire.annotations import Annotation, Box, Tag
from askance.wire.identity import Sha256

Json: TypeAlias = dict[str, Any]
Numbered: TypeAlias = tuple[int, Annotation]

ANNOTATIONS: Final = "annotations.json"
IMAGES: Final = "images"
_INFO: Final = {"description": "askance labeling queue", "version": "1"}


def write(
    folder: Path, tasks: Iterable[Task], *, labels: Sequence[Label], suggested: bool, jpeg: Callable[[Sha256], bytes]
) -> None:
    """Fill a folder: ``images/`` first, ``annotations.json`` last, so that a cut export has none; ids count from 1.

    Args:
        folder: made when it is not there.
        tasks: the frames, in their order; one at a time is in memory.
        labels: the label map; its ids become the category ids.
        suggested: whether candidates below the report threshold are in, marked by the field ``suggested``.
        jpeg: gives an envelope's image.

    Raises:
        ConfigError: an annotation's label is not in the label map; no ``annotations.json`` is there then.
        StoreError: an image is not in the blobs.
        OSError: the folder cannot be written.
    """
    (folder / IMAGES).mkdir(parents=True, exist_ok=True)
    (folder / ANNOTATIONS).unlink(missing_ok=True)
    names = {label.id: label.name for label in labels}
    with growing(folder) as images, growing(folder) as annotations, growing(folder) as replaced:
        for image_id, task in enumerate(tasks, start=1):
            (folder / IMAGES / file_name(task)).write_bytes(jpeg(task.sha256))
            device = [pair for pair in enumerate(task.manifest.annotations) if suggested or not pair[1].suggested]
            shown = device if task.answer is None else list(enumerate(task.answer))
            images.add(_image(task, image_id, shown=shown))
            _append(shown, annotations, names=names, image_id=image_id)
            if task.answer is not None:
                _append(device, replaced, names=names, image_id=image_id)
        head = {"info": _INFO, "licenses": [], "categories": [_category(label) for label in labels]}
        _join(folder, head, arrays={"images": images, "annotations": annotations, "pre_annotations": replaced})


def _join(folder: Path, head: Json, *, arrays: Mapping[str, Series]) -> None:
    """Write one object of ``head`` and the arrays; it appears only when it is complete."""
    written = folder / f"{ANNOTATIONS}.part"
    with written.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head).removesuffix("}"))
        for name, series in arrays.items():
            file.write(f', "{name}": ')
            series.write_to(file)
        file.write("}")
    written.replace(folder / ANNOTATIONS)


def file_name(task: Task) -> str:
    """Name a task's image."""
    return f"{task.manifest.device}_{task.manifest.frame_id}.jpg"


def _category(label: Label) -> Json:
    return {"id": label.id, "name": label.name, "supercategory": label.supercategory or ""}


def _image(task: Task, image_id: int, *, shown: Iterable[Numbered]) -> Json:
    manifest = task.manifest
    image = {
        "id": image_id,
        "file_name": file_name(task),
        "width": manifest.image.width,
        "height": manifest.image.height,
        "tags": [_provenance(one) | {"category_id": one.label_id} for _, one in shown if isinstance(one, Tag)],
        "task": task.id,
        "state": task.state,
        "labeler": task.labeler,
        "seconds": task.seconds,
        "device": manifest.device,
        "camera": manifest.camera,
        "frame_id": manifest.frame_id,
        "sha256": task.sha256,
        "value": manifest.value,
        "arm": manifest.arm,
        "inclusion_probability": manifest.inclusion_probability,
        "reasons": [reason.model_dump(mode="json") for reason in manifest.reasons],
        "model": manifest.model.model_dump(mode="json"),
    }
    taken = utc(manifest.taken.wall_ms)
    if taken is not None:
        image |= {"date_captured": taken.isoformat(timespec="milliseconds"), "clock": manifest.taken.clock}
    return image


def _append(shown: Iterable[Numbered], rows: Series, *, names: Mapping[LabelId, str], image_id: int) -> None:
    """Add the boxes of one image, with the next free ids; a reason's ``objects`` are values of ``index``."""
    for index, annotation in shown:
        if names.get(LabelId(annotation.label_id)) != annotation.label:
            raise ConfigError(
                f"a label is not in the label map under this id: {annotation.label_id} {annotation.label}",
                hint="name the label map that the devices use: key `labels` of the configuration",
            )
        if isinstance(annotation, Box):
            rows.add(_instance(annotation, index=index, row_id=rows.length + 1, image_id=image_id))


def _instance(box: Box, *, index: int, row_id: int, image_id: int) -> Json:
    x, y, width, height = upright(box)
    return {
        "id": row_id,
        "image_id": image_id,
        "category_id": box.label_id,
        "bbox": [x, y, width, height],
        "area": box.width * box.height,
        "iscrowd": 0,
        "index": index,
        **_provenance(box),
        **({} if box.rotation is None else {"rotated": [box.x, box.y, box.width, box.height, box.rotation]}),
    }


def _provenance(annotation: Annotation) -> Json:
    return {
        "score": annotation.score,
        "calibrated_score": annotation.calibrated_score,
        "origin": annotation.origin,
        "suggested": annotation.suggested,
        "track_id": annotation.track_id,
    }


def upright(box: Box) -> tuple[float, float, float, float]:
    """Return left, top, width, height of the upright rectangle around a box, rotated or not."""
    if box.rotation is None:
        return box.x, box.y, box.width, box.height
    turn = math.radians(box.rotation)
    width = box.width * abs(math.cos(turn)) + box.height * abs(math.sin(turn))
    height = box.width * abs(math.sin(turn)) + box.height * abs(math.cos(turn))
    return box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height
