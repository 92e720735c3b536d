"""A model on disk: its card, its file, and whether the two belong together."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, FiniteFloat, JsonValue, model_validator

from askance.edge.detect.memory import check_memory
from askance.errors import ConfigError, ModelError
from askance.sections import Section
from askance.settings import nearest, read_document, validate
from askance.wire.annotations import LabelName, Score
from askance.wire.capture import ShortText
from askance.wire.identity import Sha256, Sha256Hex

CARD: Final = "card.yaml"

Triple: TypeAlias = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class ModelInput(Section):
    """The one image that the model takes; a value is (pixel * scale - mean) / std, per channel."""

    name: Annotated[str, Field(min_length=1, description="the graph's input")]
    layout: Annotated[Literal["nhwc", "nchw"], Field(description="order of batch, channels, rows, columns")]
    dtype: Literal["float32", "uint8", "int32"] = "float32"
    width: Annotated[int, Field(ge=16, le=4096, description="pixels")]
    height: Annotated[int, Field(ge=16, le=4096, description="pixels")]
    colour: Annotated[Literal["rgb", "bgr"], Field(description="order of the channels")]
    scale: FiniteFloat = 1.0
    mean: Triple = (0.0, 0.0, 0.0)
    std: Annotated[Triple, Field(description="none of them 0")] = (1.0, 1.0, 1.0)
    resize: Annotated[
        Literal["stretch", "letterbox", "crop"],
        Field(description="letterbox: keep the proportions and pad the rest; crop: keep them and take the middle"),
    ]
    place: Annotated[Literal["centre", "top-left"], Field(description="where a letterbox puts the picture")] = "centre"
    pad: Annotated[int, Field(ge=0, le=255, description="grey level of a letterbox's borders")] = 0
    stride: Annotated[
        int | None,
        Field(ge=1, le=256, description="the graph takes any sides that are multiples of this; null: only the given"),
    ] = None

    @model_validator(mode="after")
    def _meaningful(self) -> Self:
        if 0.0 in self.std:
            raise ValueError("std holds a 0")
        plain = (self.scale, self.mean, self.std) == (1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        if self.dtype != "float32" and not plain:
            raise ValueError(f"an input of {self.dtype} takes pixels as they are: leave scale, mean and std out")
        if self.stride is not None and (self.width % self.stride or self.height % self.stride):
            raise ValueError(f"width and height have to be multiples of the stride: {self.stride}")
        if self.stride is not None and self.resize != "letterbox":
            raise ValueError("an input with a stride keeps proportions and shows all: resize has to be letterbox")
        return self

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of the input tensor, a batch of one; None where a side may vary."""
        sides = (self.height, self.width) if self.stride is None else (None, None)
        return (1, *sides, 3) if self.layout == "nhwc" else (1, 3, *sides)


class DecoderCard(Section):
    """How the model's outputs become boxes."""

    family: Annotated[ShortText, Field(min_length=1, description="a row of the table in `askance.edge.detect.decode`")]
    parameters: Annotated[Mapping[str, JsonValue], Field(description="what this family needs to know")] = {}


class Quantization(Section):
    """How the file was made from one in floating point; the record is enough to make it again."""

    scheme: Annotated[ShortText, Field(description="types of activations and weights")]
    method: Annotated[str, Field(max_length=400)]
    source: Annotated[ShortText, Field(description="name of the file in floating point")]
    source_sha256: Sha256Hex
    photos: Annotated[int, Field(ge=1, description="how many photos it was calibrated on")]
    photos_sha256: Annotated[Sha256Hex, Field(description="hash of the photos' own hashes, in order")]
    tools: Annotated[Mapping[str, ShortText], Field(description="versions of the libraries that made it")]
    forced: Annotated[
        str | None, Field(max_length=400, description="what the report said against the file, kept with --force")
    ] = None


