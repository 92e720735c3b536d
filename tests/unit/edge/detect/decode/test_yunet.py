"""Tests of the YuNet decoder: its score, its boxes and landmarks, and what counts as the same place."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.yunet import Yunet, yunet
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Skeleton
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import SIDE, card_of, same

MAPS = [
    {"stride": stride, "face": f"f{stride}", "good": f"g{stride}", "boxes": f"b{stride}", "points": f"p{stride}"}
    for stride in (8, 16)
]


def card(**changes: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("yunet", ["face"], **{"maps": MAPS, **changes})


def outputs(*hot: tuple[int, int, float, float]) -> dict[str, Floats]:
    """Say ``hot``: (stride, cell, face, good); boxes of one cell about the cell's corner, landmarks on it."""
    told: dict[str, Floats] = {}
    for stride, cells in ((8, 4), (16, 1)):
        columns = {"f": 1, "g": 1, "b": 4, "p": 10}
        told |= {f"{name}{stride}": np.zeros((1, cells, count), np.float32) for name, count in columns.items()}
    for stride, cell, face, good in hot:
        told[f"f{stride}"][0, cell], told[f"g{stride}"][0, cell] = face, good
    return told


def test_the_table_has_the_family() -> None:
    decoder = DECODERS["yunet"](card())
    assert isinstance(decoder, Yunet)
    assert ((1, 4, 1), (1, 1, 10)) == (decoder.outputs["f8"], decoder.outputs["p16"])


def test_score_box_and_landmarks_follow_the_published_rule() -> None:
    given = outputs((8, 1, 0.9, 0.4))
    given["b8"][0, 1] = [0.5, 0.25, np.log(2), 0.0]
    given["p8"][0, 1] = [0, 0, 1, 0, 0.5, 0.5, 1, 1, 0, 1]
    found = yunet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.scores, [0.6], rtol=1e-6)
    np.testing.assert_allclose(found.boxes, [[12 - 8, 2 - 4, 12 + 8, 2 + 4]], rtol=1e-6)
    assert found.shapes is not None
    (shape,) = found.shapes
    assert isinstance(shape, Skeleton)
    np.testing.assert_allclose(shape.points[:, :2], [[8, 0], [16, 0], [12, 4], [16, 8], [8, 8]])
    np.testing.assert_allclose(shape.points[:, 2], np.full(5, 0.6), rtol=1e-6)


def test_scores_beyond_their_ends_are_cut() -> None:
    found = yunet(card()).decode(
        outputs((8, 0, 1.5, 0.25), (8, 3, -0.5, -0.5)), fit=same(width=SIDE), floor=0.05, most=10
    )
    np.testing.assert_allclose(found.scores, [0.5])


def test_an_absurd_size_stays_finite() -> None:
    given = outputs((8, 0, 1.0, 1.0))
    given["b8"][0, 0, 2:] = 1e6
    assert np.isfinite(yunet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10).boxes).all()


def test_overlaps_are_measured_in_whole_pixels() -> None:
    """Boxes of 1.9 x 8 pixels that share 0.9 columns of 2.9: 0.31; of whole pixels, 0 of 2."""
    given = outputs((8, 0, 1.0, 1.0), (8, 1, 0.5, 0.5))
    given["b8"][0, :2, 2] = np.log(1.9 / 8)
    given["b8"][0, :2, 0] = [0.5, 0.5 - 1 + 1 / 8]
    given["b8"][0, :2, 1] = 0.5
    found = yunet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[3.05, 0, 4.95, 8], [4.05, 0, 5.95, 8]], rtol=1e-5)


def test_a_face_on_the_same_place_is_suppressed() -> None:
    given = outputs((8, 0, 1.0, 1.0), (8, 1, 0.5, 0.5))
    given["b8"][0, 1, 0] = -1.0
    found = yunet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    assert found.support is not None
    assert ([1.0], [2.0]) == (found.scores.tolist(), found.support.rivals.count.tolist())


def test_nobody_there_is_no_face() -> None:
    found = yunet(card()).decode(outputs(), fit=same(width=SIDE), floor=0.05, most=10)
    assert ((0, 4), ()) == (found.boxes.shape, found.shapes)


def test_an_input_of_open_sides_is_laid_out_for_each_frame() -> None:
    wanted = card().input.model_copy(update={"stride": 16, "resize": "letterbox"})
    decoder = yunet(card().model_copy(update={"input": wanted}))
    assert (1, None, 4) == decoder.outputs["b8"]
    with pytest.raises(ModelError, match="do not fit its input"):
        decoder.decode(outputs(), fit=same(width=32, height=16), floor=0.05, most=10)


@pytest.mark.parametrize("wrong", [card(maps=[]), card().model_copy(update={"classes": ("face", "person")})])
def test_a_wrong_card_is_refused(wrong: ModelCard) -> None:
    with pytest.raises(
        ModelError, match=r"card of tiny: (decoder.parameters.maps|classes: expected 1, .* yunet .* got 2)"
    ):
        yunet(wrong)
