"""A card proposed for a file that has none: what its outputs tell, with what they do not tell named above it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue, ValidationError

from askance.edge.detect.metadata import card_of
from askance.edge.detect.package import DecoderCard, ModelCard, ModelInput
from askance.edge.detect.session import Port
from askance.errors import ModelError
from askance.models.cards import dump_card
from askance.models.families import RECOGNISERS, recognise
from askance.models.guess import Guess, Sides
from askance.models.survey import Survey

_DTYPES: Final = {"tensor(float)": "float32", "tensor(uint8)": "uint8", "tensor(int32)": "int32"}
_IMAGE_AXES: Final = 4
_COLOURS: Final = 3
_STRIDE: Final = 32


@dataclass(frozen=True, slots=True)
class Proposal:
    """A card, and what has to be confirmed in it.

    Attributes:
        card: it loads as it stands.
        doubts: what nobody knows, by the key of the card; empty: the file has said everything.
    """

    card: ModelCard
    doubts: Mapping[str, str]

    def text(self) -> str:
        """Return the card as YAML, the doubts as comments above it."""
        lines = [f"# confirm {key}: {doubt}" for key, doubt in self.doubts.items()]
        return "\n".join([*lines, dump_card(self.card)])


@dataclass(frozen=True, slots=True)
class _Place:
    """How the one image enters: layout, (width, height), and the stride of open sides."""

    layout: str
    sides: Sides
    stride: int | None


def propose(seen: Survey, *, classes: Sequence[str | None] | None, size: Sides | None) -> Proposal:
    """Propose a card.

    Args:
        seen: the file.
        classes: names of its class columns, null for one to ignore; None: nobody has said.
        size: width and height of the input where the graph leaves them open; None: nobody has said.

    Raises:
        ModelError: no family fits, the input is no image, its size is not known, or another number of classes was
            given than the file has.
    """
    card = card_of(seen.file, seen.metadata, inputs=seen.inputs, outputs=seen.outputs)
    if card is not None:
        return Proposal(card, {} if card.licence != "NOASSERTION" else {"licence": "the file does not name it"})
    place = _place(seen, size)
    guess = recognise(seen.outputs, sides=place.sides)
    if guess is None:
        raise ModelError(
            f"{seen.file}: no known family has these outputs: {_ports(seen.outputs)}",
            hint=f"this version recognises {'; '.join(RECOGNISERS)}; or write the card by hand",
        )
    names, doubts = _classes(seen, guess, given=classes)
    doubts |= {"licence": "the file does not name it", "source": "where the weights come from"}
    doubts |= {key: said for key, said in guess.doubts.items() if key != "classes"}
    if place.stride is not None:
        doubts["input.stride"] = "the graph leaves its sides open; 32 suits most"
    try:
        return Proposal(_card(seen, guess, names=names, place=place), doubts)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        hint = "rename it: letters, digits, . _ -" if where == "file" else "write the card by hand: docs/models.md"
        raise ModelError(f"{seen.file}: {where}: {first['msg'][:1].lower()}{first['msg'][1:]}", hint=hint) from error


def _place(seen: Survey, size: Sides | None) -> _Place:
    shape = seen.inputs[0].shape if len(seen.inputs) == 1 else ()
    if len(shape) != _IMAGE_AXES or _COLOURS not in (shape[1], shape[3]) or seen.inputs[0].dtype not in _DTYPES:
        raise ModelError(
            f"{seen.file}: expected one image with three colours as input, got {_ports(seen.inputs)}",
            hint="export it for a batch of one image, as float32, uint8 or int32",
        )
    layout = "nchw" if shape[1] == _COLOURS else "nhwc"
    height, width = shape[2:] if layout == "nchw" else shape[1:3]
    if size is None and (height is None or width is None):
        raise ModelError(
            f"{seen.file}: the graph leaves the size of its input open: {_ports(seen.inputs)}",
            hint="give the size it was trained on: --size WIDTHxHEIGHT",
        )
    given = size or (0, 0)
    stride = _STRIDE if height is None and width is None else None
    return _Place(layout, (width or given[0], height or given[1]), stride)


def _classes(
    seen: Survey, guess: Guess, *, given: Sequence[str | None] | None
) -> tuple[list[str | None], dict[str, str]]:
    if given is None:
        count = guess.classes or 1
        said = "an unknown number of columns" if guess.classes is None else f"{count} unnamed columns"
        names: list[str | None] = [f"class-{column}" for column in range(count)]
        said = f"{said}: give --classes FILE, a name a line, an empty line for one to ignore"
        return names, {"classes": "; ".join(filter(None, (said, guess.doubts.get("classes"))))}
    if guess.classes is not None and len(given) != guess.classes:
        raise ModelError(
            f"{seen.file}: {guess.classes} class columns, and {len(given)} names were given",
            hint="give --classes FILE with a line for each column, an empty one for a column to ignore",
        )
    return list(given), {}


def _input(seen: Survey, guess: Guess, *, place: _Place) -> Mapping[str, JsonValue]:
    dtype = _DTYPES[seen.inputs[0].dtype]
    arithmetic = {"scale", "mean", "std"} if dtype != "float32" else set[str]()
    usual = {key: value for key, value in guess.input.items() if key not in arithmetic}
    letterbox = usual.get("resize") == "letterbox"
    return {
        "name": seen.inputs[0].name,
        "layout": place.layout,
        "dtype": dtype,
        "width": place.sides[0],
        "height": place.sides[1],
        **usual,
        "stride": place.stride if letterbox else None,
    }


def _card(seen: Survey, guess: Guess, *, names: Sequence[str | None], place: _Place) -> ModelCard:
    parameters = dict(guess.parameters)
    heads = parameters.get("heads")
    if guess.classes is None and isinstance(heads, dict):
        parameters["heads"] = dict.fromkeys(heads, len(names))
    return ModelCard(
        name=re.sub(r"[^a-z0-9.-]+", "-", seen.file.stem.lower()).strip("-.")[:100] or "model",
        version="1",
        task=guess.task,
        file=seen.file.name,
        sha256=seen.sha256,
        licence="NOASSERTION",
        source="unknown",
        input=ModelInput.model_validate(_input(seen, guess, place=place)),
        decoder=DecoderCard(family=guess.family, parameters=parameters),
        classes=tuple(names),
    )


def _ports(ports: Sequence[Port]) -> str:
    return ", ".join(
        f"{port.name} ({', '.join('?' if size is None else str(size) for size in port.shape)})" for port in ports
    )
