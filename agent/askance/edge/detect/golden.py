"""The golden record of a model: frames, and what the file in floating point saw in them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Self

import cv2
import numpy as np
from pydantic import Field, FiniteFloat, ValidationError, model_validator

from askance.edge.detect.decode.candidates import Candidates
from askance.edge.detect.package import FileName, ModelCard
from askance.edge.detect.scenes import scene
from askance.edge.values import Image
from askance.errors import ModelError
from askance.sections import Section
from askance.wire.annotations import LabelName, Score
from askance.wire.capture import ShortText
from askance.wire.identity import Sha256Hex

FOLDER: Final = "golden"
RECORD: Final = "golden.json"


class Sight(Section):
    """One object that the source saw."""

    label: Annotated[LabelName, Field(description="a class of the card")]
    score: Score
    box: Annotated[
        tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat],
        Field(description="left, top, right, bottom in pixels of the frame"),
    ]


class GoldenFrame(Section):
    """A frame and what the source saw in it, best first."""

    file: Annotated[FileName | None, Field(description="PNG or JPEG beside the record; null: a drawn scene")] = None
    scene: Annotated[int | None, Field(ge=0, description="seed of a drawn scene; null: a file")] = None
    sights: Annotated[tuple[Sight, ...], Field(max_length=300)]

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.file is None) == (self.scene is None):
            raise ValueError("a golden frame is either a file or a scene")
        return self


class Golden(Section):
    """What ``golden.json`` holds."""

    source: Annotated[ShortText, Field(description="name of the file in floating point")]
    source_sha256: Sha256Hex
    frames: Annotated[tuple[GoldenFrame, ...], Field(min_length=1, max_length=8)]


def read_golden(folder: Path) -> Golden | None:
    """Read the record of the model in ``folder``; None where it has none.

    Raises:
        ModelError: it cannot be read, or is none.
    """
    path = folder / FOLDER / RECORD
    try:
        return Golden.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        said = error.strerror if isinstance(error, OSError) else error.errors()[0]["msg"].lower()
        raise ModelError(
            f"{path}: not a golden record: {said}", hint="record it again: askance models quantize, or remove it"
        ) from error


def write_golden(golden: Golden, folder: Path, *, images: Sequence[tuple[str, bytes]] = ()) -> None:
    """Write a record and its frames, as encoded images with their names, beside the card in ``folder``."""
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    for name, data in images:
        (home / name).write_bytes(data)
    text = json.dumps(golden.model_dump(mode="json", exclude_none=True), separators=(",", ":"))
    # A line for each object: a person can read it, and a difference shows.
    (home / RECORD).write_text(text.replace('{"label"', '\n{"label"') + "\n", encoding="utf-8")


def picture(frame: GoldenFrame, folder: Path) -> Image:
    """Load or draw a golden frame of the model in ``folder``.

    Raises:
        ModelError: its file is missing, or no image.
    """
    if frame.scene is not None:
        return scene(frame.scene)
    path = folder / FOLDER / str(frame.file)
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ModelError(f"golden frame is no image: {path}", hint="record it again: askance models quantize")
    return image.astype(np.uint8, copy=False)


def sights(found: Candidates, card: ModelCard) -> tuple[Sight, ...]:
    """Write candidates down."""
    return tuple(
        Sight(
            label=str(card.classes[column]), score=round(float(score), 4), box=(_px(x), _px(y), _px(right), _px(bottom))
        )
        for column, score, (x, y, right, bottom) in zip(found.columns, found.scores, found.boxes, strict=True)
    )


def candidates(frame: GoldenFrame, card: ModelCard) -> Candidates:
    """Read them again; a label that the card does not have is in no column, and so never found."""
    columns = {name: column for column, name in enumerate(card.classes) if name is not None}
    return Candidates(
        np.array([sight.box for sight in frame.sights], np.float64).reshape(-1, 4),
        np.array([sight.score for sight in frame.sights], np.float64),
        np.array([columns.get(sight.label, -1) for sight in frame.sights], np.intp),
    )


def _px(value: float) -> float:
    return round(float(value), 1)
