"""What signals know beside what they look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from askance.edge.score.body import Body
from askance.edge.score.calibration import Calibration
from askance.edge.score.error_model import ErrorModel


@dataclass(frozen=True, slots=True)
class Lore:
    """What holds for every frame of an agent.

    Attributes:
        names: label names by id, for the sentences.
        errors: how many errors the detector makes in frames that look so; None: nobody has fitted that.
        again: the signals that further looks at a frame are evidence for; none: nobody looks again.
        calibration: what the main model's scores are worth; None: nobody has fitted that.
        counts: how many objects of each label the fleet has labelled, by label id; None: nobody has told.
        bodies: what holds of the keypoints of each label that has some, by label id.
    """

    names: Mapping[int, str]
    errors: ErrorModel | None = None
    again: frozenset[str] = frozenset()
    calibration: Calibration | None = None
    counts: Mapping[int, int] | None = None
    bodies: Mapping[int, Body] = field(default_factory=dict[int, Body])

    @property
    def reviewed(self) -> frozenset[str]:
        """The signals that further looks at a frame can change."""
        fused = self.errors is not None and self.errors.again is not None
        return self.again | (frozenset({"expected_errors"}) if fused else frozenset())
