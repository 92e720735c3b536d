"""What signals know beside what they look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # its statistics use the entropy, a signal, and every signal uses this file
    from askance.edge.score.error_model import ErrorModel


@dataclass(frozen=True, slots=True)
class Lore:
    """What holds for every frame of an agent.

    Attributes:
        names: label names by id, for the sentences.
        errors: how many errors the detector makes in frames that look so; None: nobody has fitted that.
    """

    names: Mapping[int, str]
    errors: "ErrorModel | None" = None