class Task(StrEnum):
    """What a model is for; a model that gives several kinds at once is named by the richest."""

    CLASSIFY = "classify"
    DETECT = "detect"
    ROTATED = "rotated"
    SEGMENT = "segment"
    SEMANTIC = "semantic"
    PANOPTIC = "panoptic"
    KEYPOINTS = "keypoints"
    CUBOID = "cuboid"


BOXED: Final = frozenset({Task.DETECT, Task.ROTATED, Task.SEGMENT, Task.KEYPOINTS})
"""Models for these find objects that have a place of their own."""


class ModelCard(Section):
    """Everything that has to be known of a model file before it may look at a frame."""

    name: Annotated[ShortText, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", description="the folder's name")]
    version: Annotated[ShortText, Field(min_length=1)]
    task: Task
    file: Annotated[FileName, Field(description="the ONNX file beside the card")]
    sha256: Sha256Hex
    licence: Annotated[str, Field(min_length=1, max_length=100, description="SPDX expression of the weights")]
    source: Annotated[str, Field(min_length=1, max_length=400, description="where the weights come from")]
    input: ModelInput
    decoder: DecoderCard
    classes: Annotated[
        tuple[LabelName | None, ...],
        Field(min_length=1, description="a name of the label map for each class column; null: a column to ignore"),
    ]
    report: Annotated[Score | None, Field(description="score from which this model is usually believed")] = None
    report_by_label: Annotated[Mapping[LabelName, Score], Field(description="the same for single labels")] = {}
    quantization: Annotated[Quantization | None, Field(description="null: floating point")] = None
    figures: Annotated[Mapping[ShortText, FiniteFloat], Field(description="what was measured on this very file")] = {}

    @model_validator(mode="after")
    def _named(self) -> Self:
        if all(name is None for name in self.classes):
            raise ValueError("no class has a name")
        return self


@dataclass(frozen=True, slots=True)
class Package:
    """A model whose file is the one that its card describes.

    Attributes:
        card: the card.
        folder: where it lies.
    """

    card: ModelCard
    folder: Path

    @property
    def file(self) -> Path:
        """The ONNX file."""
        return self.folder / self.card.file


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        ModelError: it is missing, no YAML, or breaks the schema; the message names the key.
    """
    try:
        return validate(ModelCard, read_document(path, hint="see which models there are: askance models ls"))
    except ConfigError as error:
        raise ModelError(str(error), hint=error.hint or f"correct {path}") from error


def load_package(folder: Path) -> Package:
    """Read a model's card and check that its file is the one described.

    Raises:
        ModelError: no such model, a wrong card, a file that was not pulled yet, cannot be read, has another hash, or is
            too large for this machine.
    """
    if not folder.is_dir():
        raise no_such_model(folder)
    package = Package(read_card(folder / CARD), folder)
    name = package.card.name
    if not package.file.is_file():
        raise ModelError(f"the weights of {name} are not here: {package.file}", hint=f"askance models pull {name}")
    check_memory(package.file)
    try:
        got = sha256_of(package.file)
    except OSError as error:
        raise ModelError(f"cannot read {package.file}: {error.strerror}", hint=f"chmod a+r {package.file}") from error
    if got != package.card.sha256:
        raise ModelError(
            f"{package.file}: expected sha256 {package.card.sha256}, got {got}",
            hint=f"fetch it again: askance models pull {name}; compare: askance models ls",
        )
    return package


def no_such_model(folder: Path) -> ModelError:
    """Say that ``folder`` is no model, and which one beside it may have been meant."""
    near = nearest(folder.name, (path.parent.name for path in folder.parent.glob(f"*/{CARD}")))
    meant = "" if near is None else f"did you mean {near}? "
    return ModelError(f"no such model: {folder}", hint=f"{meant}see which there are: askance models ls")


def sha256_of(file: Path) -> Sha256:
    """Hash a file, in hex."""
    with file.open("rb") as stream:
        return Sha256(hashlib.file_digest(stream, "sha256").hexdigest())
