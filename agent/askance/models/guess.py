"""A family of models that fits the outputs of a file, and what remains to be confirmed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import JsonValue

from askance.edge.detect.package import Task
from askance.edge.detect.session import Port

Sides: TypeAlias = tuple[int, int]

USUAL: Final = "are those of the published models of this family"

BYTES: Final[Mapping[str, JsonValue]] = {"colour": "bgr", "resize": "letterbox", "place": "top-left"}
UNIT: Final[Mapping[str, JsonValue]] = {"colour": "rgb", "scale": 1 / 255, "resize": "stretch"}


@dataclass(frozen=True, slots=True)
class Guess:
    """A family that fits the outputs.

    Attributes:
        family: a row of the decoders' table.
        task: what such models are for.
        classes: how many class columns there are; None: a map of choices does not tell.
        parameters: of the decoder.
        doubts: what the shapes do not tell and the user has to confirm, by the key of the card.
        input: keys of the input as models of this family are usually trained.
    """

    family: str
    task: Task
    classes: int | None
    parameters: Mapping[str, JsonValue]
    doubts: Mapping[str, str]
    input: Mapping[str, JsonValue]


Recogniser: TypeAlias = Callable[[Sequence[Port], Sides], Guess | None]
"""Given the outputs and (width, height) of the input."""
