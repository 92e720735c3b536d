"""Tests of the CenterFace decoder: its boxes and landmarks, and inputs of any size."""

import numpy as np
import pytest

from askance import shipped
from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.centerface import Centerface, centerface
from askance.edge.detect.package import ModelCard, read_card
from askance.edge.shapes import Skeleton
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import SIDE, card_of, same

CARD = card_of("centerface", ["face"], heat="heat", size="size", offset="offset", landmarks="marks")


def outputs(*hot: tuple[int, int, float], rows: int = 4, columns: int = 4) -> dict[str, Floats]:
    """Say ``hot``: (row, column, score); boxes of one cell in the middle of theirs, landmarks on its left top."""
    planes = {"heat": 1, "size": 2, "offset": 2, "marks": 10}
    told = {name: np.zeros((1, count, rows, columns), np.float32) for name, count in planes.items()}
    for row, column, score in hot:
        told["heat"][0, 0, row, column] = score
    return told


def test_the_table_has_the_family_and_the_shipped_card_builds_it() -> None:
    decoder = DECODERS["centerface"](read_card(shipped.folder("models") / "centerface" / "card.yaml"))
    assert isinstance(decoder, Centerface)
    assert (1, 10, None, None) == decoder.outputs["540"]


def test_box_and_landmarks_follow_the_published_rule() -> None:
    given = outputs((1, 2, 0.75))
    given["size"][0, :, 1, 2] = np.log([2, 3])
    given["offset"][0, :, 1, 2] = [0.25, -0.25]
    given["marks"][0, :, 1, 2] = [0, 0, 0, 1, 0.5, 0.5, 1, 0, 1, 1]
    found = centerface(CARD).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[9 - 6, 7 - 4, 9 + 6, 7 + 4]], rtol=1e-6)
    np.testing.assert_allclose(found.scores, [0.75])
    assert found.shapes is not None
    (shape,) = found.shapes
    assert isinstance(shape, Skeleton)
    np.testing.assert_allclose(shape.points[:, :2], [[3, 3], [15, 3], [9, 7], [3, 11], [15, 11]], rtol=1e-6)


def test_faces_that_overlap_leave_the_best() -> None:
    given = outputs((1, 1, 0.9), (1, 2, 0.8), (3, 3, 0.7))
    given["size"][0, :, 1] = np.log(4)
    found = centerface(CARD).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.9, 0.7], rtol=1e-6)
    assert found.support is not None
    assert [2.0, 1.0] == found.support.rivals.count.tolist()


def test_an_absurd_size_stays_finite() -> None:
    given = outputs((1, 1, 0.9))
    given["size"][:] = 1e6
    assert np.isfinite(centerface(CARD).decode(given, fit=same(width=SIDE), floor=0.05, most=10).boxes).all()


def test_nobody_there_is_no_face() -> None:
    found = centerface(CARD).decode(outputs(), fit=same(width=SIDE), floor=0.05, most=10)
    assert ((0, 4), ()) == (found.boxes.shape, found.shapes)


def test_cells_are_those_of_the_frames_input() -> None:
    given = outputs((0, 7, 0.9), rows=2, columns=8)
    found = centerface(CARD).decode(given, fit=same(width=32, height=8), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[28, 0, 32, 4]])


def test_outputs_that_do_not_fit_the_input_are_refused() -> None:
    with pytest.raises(ModelError, match=r"expected cells of shape \(4, 8\), got \(4, 4\)"):
        centerface(CARD).decode(outputs(), fit=same(width=32, height=16), floor=0.05, most=10)


@pytest.mark.parametrize(
    "wrong", [card_of("centerface", ["face"]), CARD.model_copy(update={"classes": ("face", "person")})]
)
def test_a_wrong_card_is_refused(wrong: ModelCard) -> None:
    with pytest.raises(ModelError, match=r"card of tiny: (decoder.parameters.heat|classes: expected 1, .* got 2)"):
        centerface(wrong)
