"""Tests of the NanoDet decoder: distances from bins, one or several outputs, scores or logits."""

from typing import Any

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.nanodet import Nanodet, nanodet
from askance.edge.detect.package import ModelCard
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import SIDE, card_of, same

BINS = 4
CELLS = {"8": 4, "16": 1}
PAIRS: dict[str, Any] = {"scores": ["c8", "c16"], "distances": ["d8", "d16"], "strides": [8, 16]}


def card(**changes: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("nanodet", ["person", None, "car"], **{**PAIRS, **changes})


def open_sided(card: ModelCard) -> ModelCard:
    wanted = card.input.model_copy(update={"stride": 16, "resize": "letterbox"})
    return card.model_copy(update={"input": wanted})


def outputs(*hot: tuple[str, int, int, float], empty: float = 0.0) -> dict[str, Floats]:
    """Say ``hot``: (map, cell, column, score); every distance is sharply one stride."""
    told: dict[str, Floats] = {}
    for stride, cells in CELLS.items():
        told[f"c{stride}"] = np.full((1, cells, 3), empty, np.float32)
        distances = np.full((1, cells, 4, BINS), -50, np.float32)
        distances[..., 1] = 50
        told[f"d{stride}"] = distances.reshape(1, cells, 4 * BINS)
    for stride, cell, column, score in hot:
        told[f"c{stride}"][0, cell, column] = score
    return told


def test_the_table_has_the_family() -> None:
    assert isinstance(DECODERS["nanodet"](card()), Nanodet)


def test_a_box_is_measured_from_the_middle_of_its_cell_in_strides() -> None:
    found = nanodet(card()).decode(
        outputs(("8", 3, 0, 0.9), ("16", 0, 2, 0.5)), fit=same(width=SIDE), floor=0.05, most=10
    )
    np.testing.assert_allclose(found.boxes, [[4, 4, 20, 20], [-8, -8, 24, 24]])
    np.testing.assert_allclose(found.scores, [0.9, 0.5], rtol=1e-6)
    assert [0, 2] == found.columns.tolist()
    assert found.class_scores is not None
    np.testing.assert_allclose(found.class_scores, [[0.9, 0.0], [0.0, 0.5]], rtol=1e-6)


def test_a_distance_is_the_mean_of_its_bins() -> None:
    given = outputs(("16", 0, 0, 0.9))
    given["d16"][0, 0] = np.log(np.maximum([1, 1, 1, 1, 1, 0, 0, 3, 0, 0, 1, 0, 1, 0, 0, 0], 1e-30))
    found = nanodet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[8 - 24, 8 - 36, 8 + 32, 8]], atol=1e-4)


def test_a_plus_model_measures_from_the_corner_and_gives_all_in_one_output() -> None:
    parts = outputs(("8", 1, 2, 0.9))
    given = {"out": np.concatenate([np.concatenate([parts[f"c{s}"], parts[f"d{s}"]], axis=2) for s in CELLS], axis=1)}
    decoder = nanodet(card(scores=["out"], distances=[], centre=0.0))
    assert {"out": (1, 5, None)} == decoder.outputs
    found = decoder.decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[0, -8, 16, 8]])
    assert [2] == found.columns.tolist()


def test_logits_become_scores() -> None:
    found = nanodet(card(logits=True)).decode(
        outputs(("8", 0, 0, 2.0), ("8", 3, 0, -4.0), empty=-20.0), fit=same(width=SIDE), floor=0.05, most=10
    )
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-2))])


def test_a_score_a_hair_over_one_is_one() -> None:
    found = nanodet(card()).decode(outputs(("8", 0, 0, 1.004)), fit=same(width=SIDE), floor=0.05, most=10)
    assert [1.0] == found.scores.tolist()


def test_a_class_without_a_name_never_comes_out() -> None:
    found = nanodet(card()).decode(outputs(("8", 0, 1, 0.9)), fit=same(width=SIDE), floor=0.05, most=10)
    assert (0, (0, 4)) == (len(found.scores), found.boxes.shape)


def test_rivals_of_a_class_leave_one_box_and_their_support() -> None:
    given = outputs(("8", 0, 0, 0.9), ("16", 0, 0, 0.6), ("8", 0, 2, 0.5))
    given["d16"][0, 0] = np.log([0.75, 0.25, 1e-30, 1e-30] * 4)
    found = nanodet(card(iou=0.01)).decode(given, fit=same(width=SIDE), floor=0.05, most=10)
    assert [0, 2] == found.columns.tolist()
    assert found.support is not None
    assert [2.0, 1.0] == found.support.rivals.count.tolist()


def test_an_input_of_open_sides_is_laid_out_for_each_frame() -> None:
    decoder = nanodet(open_sided(card()))
    assert {"c8": (1, None, 3), "c16": (1, None, 3), "d8": (1, None, None), "d16": (1, None, None)} == decoder.outputs
    given = {"c8": np.zeros((1, 8, 3), np.float32), "c16": np.zeros((1, 2, 3), np.float32)}
    given |= {"d8": np.zeros((1, 8, 4 * BINS), np.float32), "d16": np.zeros((1, 2, 4 * BINS), np.float32)}
    given["c8"][0, 7, 0] = 0.9
    found = decoder.decode(given, fit=same(width=32, height=16), floor=0.05, most=10)
    np.testing.assert_allclose(found.boxes, [[28 - 12, 12 - 12, 28 + 12, 12 + 12]])


@pytest.mark.parametrize("shape", [(1, 3, 16), (1, 4, 15)], ids=["cells", "bins"])
def test_outputs_that_do_not_fit_the_strides_are_refused(shape: tuple[int, ...]) -> None:
    given = {**outputs(), "d8": np.zeros(shape, np.float32)}
    given["d16"] = np.zeros((1, 1, shape[2]), np.float32)
    with pytest.raises(ModelError, match="the outputs of tiny do not fit its input"):
        nanodet(card()).decode(given, fit=same(width=SIDE), floor=0.05, most=10)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"strides": []}, r"decoder.parameters.strides", id="no maps"),
        pytest.param(
            {"distances": ["d8"]}, r"expected outputs for 1 or 2 maps.* 2 of classes and 1 of", id="not paired"
        ),
        pytest.param({"strides": [8, 16, 32]}, r"expected outputs for 1 or 3 maps", id="a map without outputs"),
    ],
)
def test_wrong_parameters_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        nanodet(card(**changes))
