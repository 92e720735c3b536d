"""What holds of a body, whoever has it: which keypoints a limb joins, and which are a left and a right one."""

from dataclasses import dataclass
from typing import Final, Self

from askance.labels import Skeleton

_LEFT: Final = "left "
_RIGHT: Final = "right "


@dataclass(frozen=True, slots=True)
class Body:
    """The keypoints of a label.

    Attributes:
        points: their names, in the order of the model's.
        limbs: pairs of places in ``points`` that are joined.
        twins: pairs of places whose names are a left and a right one of the same, e.g. ``left knee``, ``right knee``.
    """

    points: tuple[str, ...]
    limbs: tuple[tuple[int, int], ...]
    twins: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, skeleton: Skeleton) -> Self:
        """Read a label's skeleton."""
        points = skeleton.keypoints
        places = {name: place for place, name in enumerate(points)}
        mirrored = {name: name.replace(_LEFT, _RIGHT, 1) for name in points if name.startswith(_LEFT)}
        twins = tuple((places[name], places[other]) for name, other in mirrored.items() if other in places)
        return cls(points, skeleton.joints, twins)
