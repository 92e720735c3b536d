"""What people have labelled in photos, as YOLO text files or one COCO file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import isfinite
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, FiniteFloat, ValidationError

from askance.edge.detect.package import ModelCard
from askance.errors import SourceError
from askance.labels import LabelMap
from askance.settings.document import write_path

_LINE: Final = "CLASS X Y WIDTH HEIGHT"
_LEAST, _MOST = 5, 6  # some programs write the score behind the box
_SETTLED: Final = frozenset({None, "done"})  # the state of a task, where the labeling queue has written the file
_HINT: Final = "--labels takes a folder with a text file for each photo, or one COCO file"
_NAMES: Final = "write into each file_name the folders that tell it apart, as they stand in the photos' paths"
_YOLO_HINT: Final = f"write a line for each object: {_LINE}, shares of the photo from 0 to 1; or give one COCO file"


@dataclass(frozen=True, slots=True)
class Objects:
    """The labelled objects of one photo.

    Attributes:
        boxes: (n, 4), float64: left, top, right, bottom in pixels of the photo.
        columns: (n,): the class column of each.
        judged: (k,): the class columns that were looked for in the photo; of others nobody has said what is there.
    """

    boxes: NDArray[np.float64]
    columns: NDArray[np.intp]
    judged: NDArray[np.intp]


Truth: TypeAlias = Mapping[Path, Objects]


class _Category(BaseModel):
    id: int | str
    name: str


class _Image(BaseModel):
    id: int | str
    file_name: str
    state: str | None = None


class _Row(BaseModel):
    image_id: int | str
    category_id: int | str
    bbox: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    iscrowd: bool = False


class _File(BaseModel):
    images: list[_Image]
    categories: list[_Category]
    annotations: list[_Row]


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


def read_truth(
    labels: Path, photos: Mapping[Path, tuple[int, int]], *, card: ModelCard, names: LabelMap | None = None
) -> Truth:
    """Read what is labelled in photos, and leave out those that nobody has labelled.

    These are, with a COCO file, the ones that it does not list, and those of tasks of the labeling queue that are not
    done. A photo without a text file has no objects, as YOLO's programs have it. A COCO file judges the classes among
    its categories, text files judge all.

    Args:
        labels: a folder of YOLO text files, whose class numbers count the card's named classes, or a COCO file.
        photos: width and height of each.
        card: whose classes count.
        names: the label map, whose aliases are the same class; None: names are the same but for case.

    Raises:
        SourceError: it cannot be read, or is neither, or it is not clear which photo is which; the message names file
            and line, or the place in the COCO file.
    """
    if not labels.is_dir():
        return _coco(labels, photos, columns=_columns(card, names), names=names)
    return {photo: _yolo(labels / f"{photo.stem}.txt", size=size, card=card) for photo, size in photos.items()}


def _yolo(path: Path, *, size: tuple[int, int], card: ModelCard) -> Objects:
    named = np.flatnonzero([name is not None for name in card.classes])
    rows = np.array(list(_rows(path, classes=len(named))), np.float64).reshape(-1, _LEAST)
    centres, halves = rows[:, 1:3] * size, rows[:, 3:5] * size / 2
    boxes = np.concatenate([centres - halves, centres + halves], axis=1)
    return Objects(boxes, named[rows[:, 0].astype(np.intp)], named)


def _rows(path: Path, *, classes: int) -> Iterator[tuple[float, ...]]:
    """Yield the class number and the box of each line of a file; there is none where there is no file."""
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}", hint=_HINT) from error
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        fault = _fault(words, classes=classes)
        if fault is not None:
            raise SourceError(f"{path}:{number}: {fault}: {line.strip()[:80]}", hint=_YOLO_HINT)
        yield tuple(map(float, words[:_LEAST]))


def _fault(words: Sequence[str], *, classes: int) -> str | None:
    if not _LEAST <= len(words) <= _MOST:
        return f"expected {_LINE}, got {len(words)} words"
    try:
        kind, shares = int(words[0]), list(map(float, words[1:_LEAST]))
    except ValueError:
        return f"expected {_LINE} in numbers"
    if not 0 <= kind < classes:
        return f"expected a class from 0 to {classes - 1}, of the card's"
    if not all(isfinite(share) and 0 <= share <= 1 for share in shares):
        return "expected shares of the photo from 0 to 1"
    return None


def _columns(card: ModelCard, names: LabelMap | None) -> Mapping[str, int]:
    return {_same(name, names): column for column, name in enumerate(card.classes) if name is not None}


def _same(name: str, names: LabelMap | None) -> str:
    """Return what all spellings of a class have in common."""
    label = None if names is None else names.find(name)
    return (name if label is None else label.name).lower()


def _coco(
    path: Path, photos: Mapping[Path, tuple[int, int]], *, columns: Mapping[str, int], names: LabelMap | None
) -> Truth:
    file = _read(path)
    kinds = {each.id: columns.get(_same(each.name, names)) for each in file.categories}
    judged = np.array(sorted({column for column in kinds.values() if column is not None}), np.intp)
    rows: dict[int | str, list[tuple[int, tuple[float, ...]]]] = {each.id: [] for each in file.images}
    for number, each in enumerate(file.annotations):
        for key, known in (("image_id", each.image_id in rows), ("category_id", each.category_id in kinds)):
            if not known:
                raise SourceError(
                    f"{path}: annotations[{number}].{key}: nothing has this id: {getattr(each, key)}", hint=_HINT
                )
        column = kinds[each.category_id]
        if column is not None and not each.iscrowd:
            left, top, width, height = each.bbox
            rows[each.image_id].append((column, (left, top, left + width, top + height)))
    listed = _find(path, file.images, photos=photos)
    return {photo: _objects(rows[each.id], judged) for photo, each in listed.items() if each.state in _SETTLED}


def _find(path: Path, images: Sequence[_Image], *, photos: Iterable[Path]) -> Mapping[Path, _Image]:
    """Find what a COCO file lists of photos: of images with a photo's name, the one whose folders end most like its.

    Raises:
        SourceError: two images are as good for one photo, or two photos for one image.
    """
    named: dict[str, list[int]] = {}
    for number, each in enumerate(images):
        named.setdefault(Path(each.file_name).name, []).append(number)
    found: dict[int, Path] = {}
    for photo in photos:
        alike = {number: _alike(photo.absolute(), images[number].file_name) for number in named.get(photo.name, ())}
        most = max(alike.values(), default=None)
        best = [number for number, each in alike.items() if each == most]
        for number in best:
            if len(best) > 1 or number in found:
                others = ", ".join(f"images[{other}] ({images[other].file_name})" for other in best)
                whose = " and ".join(map(str, [found[number], photo] if number in found else [photo]))
                raise SourceError(f"{path}: nobody knows which photo is which: {others} may be {whose}", hint=_NAMES)
            found[number] = photo
    return {photo: images[number] for number, photo in found.items()}


def _alike(photo: Path, file_name: str) -> tuple[int, bool]:
    """Count the parts that the ends of two paths have in common, and say whether these are all of the name."""
    parts = Path(file_name).parts
    common = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(photo.parts), reversed(parts), strict=False))
    count = sum(1 for _ in common)
    return count, count == len(parts)


def _objects(rows: Sequence[tuple[int, tuple[float, ...]]], judged: NDArray[np.intp]) -> Objects:
    boxes, columns = [box for _, box in rows], [column for column, _ in rows]
    return Objects(np.array(boxes, np.float64).reshape(-1, 4), np.array(columns, np.intp), judged)


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}", hint=_HINT) from error
    except ValidationError as error:
        first = error.errors()[0]
        said = ": ".join(part for part in (write_path(first["loc"]), first["msg"]) if part)
        raise SourceError(f"{path}: not a COCO file: {said}", hint=_HINT) from error
