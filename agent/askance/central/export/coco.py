"""COCO files: what labelers submitted, or else what the device claimed, with scores, reasons and provenance kept.

``annotations.json`` holds every kind but tags and segments, each row with ``bbox``, ``area`` and our own ``kind``:

* polygons, and rotated boxes by their corners: ``segmentation`` as rings; masks: compressed run lengths
  ``{"size": [height, width], "counts": ...}``. A plain box has none, because nobody drew one. The mask of all pixels of
  a class is a crowd (``iscrowd`` 1), as COCO has regions of objects that nobody told apart.
* keypoints: ``keypoints`` and ``num_keypoints``, visible (2) where a person set the point or its score is 0.5 or more
  and else 1; the scores are kept in ``keypoint_scores``. All rows of a label with a skeleton have the two fields.
* our own: ``rotated`` [x, y, width, height, degrees clockwise about the centre], ``cuboid`` {points, pose}.

Whole-image tags stand in ``images[].tags``. Segments are in ``panoptic.json`` and the folder ``panoptic``, which are
written when there are any (see ``panoptic``). What the device had claimed of a task that a labeler settled stands under
the top-level key ``pre_annotations``, segments too, in the same form and with ids of its own, and its tags in
``images[].pre_tags``, where COCO readers do not look.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeAlias

from askance.central.export.instance import Json, instance, provenance
from askance.central.export.panoptic import FILE, FOLDER, Division
from askance.central.export.series import Series, growing
from askance.central.tasks import Task, utc
from askance.errors import ConfigError
from askance.labels import Label, LabelId
from askance.wire.annotations import Annotation, Placed, Segment, Tag
from askance.wire.identity import Sha256

Numbered: TypeAlias = tuple[int, Annotation]

ANNOTATIONS: Final = "annotations.json"
IMAGES: Final = "images"
_ARRAYS: Final = ("images", "annotations", "pre_annotations")
_PANOPTIC: Final = ("panoptic_images", "panoptic_annotations")
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
    _clear(folder)
    known = {label.id: label for label in labels}
    with ExitStack() as open_series:
        series = {name: open_series.enter_context(growing(folder)) for name in (*_ARRAYS, *_PANOPTIC)}
        division = Division(folder, images=series["panoptic_images"], annotations=series["panoptic_annotations"])
        for image_id, task in enumerate(tasks, start=1):
            (folder / IMAGES / file_name(task)).write_bytes(jpeg(task.sha256))
            device = [pair for pair in enumerate(task.manifest.annotations) if suggested or not pair[1].suggested]
            shown = device if task.answer is None else list(enumerate(task.answer))
            image = _image(task, image_id, shown=shown, device=device)
            series["images"].add(image)
            instances = [pair for pair in shown if not isinstance(pair[1], Segment)]
            _check(shown, known)
            _append(instances, series["annotations"], labels=known, image=image)
            division.add(shown, image=image)
            if task.answer is not None:
                _check(device, known)
                _append(device, series["pre_annotations"], labels=known, image=image)
        if series["panoptic_images"].length:
            head = {"info": _INFO, "licenses": [], "categories": division.categories(labels)}
            arrays = {name.removeprefix("panoptic_"): series[name] for name in _PANOPTIC}
            _join(folder / FILE, head, arrays=arrays)
        head = {"info": _INFO, "licenses": [], "categories": [_category(label) for label in labels]}
        _join(folder / ANNOTATIONS, head, arrays={name: series[name] for name in _ARRAYS})


def _clear(folder: Path) -> None:
    """Remove what an earlier export said, so that nothing of it is taken for a part of this one."""
    for name in (ANNOTATIONS, FILE):
        (folder / name).unlink(missing_ok=True)
    for old in (folder / FOLDER).glob("*.png"):
        old.unlink()


def _join(path: Path, head: Json, *, arrays: Mapping[str, Series]) -> None:
    """Write one object of ``head`` and the arrays; it appears only when it is complete."""
    written = path.with_name(f"{path.name}.part")
    with written.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head).removesuffix("}"))
        for name, series in arrays.items():
            file.write(f', "{name}": ')
            series.write_to(file)
        file.write("}")
    written.replace(path)


def file_name(task: Task) -> str:
    """Name a task's image."""
    return f"{task.manifest.device}_{task.manifest.frame_id}.jpg"


def _category(label: Label) -> Json:
    category: Json = {"id": label.id, "name": label.name, "supercategory": label.supercategory or ""}
    if label.skeleton is not None:
        # COCO counts the places of a skeleton from 1
        edges = [[start + 1, end + 1] for start, end in label.skeleton.joints]
        category |= {"keypoints": list(label.skeleton.keypoints), "skeleton": edges}
    if label.attributes:
        category["attributes"] = {name: list(values) for name, values in label.attributes.items()}
    return category


def _image(task: Task, image_id: int, *, shown: Iterable[Numbered], device: Iterable[Numbered]) -> Json:
    manifest = task.manifest
    image = {
        "id": image_id,
        "file_name": file_name(task),
        "width": manifest.image.width,
        "height": manifest.image.height,
        "tags": _tags(shown),
        **({} if task.answer is None else {"pre_tags": _tags(device)}),
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
        "role": manifest.role,
        "inclusion_probability": manifest.inclusion_probability,
        "reasons": [reason.model_dump(mode="json") for reason in manifest.reasons],
        "model": manifest.model.model_dump(mode="json"),
    }
    if manifest.companions is not None:
        image["companions"] = [companion.model_dump(mode="json") for companion in manifest.companions]
    taken = utc(manifest.taken.wall_ms)
    if taken is not None:
        image |= {"date_captured": taken.isoformat(timespec="milliseconds"), "clock": manifest.taken.clock}
    return image


def _tags(shown: Iterable[Numbered]) -> list[Json]:
    return [provenance(one) | {"category_id": one.label_id} for _, one in shown if isinstance(one, Tag)]


def _check(shown: Iterable[Numbered], labels: Mapping[LabelId, Label]) -> None:
    for _, annotation in shown:
        label = labels.get(LabelId(annotation.label_id))
        if label is None or label.name != annotation.label:
            raise ConfigError(
                f"a label is not in the label map under this id: {annotation.label_id} {annotation.label}",
                hint="name the label map that the devices use: key `labels` of the configuration",
            )


def _append(shown: Iterable[Numbered], rows: Series, *, labels: Mapping[LabelId, Label], image: Json) -> None:
    """Add what has a place in one image, with the next free ids; a reason's ``objects`` are values of ``index``."""
    for index, annotation in shown:
        if isinstance(annotation, Placed):
            row = {"id": rows.length + 1, "image_id": image["id"], "index": index}
            row |= instance(annotation, labels[LabelId(annotation.label_id)], size=(image["width"], image["height"]))
            rows.add(row | provenance(annotation))
