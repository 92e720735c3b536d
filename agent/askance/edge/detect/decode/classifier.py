"""Classifiers: one number for each class of the whole image, which become tags."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.logistic import sigmoid
from askance.edge.detect.decode.parameters import read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Whole
from askance.sections import Section


class ClassifierParameters(Section):
    """Which output, and what its numbers are."""

    output: Annotated[str, Field(description="output with a number for each class")]
    kind: Annotated[
        Literal["probabilities", "logits", "sigmoid"],
        Field(description="logits: of one class among all; sigmoid: logits of classes that may hold together"),
    ]
    scale: Annotated[
        FiniteFloat, Field(gt=0, description="what 1 of the output stands for; of 8-bit probabilities mostly 1/256")
    ] = 1.0


class Classifier:
    """The decoder of one classifier.

    Args:
        card: for which class columns have a name.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: ClassifierParameters) -> None:
        self._parameters = parameters
        self._named = np.array([name is not None for name in card.classes])
        self.signals: Final = frozenset({"near_threshold", "margin", "entropy"})
        self.outputs: Final[Mapping[str, tuple[int | None, ...]]] = {parameters.output: (1, len(card.classes))}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every class that reaches the floor is a tag; its box is the whole frame."""
        numbers = outputs[self._parameters.output][0].astype(np.float64) * self._parameters.scale
        scores = _SCORES[self._parameters.kind](numbers)
        hot = np.flatnonzero((scores >= floor) & self._named)
        columns = hot[np.argsort(-scores[hot], kind="stable")[:most]]
        named = scores[self._named]
        return Candidates(
            np.tile(np.array([0.0, 0.0, fit.width, fit.height]), (len(columns), 1)),
            scores[columns],
            columns,
            class_scores=np.broadcast_to(named, (len(columns), len(named))),
            shapes=(Whole(),) * len(columns),
        )


def classifier(card: ModelCard) -> Classifier:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong.
    """
    return Classifier(card, read_parameters(ClassifierParameters, card))


def _given(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(numbers, 0.0, 1.0)


def _softmax(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(numbers - numbers.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares


_SCORES: Final[Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]]] = {
    "probabilities": _given,
    "logits": _softmax,
    "sigmoid": sigmoid,
}
