"""MoveNet: seventeen joints of one person, or of up to six (Votel, Li: Next-Generation Pose Detection, 2021)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.parameters import one_class, read_parameters
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Skeleton
from askance.sections import Section
from askance.wire.annotations import MAX_POINTS, Score

_BOX: Final = 5  # top, left, bottom, right, score


class MovenetParameters(Section):
    """Which output, and how many people it tells of."""

    output: Annotated[str, Field(description="output with y, x and score of each joint")]
    people: Annotated[
        Literal["one", "many"],
        Field(description="one: (1, 1, joints, 3); many: (1, people, 3 joints + 5), with box and score of each"),
    ]
    joints: Annotated[int, Field(ge=1, le=MAX_POINTS, description="in the order of the label's skeleton")] = 17
    visible: Annotated[Score, Field(description="score from which a joint counts for the box of one person")] = 0.2


class Movenet:
    """The decoder of one MoveNet model.

    Args:
        card: for the size of its input.
        parameters: the card's, checked.
    """

    def __init__(self, card: ModelCard, parameters: MovenetParameters) -> None:
        self._parameters = parameters
        self._size = np.array([card.input.width, card.input.height], np.float64)
        joints = parameters.joints
        shapes: dict[str, tuple[int | None, ...]] = {"one": (1, 1, joints, 3), "many": (1, None, 3 * joints + _BOX)}
        self.signals: Final = frozenset({"near_threshold", "pose_outlier"})
        self.outputs: Final[Mapping[str, tuple[int | None, ...]]] = {parameters.output: shapes[parameters.people]}

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Decode one frame: every person whose score reaches the floor."""
        given = outputs[self._parameters.output][0].astype(np.float64)
        read = self._one if self._parameters.people == "one" else self._many
        joints, boxes, scores = read(given)
        hot = np.flatnonzero(scores >= floor)
        kept = hot[np.argsort(-scores[hot], kind="stable")[:most]]
        points = [self._place(person, fit) for person in joints[kept]]
        return Candidates(
            fit.to_frame(boxes[kept] * np.tile(self._size, 2)),
            np.clip(scores[kept], 0.0, 1.0),
            np.zeros(len(kept), np.intp),
            shapes=tuple(map(Skeleton, points)),
        )

    def _one(self, given: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Joints (1, joints, 3), boxes (1, 4) as shares of the input, scores (1,): the joints' mean; or no rows."""
        seen = given[0, given[0, :, 2] >= self._parameters.visible, 1::-1]
        if not len(seen):
            return given[:0], np.empty((0, 4)), np.empty(0)
        box = np.concatenate([seen.min(axis=0), seen.max(axis=0)])
        return given, box[None], given[:, :, 2].mean(axis=1)

    def _many(self, given: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Joints (people, joints, 3), boxes (people, 4) as shares of the input, scores (people,)."""
        joints, rest = given[:, :-_BOX], given[:, -_BOX:]
        return joints.reshape(len(given), -1, 3), rest[:, [1, 0, 3, 2]], rest[:, 4]

    def _place(self, person: NDArray[np.float64], fit: Fit) -> NDArray[np.float64]:
        """Carry a person's joints, (joints, 3): y, x, score, to the frame as x, y, score."""
        places = fit.to_frame(person[:, 1::-1] * self._size)
        return np.concatenate([places, np.clip(person[:, 2:], 0.0, 1.0)], axis=1)


def movenet(card: ModelCard) -> Movenet:
    """Build the decoder that a card asks for.

    Raises:
        ModelError: the card's parameters are wrong, or it has several classes.
    """
    one_class(card)
    return Movenet(card, read_parameters(MovenetParameters, card))
