"""Tests of the LPD-YuNet decoder: its priors, its corners, its refusals."""

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.plates import Plates, PriorMap, plates, priors
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Outline
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import SIDE, card_of, same

MAPS = [{"stride": 8, "sizes": [4, 10]}, {"stride": 16, "sizes": [20]}]
CARD = card_of("plates", ["licence plate"], offsets="loc", scores="conf", overlaps="iou", maps=MAPS)
COUNT = 9


def outputs(*hot: tuple[int, float, float]) -> dict[str, Floats]:
    """Say ``hot``: (prior, plate, overlap); corners one side of the prior around its centre."""
    told = {"loc": np.full((COUNT, 14), 99, np.float32), "conf": np.zeros((COUNT, 2), np.float32)}
    told["iou"] = np.zeros((COUNT, 1), np.float32)
    told["loc"][:, [4, 5, 6, 7, 10, 11, 12, 13]] = [-10, -10, 10, -10, 10, 10, -10, 10]
    for prior, plate, good in hot:
        told["conf"][prior], told["iou"][prior] = [1 - plate, plate], good
    return told


def test_the_table_has_the_family() -> None:
    decoder = DECODERS["plates"](CARD)
    assert isinstance(decoder, Plates)
    assert {"loc": (COUNT, 14), "conf": (COUNT, 2), "iou": (COUNT, 1)} == decoder.outputs


def test_the_published_model_has_4385_priors() -> None:
    sizes = {8: (10, 16, 24), 16: (32, 48), 32: (64, 96), 64: (128, 192, 256)}
    maps = tuple(PriorMap(stride=stride, sizes=each) for stride, each in sizes.items())
    grid = priors(maps, width=320, height=240)
    assert (4385, 3) == grid.shape
    assert [[4, 4, 10], [4, 4, 16], [4, 4, 24], [12, 4, 10]] == grid[:4].tolist()
    assert [32, 32, 128] == grid[4385 - 45].tolist()


def test_a_plate_is_its_corners_in_order_and_their_upright_rectangle() -> None:
    given = outputs((3, 0.9, 0.4))
    given["loc"][3, [6, 7]] = [20, -5]
    found = plates(CARD).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.6], rtol=1e-6)
    assert found.shapes is not None
    (shape,) = found.shapes
    assert isinstance(shape, Outline)
    np.testing.assert_allclose(shape.ring, [[2, -6], [32, -1], [22, 14], [2, 14]])
    np.testing.assert_allclose(found.boxes, [[2, -6, 32, 14]])


def test_scores_beyond_their_ends_are_cut() -> None:
    found = plates(CARD).decode(outputs((0, 0.25, 1.5), (8, 0.9, -0.5)), fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.5])


def test_plates_that_overlap_leave_the_best() -> None:
    hot = ((1, 0.9, 0.9), (3, 0.8, 0.8), (6, 0.7, 0.7))
    found = plates(CARD).decode(outputs(*hot), fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.9, 0.7], rtol=1e-6)
    assert found.support is not None
    assert [2.0, 1.0] == found.support.rivals.count.tolist()


def test_no_plate_is_none() -> None:
    found = plates(CARD).decode(outputs(), fit=same(width=SIDE), floor=0.05, most=10)
    assert ((0, 4), ()) == (found.boxes.shape, found.shapes)


def test_an_input_of_open_sides_has_priors_for_each_frame() -> None:
    wanted = CARD.input.model_copy(update={"stride": 16, "resize": "letterbox"})
    decoder = plates(CARD.model_copy(update={"input": wanted}))
    assert (None, 14) == decoder.outputs["loc"]
    with pytest.raises(ModelError, match=r"expected cells of shape \(18, 18, 18\), got \(9, 9, 9\)"):
        decoder.decode(outputs(), fit=same(width=32, height=16), floor=0.05, most=10)


@pytest.mark.parametrize(
    "wrong", [card_of("plates", ["licence plate"]), CARD.model_copy(update={"classes": ("car", "bus")})]
)
def test_a_wrong_card_is_refused(wrong: ModelCard) -> None:
    with pytest.raises(ModelError, match=r"card of tiny: (decoder.parameters.offsets|classes: expected 1, .* got 2)"):
        plates(wrong)
