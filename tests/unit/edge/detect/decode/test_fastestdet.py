"""Tests of the FastestDet decoder: its score, its boxes, one candidate a cell."""

import numpy as np

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.fastestdet import Fastestdet, fastestdet
from askance.edge.values import Floats
from support_decode import SIDE, card_of, same

CARD = card_of("fastestdet", ["person", None, "car"], output="out")


def outputs(*hot: tuple[int, int, float, tuple[float, float, float]]) -> dict[str, Floats]:
    """Say ``hot``: (row, column, object, classes) on 2 x 2 cells; no offsets, half the input in size."""
    planes = np.zeros((1, 8, 2, 2), np.float32)
    for row, column, sure, classes in hot:
        planes[0, [0, 5, 6, 7], row, column] = [sure, *classes]
    return {"out": planes}


def test_the_table_has_the_family() -> None:
    decoder = DECODERS["fastestdet"](CARD)
    assert isinstance(decoder, Fastestdet)
    assert {"out": (1, 8, None, None)} == decoder.outputs


def test_the_score_is_made_of_object_and_class() -> None:
    found = fastestdet(CARD).decode(outputs((0, 1, 0.5, (0.2, 0.0, 0.8))), fit=same(width=SIDE), floor=0.05, most=10)
    assert [2] == found.columns.tolist()
    np.testing.assert_allclose(found.scores, [0.5**0.6 * 0.8**0.4], rtol=1e-6)
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.5**0.6 * 0.2**0.4, 0.5**0.6 * 0.8**0.4]], rtol=1e-6)


def test_a_box_begins_at_its_cells_corner_and_moves_by_less_than_a_cell() -> None:
    given = outputs((0, 1, 0.9, (0.9, 0.0, 0.0)), (1, 0, 0.8, (0.9, 0.0, 0.0)))
    given["out"][0, 1:5, 1, 0] = [100.0, np.arctanh(-0.5), 100.0, np.log(1 / 3)]
    found = fastestdet(CARD).decode(given, fit=same(width=32, height=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes[0], [16 - 8, 0 - 4, 16 + 8, 0 + 4], atol=1e-5)
    np.testing.assert_allclose(found.boxes[1], [16 - 16, 4 - 2, 16 + 16, 4 + 2], atol=1e-4)


def test_the_best_class_without_a_name_makes_room_for_the_next() -> None:
    found = fastestdet(CARD).decode(outputs((0, 0, 0.9, (0.3, 0.9, 0.1))), fit=same(width=SIDE), floor=0.05, most=10)
    assert [0] == found.columns.tolist()


def test_the_floor_is_one_of_scores() -> None:
    given = outputs((0, 0, 0.5, (0.5, 0.0, 0.0)), (1, 1, 0.4, (0.4, 0.0, 0.0)), (0, 1, -0.1, (0.9, 0.0, 0.0)))
    found = fastestdet(CARD).decode(given, fit=same(width=SIDE), floor=0.45, most=10)
    np.testing.assert_allclose(found.scores, [0.5], rtol=1e-6)


def test_a_rival_on_the_same_place_is_suppressed() -> None:
    given = outputs((0, 0, 0.9, (0.9, 0.0, 0.0)), (0, 1, 0.6, (0.9, 0.0, 0.0)))
    given["out"][0, 1, 0, 1] = -100.0
    found = fastestdet(CARD).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    assert found.support is not None
    assert [2.0] == found.support.rivals.count.tolist()
