"""The photos that a COCO file lists, perhaps an export of the queue: where they lie, and when they were taken."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

EXPORTED = "annotations.json"
"""The file's name in the folder of an export."""

IMAGES = "images"


class Stamp(NamedTuple):
    """Which camera took a frame, and when, nanoseconds of any clock."""

    camera: str
    at_ns: int


def coco_file(path: Path) -> Path | None:
    """Return the COCO file that a path means: itself, or the one in the folder of an export; None: it means none."""
    file = path / EXPORTED if path.is_dir() else path
    return file if file.is_file() else None


def listed(file: Path) -> list[Path]:
    """List the photos in the file's order; they lie at their names seen from its folder, or in ``images`` beside it."""
    return [_find(file, row, number=number) for number, row in enumerate(_rows(file))]


def stamped(file: Path, *, fps: float) -> dict[Path, Stamp]:
    """List the photos in the order of time: an export's by camera and date, others as they stand, ``fps`` a second."""
    frames = dict(zip(listed(file), enumerate(_rows(file)), strict=True))
    stamps = {photo: _stamp(file, row, number=number, fps=fps) for photo, (number, row) in frames.items()}
    return dict(sorted(stamps.items(), key=lambda each: each[1]))


def _stamp(file: Path, row: Mapping[str, str], *, number: int, fps: float) -> Stamp:
    if "frame_id" not in row:
        return Stamp("", round(number * 1e9 / fps))
    if "date_captured" not in row:
        raise SystemExit(
            f"{file}: images[{number}]: the device's clock was never set: nobody knows when it was taken; "
            "give the file as --labels, where order counts for nothing"
        )
    taken = datetime.fromisoformat(row["date_captured"])
    return Stamp(f"{row['device']}/{row['camera']}", round(taken.timestamp() * 1e3) * 10**6)


def _rows(file: Path) -> list[Mapping[str, str]]:
    try:
        rows: list[Mapping[str, str]] = json.loads(file.read_bytes())["images"]
        names = [row["file_name"] for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"{file}: not a COCO file: {type(error).__name__}: {error}") from error
    if not names:
        raise SystemExit(f"{file}: lists no images")
    return rows


def _find(file: Path, row: Mapping[str, str], *, number: int) -> Path:
    name = row["file_name"]
    photo = next((place / name for place in (file.parent, file.parent / IMAGES) if (place / name).is_file()), None)
    if photo is None:
        raise SystemExit(f"{file}: images[{number}]: no such photo: {name}, seen from {file.parent} or its {IMAGES}")
    return photo
