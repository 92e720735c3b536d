"""What a score is worth: for each label the probability that a candidate with it is a true object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detections import Detections
from askance.edge.values import Ints
from askance.errors import ConfigError
from askance.labels import LabelMap
from askance.sections import Section
from askance.settings import read_document, validate
from askance.wire.annotations import LabelName
from askance.wire.identity import Sha256Hex

CALIBRATION: Final = "calibration.yaml"
"""The file's name, beside the model's card."""

SUREST: Final = 1e-6
"""A score this near to 0 or 1 has no greater logit."""

_AGAIN: Final = "fit it again: askance models fit MODEL --photos FOLDER --labels LABELS --calibration"


class CurveSection(Section):
    """A logistic map from score to probability."""

    slope: Annotated[FiniteFloat, Field(gt=0, description="of the score's logit; below 1: the detector is too sure")]
    intercept: Annotated[FiniteFloat, Field(description="logit of the probability at a score of a half")]


class CalibrationDocument(Section):
    """A calibration as it lies beside a card."""

    sha256: Annotated[Sha256Hex, Field(description="of the model file that it was fitted for")]
    fitted_on: Annotated[str, Field(min_length=1, max_length=400, description="which photos, and how")]
    figures: Annotated[Mapping[str, FiniteFloat], Field(description="errors of photos that were held out")] = {}
    pooled: Annotated[CurveSection, Field(description="for classes that have no map of their own")]
    classes: Annotated[Mapping[LabelName, CurveSection], Field(description="by names or aliases of the label map")] = {}


class Curve(NamedTuple):
    """The probability ``sigmoid(slope * logit(score) + intercept)``; slope 1 and intercept 0 change nothing."""

    slope: float
    intercept: float

    @classmethod
    def of(cls, section: CurveSection) -> Self:
        """Return the curve that a file says."""
        return cls(section.slope, section.intercept)


IDENTITY: Final = Curve(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic maps (Platt, Probabilistic Outputs for Support Vector Machines, 1999), of the logits of scores.

    Attributes:
        pooled: for labels that have none of their own.
        labels: by label id.
        table: (labels, 2), float64: slope and intercept by label id; the last row is for all beyond.
    """

    pooled: Curve
    labels: Mapping[int, Curve]
    table: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        table = np.tile(np.array(self.pooled, np.float64), (max(self.labels, default=-1) + 2, 1))
        table[list(self.labels)] = np.array(list(self.labels.values()), np.float64).reshape(-1, 2)
        object.__setattr__(self, "table", table)

    def worth(self, scores: NDArray[np.float64], label_ids: Ints) -> NDArray[np.float64]:
        """Return, shape (n,), the probabilities of scores, (n,) in [0, 1], with their labels, (n,)."""
        slopes, intercepts = self.table[np.minimum(label_ids, len(self.table) - 1)].T
        return curved(scores, slopes, intercepts=intercepts)

    def probabilities(self, found: Detections) -> NDArray[np.float64]:
        """Return, shape (n,), the probabilities; a companion's scores, which nobody has calibrated, as they are."""
        scores = found.exact_scores
        worth = self.worth(scores, found.label_ids)
        return worth if found.models is None else np.where([model is None for model in found.models], worth, scores)


def curved(
    scores: NDArray[np.float64], slopes: NDArray[np.float64], *, intercepts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return, shape (n,), what curves make of scores, (n,) in [0, 1]; slopes and intercepts (n,), or (1,) for all."""
    return np.asarray(1.0 / (1.0 + np.exp(-slopes * logits(scores) - intercepts)), np.float64)


def logits(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``log(p / (1 - p))`` of scores, shape (n,), kept ``SUREST`` away from 0 and 1."""
    p = np.clip(scores, SUREST, 1.0 - SUREST)
    return np.asarray(np.log(p / (1.0 - p)), np.float64)


def load_calibration(path: Path, *, sha256: str, labels: LabelMap) -> Calibration:
    """Read a calibration.

    Args:
        path: the file, see ``CALIBRATION``.
        sha256: of the detector's file that it has to belong to.
        labels: the label map that its classes are looked up in.

    Raises:
        ConfigError: it cannot be read, breaks the schema, names an unknown class, or belongs to another model file.
    """
    file = validate(CalibrationDocument, read_document(path, hint=_AGAIN))
    if file.sha256 != sha256:
        raise ConfigError(
            f"{path}: it belongs to another model file: expected sha256 {sha256}, got {file.sha256}", hint=_AGAIN
        )
    curves = {labels.resolve(name).id: Curve.of(section) for name, section in file.classes.items()}
    return Calibration(Curve.of(file.pooled), {int(label): curve for label, curve in curves.items()})
