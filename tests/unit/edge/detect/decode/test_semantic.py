"""Tests of semantic decoding: from cells of a head to pixels of the frame, class by class."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode import DECODERS, Candidates
from askance.edge.detect.decode.semantic import Semantic, semantic
from askance.edge.detect.fit import Fit, fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Region, Scope
from askance.errors import ModelError
from support_decode import SIDE, card_of, same

CLASSES = [None, "person", "car"]


def card(classes: list[str | None] = CLASSES, **parameters: Any) -> ModelCard:  # noqa: ANN401 (any YAML value)
    return card_of("semantic", classes, **({"heads": {"map": len(classes)}, "kind": "logits"} | parameters))


def decode(wanted: ModelCard, given: dict[str, NDArray[Any]], place: Fit | None = None) -> Candidates:
    return semantic(wanted).decode(given, fit=place or same(width=SIDE), floor=0.1, most=9)


def regions(found: Candidates) -> list[Region]:
    assert found.shapes is not None
    return [shape for shape in found.shapes if isinstance(shape, Region)]


def scene() -> NDArray[np.float32]:
    """Logits of three classes on 16 x 16 cells: a person of 4 x 6 above a car of 8 x 4, on nothing."""
    logits = np.zeros((3, SIDE, SIDE), np.float32)
    logits[0] = 2.0
    logits[1, 2:8, 3:7] = 5.0
    logits[2, 8:12, 3:11] = 4.0
    return logits


def test_the_table_has_the_family() -> None:
    assert isinstance(DECODERS["semantic"](card()), Semantic)


def test_every_named_class_that_is_there_is_one_region_surest_first() -> None:
    found = decode(card(), {"map": scene()[None]})
    assert [1, 2] == found.columns.tolist()
    assert [[3, 2, 7, 8], [3, 8, 11, 12]] == found.boxes.tolist()
    person, car = regions(found)
    assert (3, 2, Scope.SEMANTIC) == (person.left, person.top, person.scope)
    assert ((6, 4), (4, 8)) == (person.inside.shape, car.inside.shape)
    assert person.inside.all()
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-3) + np.exp(-5)), 1 / (1 + np.exp(-2) + np.exp(-4))])
    assert person.soft is not None
    assert np.float32 == person.soft.dtype
    np.testing.assert_allclose(person.soft, np.full((6, 4), found.scores[0]), rtol=1e-6)


def test_the_channels_may_come_last() -> None:
    first = decode(card(), {"map": scene()[None]})
    last = decode(card(layout="nhwc"), {"map": scene().transpose(1, 2, 0)[None]})
    assert first.boxes.tolist() == last.boxes.tolist()
    assert {"map": (1, None, None, 3)} == semantic(card(layout="nhwc")).outputs


def test_a_decision_alone_has_no_doubt_and_supports_no_signal() -> None:
    wanted = card(kind="choice")
    found = decode(wanted, {"map": scene().argmax(axis=0)[None]})
    assert [[3, 2, 7, 8], [3, 8, 11, 12]] == found.boxes.tolist()
    assert [1.0, 1.0] == found.scores.tolist()
    assert [None, None] == [region.soft for region in regions(found)]
    assert frozenset() == semantic(wanted).signals
    assert {"map": (1, None, None)} == semantic(wanted).outputs
    assert {"near_threshold", "mask_dispersion"} == semantic(card()).signals


def test_several_heads_share_the_classes_in_their_order() -> None:
    wanted = card([None, "road", None, "line", "car"], heads={"area": 2, "lines": 3}, kind="probabilities")
    area, lines = np.zeros((2, 1, SIDE, SIDE)), np.zeros((3, 1, SIDE, SIDE))
    area[0], area[1, :, 8:] = 0.5, 0.75
    lines[0], lines[1, :, 8:, 4:6] = 0.4, 0.9
    found = decode(wanted, {"area": area.swapaxes(0, 1), "lines": lines.swapaxes(0, 1)})
    assert [3, 1] == found.columns.tolist()
    assert [[4, 8, 6, 16], [0, 8, 16, 16]] == found.boxes.tolist()
    np.testing.assert_allclose(found.scores, [0.9, 0.75], atol=1e-6)


def test_a_class_alone_in_its_head_holds_where_it_is_more_likely_than_not() -> None:
    logit = np.full((1, 1, SIDE, SIDE), -3.0)
    logit[..., 4:8, 4:8] = 3.0
    found = decode(card(["road"]), {"map": logit})
    assert [[4, 4, 8, 8]] == found.boxes.tolist()


def test_a_class_on_too_few_cells_is_not_there() -> None:
    assert [2] == decode(card(min_area=0.1), {"map": scene()[None]}).columns.tolist()


def test_a_class_below_the_floor_is_forgotten_and_only_the_best_are_returned() -> None:
    decoder = semantic(card())
    assert [1] == decoder.decode({"map": scene()[None]}, fit=same(width=SIDE), floor=0.9, most=9).columns.tolist()
    assert [1] == decoder.decode({"map": scene()[None]}, fit=same(width=SIDE), floor=0.1, most=1).columns.tolist()


def test_a_frame_smaller_than_its_classes_has_none_that_no_pixel_sees() -> None:
    logits = np.zeros((1, 3, SIDE, SIDE), np.float32)
    logits[0, 1, 2, 2] = 1.0
    assert 0 == len(decode(card(), {"map": logits}, same_but(width=2, height=2)).scores)


def same_but(*, width: int, height: int) -> Fit:
    return fit(card().input, width=width, height=height)


def test_nothing_anywhere_is_an_empty_table() -> None:
    found = decode(card(), {"map": np.zeros((1, 3, 4, 4), np.float32)})
    assert (0, 4) == found.boxes.shape
    assert () == found.shapes


def test_a_large_soft_mask_is_thinned_and_not_blurred() -> None:
    logits = np.zeros((1, 2, 400, 400), np.float32)
    logits[0, 1, 40:240, 40:360] = 2.0
    (region,) = regions(decode(card([None, "road"]), {"map": logits}, same(width=400)))
    assert region.soft is not None
    assert (100, 160) == region.soft.shape
    np.testing.assert_allclose(region.soft, 1 / (1 + np.exp(-2.0)), rtol=1e-6)


@given(
    width=st.integers(20, 90),
    height=st.integers(20, 90),
    cells=st.sampled_from([16, 8]),
    resize=st.sampled_from(["stretch", "letterbox"]),
    seed=st.integers(0, 99),
)
def test_leads_enlarged_linearly_are_what_the_frame_shows(
    width: int, height: int, cells: int, resize: str, seed: int
) -> None:
    logits = cv2.resize(np.random.default_rng(seed).normal(0, 3, (4, 4, 2)).astype(np.float32), (cells, cells))
    wanted = card([None, "road"], min_area=0)
    place = fit(wanted.input.model_copy(update={"resize": resize}), width=width, height=height)
    found = decode(wanted, {"map": logits.transpose(2, 0, 1)[None]}, place)

    # By hand, pixel by pixel: where the middle of each pixel lies among the middles of the cells, but for those cells
    # that lie wholly in the letterbox's border.
    rows = ((np.arange(height) + 0.5) * place.scale[1] + place.shift[1]) * cells / SIDE - 0.5
    columns = ((np.arange(width) + 0.5) * place.scale[0] + place.shift[0]) * cells / SIDE - 0.5
    top, bottom = np.floor(place.rows[0] * cells / SIDE), np.ceil(place.rows[1] * cells / SIDE) - 1
    left, right = np.floor(place.columns[0] * cells / SIDE), np.ceil(place.columns[1] * cells / SIDE) - 1
    rows, columns = np.clip(rows, top, bottom), np.clip(columns, left, right)
    lead = logits[..., 1] - logits[..., 0]
    enlarged = np.array([np.interp(columns, np.arange(cells), row) for row in lead])
    enlarged = np.array([np.interp(rows, np.arange(cells), column) for column in enlarged.T]).T

    painted = np.zeros((height, width), np.bool_)
    for region in regions(found):
        tall, wide = region.inside.shape
        assert all(side.any() for side in (*region.inside[[0, -1]], *region.inside.T[[0, -1]]))
        painted[region.top : region.top + tall, region.left : region.left + wide] = region.inside
    sure = np.abs(enlarged) > 0.25  # warping counts in fractions of a cell
    assert (painted == (enlarged > 0))[sure].all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"heads": {"map": 2}}, r"heads: expected 3 classes together.*got 2", id="too few"),
        pytest.param({"heads": {}}, r"decoder\.parameters\.heads", id="no head"),
        pytest.param({"kind": "argmax"}, r"decoder\.parameters\.kind", id="unknown kind"),
    ],
)
def test_wrong_parameters_are_refused_with_their_key(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        semantic(card(**changes))
    assert "card.yaml" in (caught.value.hint or "")
