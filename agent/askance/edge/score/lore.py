"""What signals know beside what they look at."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lore:
    """What holds for every frame of an agent.

    Attributes:
        names: label names by id, for the sentences.
    """

    names: Mapping[int, str]
