"""Tests of the SSD decoder: its grid of anchors, its candidates, its refusals."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from askance import shipped
from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.ssd import Ssd, SsdParameters, anchors, ssd
from askance.edge.detect.package import ModelCard, read_card
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import same
from support_models import ANCHORS, SIDE, silent, write_package


@pytest.fixture
def card(tmp_path: Path) -> ModelCard:
    return read_card(write_package(tmp_path / "tiny", silent()) / "card.yaml")


def with_parameters(card: ModelCard, **changes: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    decoder = card.decoder.model_copy(update={"parameters": {**card.decoder.parameters, **changes}})
    return card.model_copy(update={"decoder": decoder})


def outputs(*hot: tuple[int, int, float]) -> dict[str, Floats]:
    """Zero offsets, and logits of -20 but for ``hot``: (anchor, column, logit)."""
    logits = np.full((1, ANCHORS, 3), -20, np.float32)
    for anchor, column, logit in hot:
        logits[0, anchor, column] = logit
    return {"boxes": np.zeros((1, ANCHORS, 1, 4), np.float32), "logits": logits}


def test_the_table_has_the_family(card: ModelCard) -> None:
    assert isinstance(DECODERS["ssd"](card), Ssd)


def test_the_shipped_model_has_1917_anchors_in_the_order_of_its_maps() -> None:
    card = read_card(shipped.folder("models") / "ssdlite-mobilenet-v2-coco" / "card.yaml")
    grid = anchors(SsdParameters.model_validate(card.decoder.parameters))
    assert (1917, 4) == grid.shape
    half, root = 0.5 / 19, np.sqrt(2)
    first_cell = [[half, half, 0.1, 0.1], [half, half, 0.2 / root, 0.2 * root], [half, half, 0.2 * root, 0.2 / root]]
    np.testing.assert_allclose(grid[:3], first_cell)
    np.testing.assert_allclose(grid[3], [half, 1.5 / 19, 0.1, 0.1])
    np.testing.assert_allclose(grid[1083], [0.05, 0.05, 0.35, 0.35])
    np.testing.assert_allclose(grid[1916], [0.5, 0.5, np.sqrt(0.95), np.sqrt(0.95)])


def test_without_offsets_a_box_is_its_anchor_in_pixels_of_the_input(card: ModelCard) -> None:
    found = ssd(card).decode(outputs((0, 1, 2.0)), fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[0.0, 0.0, 8.0, 8.0]])
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-2))])
    assert [1] == found.columns.tolist()


def test_offsets_move_and_stretch_the_anchor(card: ModelCard) -> None:
    given = outputs((0, 1, 2.0))
    given["boxes"][0, 0, 0] = [10.0, 20.0, 5 * np.log(2), 0.0]
    found = ssd(card).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[16.0, 4.0, 24.0, 20.0]], atol=1e-5)


def test_an_absurd_offset_stays_finite(card: ModelCard) -> None:
    given = outputs((0, 1, 2.0))
    given["boxes"][0, 0, 0] = 1e6
    assert np.isfinite(ssd(card).decode(given, fit=same(width=SIDE), floor=0.05, most=10).boxes).all()


def test_candidates_come_best_first_and_equal_ones_in_the_order_of_the_output(card: ModelCard) -> None:
    found = ssd(card).decode(
        outputs((6, 1, 0.0), (0, 2, 0.0), (0, 1, 0.0), (9, 2, 1.0)), fit=same(width=SIDE), floor=0.05, most=10
    )
    assert [2, 1, 2, 1] == found.columns.tolist()
    np.testing.assert_allclose(found.boxes[1], found.boxes[2])


def test_a_column_without_a_name_never_comes_out(card: ModelCard) -> None:
    found = ssd(card).decode(outputs((0, 0, 5.0), (3, 2, 1.0)), fit=same(width=SIDE), floor=0.05, most=10)
    assert [2] == found.columns.tolist()
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.0, 1 / (1 + np.exp(-1))]], atol=1e-8)


@pytest.mark.parametrize(
    ("floor", "expected"),
    [
        pytest.param(0.0, ANCHORS * 2, id="everything"),
        pytest.param(0.5, 1, id="reached exactly"),
        pytest.param(0.51, 0, id="missed"),
        pytest.param(1.0, 0, id="nothing"),
    ],
)
def test_the_floor_decides_what_is_a_candidate(card: ModelCard, floor: float, expected: int) -> None:
    # An overlap of 1 suppresses nothing.
    decoder = ssd(with_parameters(card, iou=1.0))
    assert expected == len(decoder.decode(outputs((0, 1, 0.0)), fit=same(width=SIDE), floor=floor, most=100).scores)


def test_only_the_best_of_too_many_are_returned(card: ModelCard) -> None:
    found = ssd(card).decode(outputs((0, 1, 1.0), (3, 1, 3.0), (6, 1, 2.0)), fit=same(width=SIDE), floor=0.05, most=2)
    np.testing.assert_allclose(found.scores, 1 / (1 + np.exp([-3.0, -2.0])))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"variance": 1}, r"decoder.parameters.variance: extra inputs", id="unknown key"),
        pytest.param({"iou": 0}, r"decoder.parameters.iou", id="no overlap"),
        pytest.param({"scales": [0.5]}, r"scales: expected 2 values.*got 1", id="scales that do not fit the maps"),
    ],
)
def test_wrong_parameters_are_refused_with_their_key(card: ModelCard, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        ssd(with_parameters(card, **changes))
    assert "card.yaml" in (caught.value.hint or "")
