"""A regression that turns the statistics of a frame into the number of errors to expect in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detections import Detections
from askance.edge.score.statistics import NAMES, TOGETHER, statistics, statistics_together
from askance.errors import ConfigError
from askance.sections import Section
from askance.settings import read_document, validate
from askance.wire.annotations import LabelName, Score
from askance.wire.identity import Sha256Hex

ERRORS: Final = "errors.yaml"
"""The file's name, beside the model's card."""

FARTHEST: Final = 4.0
MOST: Final = 300.0
_LOWEST: Final = log(1e-3)
_HIGHEST: Final = log(MOST)
_AGAIN: Final = "fit it again: askance models fit MODEL --photos FOLDER --labels LABELS --second-look"


class Term(Section):
    """One statistic: what is usual, and how much it says."""

    mean: Annotated[FiniteFloat, Field(description="of the logarithm of the statistic and 1, over the fitted photos")]
    scale: Annotated[FiniteFloat, Field(gt=0, description="its standard deviation")]
    coefficient: Annotated[FiniteFloat, Field(description="what one standard deviation adds to the log of the errors")]


class AgainDocument(Section):
    """The same regression of what all looks together see, where a frame has been looked at again."""

    looks: Annotated[Mapping[str, str], Field(min_length=1, description="which looks, and what each is exactly")]
    figures: Annotated[Mapping[str, FiniteFloat], Field(description="what the fit was chosen by")] = {}
    intercept: FiniteFloat
    terms: Annotated[Mapping[str, Term], Field(description="for each name in `askance.edge.score.statistics`")]


class ErrorDocument(Section):
    """An error model as it lies beside a card."""

    sha256: Annotated[Sha256Hex, Field(description="of the model file that it was fitted for")]
    report: Annotated[Score, Field(description="score from which candidates were reported")]
    report_by_label: Annotated[Mapping[LabelName, Score], Field(description="the same for single labels")] = {}
    floor: Annotated[Score, Field(description="score from which candidates were kept")]
    fitted_on: Annotated[str, Field(min_length=1, max_length=400, description="which photos, and how")]
    figures: Annotated[Mapping[str, FiniteFloat], Field(description="what the fit was chosen by")] = {}
    intercept: FiniteFloat
    terms: Annotated[Mapping[str, Term], Field(description="for each name in `askance.edge.score.statistics`")]
    again: Annotated[
        AgainDocument | None, Field(description="for frames that were looked at again; null: nobody has fitted that")
    ] = None


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """A log-linear regression of counts; errors are false positives and false negatives at an IoU of a half.

    Attributes:
        names: the statistics: ``statistics.NAMES``, of further looks ``statistics.TOGETHER``.
        means: of ``log(1 + statistic)`` over the photos that it was fitted on.
        scales: their standard deviations, above 0.
        coefficients: what one standard deviation adds to the logarithm of the expected errors.
        intercept: that logarithm for a frame that is usual in everything.
        sha256: of the model file that it belongs to.
        report: the score from which candidates were reported.
        floor: the score from which candidates were kept; statistics leave out what is lower.
        fitted_on: which photos, and how, in words.
        report_by_label: the same of single labels, by their names in the label map.
        looks: the further looks after which it holds, by name, and what each is exactly; none: the first look alone.
        again: the one for frames that have been looked at again; None: nobody has fitted that.
        table: (3, len(names)), float64: means, scales and coefficients.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    sha256: str
    report: float
    floor: float
    fitted_on: str
    report_by_label: Mapping[str, float] = field(default_factory=dict[str, float])
    looks: Mapping[str, str] = field(default_factory=dict[str, str])
    again: "ErrorModel | None" = None
    table: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.names != (names := _names(self.looks)):
            raise ValueError(f"expected the statistics {', '.join(names)}, got {', '.join(self.names)}")
        sizes = {len(self.means), len(self.scales), len(self.coefficients)}
        if sizes != {len(names)} or min(self.scales) <= 0:
            raise ValueError(f"expected {len(names)} means, scales above 0 and coefficients, got {sorted(sizes)}")
        object.__setattr__(self, "table", np.array([self.means, self.scales, self.coefficients], np.float64))

    def describe(self, seen: Detections, *, size: tuple[int, int]) -> NDArray[np.float64]:
        """Return what it goes by, (len(names),), float64.

        Args:
            seen: what the first look sees, or all looks together, see ``Places.fused``.
            size: width and height of the frame, pixels, above 0.
        """
        return (statistics_together if self.looks else statistics)(seen, size=size, floor=self.floor)

    def expected(self, vector: NDArray[np.float64]) -> float:
        """Return how many errors to expect in a frame, from 0.001 to 300.

        The number is ``exp(b + sum(c z))`` with ``z = (log(1 + x) - mean) / scale``, the mean of a log-linear count
        (McCullagh and Nelder, Generalized Linear Models, 1989, chapter 6). ``z`` stops at four standard deviations
        either way, so that a scene unlike all those of the fit cannot run away.

        Args:
            vector: (len(names),), float64: see ``describe``.
        """
        means, scales, coefficients = self.table
        z = np.minimum(np.maximum((np.log1p(vector) - means) / scales, -FARTHEST), FARTHEST)
        exponent = self.intercept + float(z @ coefficients)
        return exp(min(max(exponent, _LOWEST), _HIGHEST))


def load_errors(path: Path, *, sha256: str) -> ErrorModel:
    """Read an error model.

    Args:
        path: the file, see ``ERRORS``.
        sha256: of the detector's file that it has to belong to.

    Raises:
        ConfigError: it cannot be read, breaks the schema, has not the statistics of this version, or belongs to another
            model file.
    """
    file = validate(ErrorDocument, read_document(path, hint=_AGAIN))
    if file.sha256 != sha256:
        raise ConfigError(
            f"{path}: it belongs to another model file: expected sha256 {sha256}, got {file.sha256}", hint=_AGAIN
        )
    again = None if file.again is None else _model(file, file.again, path=path, looks=file.again.looks)
    return _model(file, file, path=path, again=again)


def _model(
    file: ErrorDocument,
    fitted: ErrorDocument | AgainDocument,
    *,
    path: Path,
    looks: Mapping[str, str] | None = None,
    again: ErrorModel | None = None,
) -> ErrorModel:
    names = _names(looks)
    odd = sorted(set(fitted.terms) ^ set(names))
    if odd:
        raise ConfigError(f"{path}: not the statistics of this version: {', '.join(odd)}", hint=_AGAIN)
    terms = [fitted.terms[name] for name in names]
    return ErrorModel(
        names=names,
        means=tuple(term.mean for term in terms),
        scales=tuple(term.scale for term in terms),
        coefficients=tuple(term.coefficient for term in terms),
        intercept=fitted.intercept,
        sha256=file.sha256,
        report=file.report,
        floor=file.floor,
        fitted_on=file.fitted_on,
        report_by_label=file.report_by_label,
        looks=looks or {},
        again=again,
    )


def _names(looks: Mapping[str, str] | None) -> tuple[str, ...]:
    return TOGETHER if looks else NAMES
