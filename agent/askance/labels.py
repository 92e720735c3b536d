"""The fleet's label map: which labels there are, under which ids and names."""

import difflib
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, NewType, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from askance.errors import ConfigError
from askance.settings import KeyPath, locate, read_document
from askance.wire.annotations import MAX_POINTS, LabelName

LabelId = NewType("LabelId", int)

_IGNORED: Final = re.compile(r"[\s_-]+")


class Skeleton(BaseModel):
    """Named points of an object, and which of them are joined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keypoints: Annotated[
        tuple[LabelName, ...], Field(min_length=1, max_length=MAX_POINTS, description="in the order of the model's")
    ]
    edges: Annotated[
        tuple[tuple[LabelName, LabelName], ...],
        Field(max_length=1000, description="pairs of keypoints that are joined"),
    ] = ()

    @model_validator(mode="after")
    def _joined(self) -> Self:
        twice = sorted({name for name in self.keypoints if self.keypoints.count(name) > 1})
        if twice:
            raise ValueError(f"two keypoints have the same name: {', '.join(twice)}")
        unknown = sorted({end for edge in self.edges for end in edge} - set(self.keypoints))
        if unknown:
            raise ValueError(f"an edge joins what is no keypoint: {', '.join(unknown)}")
        return self

    @property
    def joints(self) -> tuple[tuple[int, int], ...]:
        """The edges as pairs of places in ``keypoints``, counted from 0."""
        return tuple((self.keypoints.index(start), self.keypoints.index(end)) for start, end in self.edges)


class Label(BaseModel):
    """One thing that people can mark in an image."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[LabelId, Field(ge=0, le=65535, description="never changes and is never given to another label")]
    name: Annotated[LabelName, Field(description="as labelers see it")]
    aliases: Annotated[tuple[LabelName, ...], Field(description="other names that models and rules may use")] = ()
    supercategory: Annotated[LabelName | None, Field(description="the group it belongs to")] = None
    colour: Annotated[str | None, Field(pattern=r"^#[0-9a-f]{6}$", description="of its boxes, #rrggbb")] = None
    height: Annotated[
        float | None, Field(gt=0, le=1000, description="of the real thing, metres, where all are alike; null: unknown")
    ] = None
    attributes: Annotated[
        Mapping[LabelName, Annotated[tuple[LabelName, ...], Field(min_length=1, max_length=100)]],
        Field(max_length=50, description="what else people say of it, and the values that each can have"),
    ] = {}
    skeleton: Annotated[Skeleton | None, Field(description="its keypoints; null: it has none")] = None


class LabelMap(BaseModel):
    """All labels of a fleet; two names are the same when they differ in case, spaces, ``-`` and ``_`` only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1, description="raised with every change")]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    labels: Annotated[tuple[Label, ...], Field(min_length=1, max_length=5000)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        seen: dict[str | int, tuple[KeyPath, str]] = {}
        for index, label in enumerate(self.labels):
            fields: list[tuple[KeyPath, str | int]] = [(("id",), label.id), (("name",), label.name)]
            fields += [(("aliases", place), alias) for place, alias in enumerate(label.aliases)]
            for field, value in fields:
                here: KeyPath = ("labels", index, *field)
                there, text = seen.setdefault(value if isinstance(value, int) else _key(value), (here, str(value)))
                if there != here:
                    raise PydanticCustomError(
                        "duplicate",
                        "{text} and {other} are the same",
                        {"text": text, "other": str(value), "field": field[0], "there": there, "here": here},
                    )
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a label map from YAML.

        Raises:
            ConfigError: the file is missing or wrong; the message names file and line, for duplicates both lines.
        """
        document = read_document(path, hint="name a label map with the key labels; null is the shipped one")
        try:
            return cls.model_validate(document.value)
        except ValidationError as error:
            first = error.errors()[0]
            if first["type"] != "duplicate":
                raise locate(error, document, model=cls) from error
            twins = first.get("ctx", {})
            places = [document.place(twins[end]) for end in ("there", "here")]
            lines = sorted(place.line or 0 for place in places)
            raise ConfigError(
                f"{path}:{lines[1]}: duplicate {twins['field']}: {first['msg']}, see line {lines[0]}",
                hint="keep one of the two under the key labels; case, spaces, - and _ do not tell names apart",
            ) from error

    @property
    def tag(self) -> str:
        """Name and version in one word, as manifests carry it."""
        return f"{self.name}@{self.version}"

    def find(self, name: str) -> Label | None:
        """Look a name or alias up; None when no label has it."""
        return self._by_name.get(_key(name))

    def resolve(self, name: str) -> Label:
        """Look a name or alias up.

        Raises:
            ConfigError: no label has it; the hint gives the nearest name.
        """
        label = self.find(name)
        if label is None:
            near = self.nearest(name)
            meant = "" if near is None else f"did you mean {near}? "
            raise ConfigError(
                f"unknown label in label map {self.tag}: {name}", hint=f"{meant}labels are listed under the key labels"
            )
        return label

    def nearest(self, name: str) -> str | None:
        """Return the name or alias that looks most like ``name``; None when none does."""
        near = difflib.get_close_matches(_key(name), self._by_name, n=1)
        return self._spelling[near[0]] if near else None

    @property
    def colours(self) -> Mapping[int, str]:
        """The colours of those labels that have one, by id."""
        return {label.id: label.colour for label in self.labels if label.colour is not None}

    @property
    def joints(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """The edges of those labels that have a skeleton, by id."""
        return {label.id: label.skeleton.joints for label in self.labels if label.skeleton is not None}

    @cached_property
    def _by_name(self) -> dict[str, Label]:
        return {_key(name): label for label in self.labels for name in (label.name, *label.aliases)}

    @cached_property
    def _spelling(self) -> dict[str, str]:
        return {_key(name): name for label in self.labels for name in (label.name, *label.aliases)}


def _key(name: str) -> str:
    return _IGNORED.sub("", name.casefold())
