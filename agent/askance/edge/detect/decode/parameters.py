"""The parameters that a card gives its decoder, checked by the family's own section."""

from typing import TypeVar

from pydantic import ValidationError

from askance.edge.detect.package import ModelCard
from askance.errors import ModelError
from askance.sections import Section

Parameters = TypeVar("Parameters", bound=Section)


def read_parameters(section: type[Parameters], card: ModelCard) -> Parameters:
    """Check what a card says under ``decoder.parameters``.

    Raises:
        ModelError: a key is unknown, missing or has a wrong value; the message names it.
    """
    try:
        return section.model_validate(card.decoder.parameters)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, ("decoder", "parameters", *first["loc"])))
        raise ModelError(f"card of {card.name}: {where}: {first['msg'].lower()}", hint="correct card.yaml") from error


def one_class(card: ModelCard) -> None:
    """Check that a card names one class, for a family that knows no more.

    Raises:
        ModelError: it has more columns.
    """
    if len(card.classes) != 1:
        raise ModelError(
            f"card of {card.name}: classes: expected 1, which is all that {card.decoder.family} tells apart, "
            f"got {len(card.classes)}",
            hint="correct card.yaml",
        )
