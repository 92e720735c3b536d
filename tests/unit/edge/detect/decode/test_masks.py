"""Tests of instance masks: mixed prototypes, decided pixel by pixel of the frame."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.detect.decode.masks import MaskTail
from askance.edge.detect.fit import Fit, fit
from askance.edge.detect.package import ModelInput
from askance.edge.shapes import Region, Scope
from support_decode import same

TAIL = MaskTail("prototypes", coefficients=2)
INPUT = ModelInput(name="x", layout="nchw", width=32, height=32, colour="rgb", resize="letterbox")


def look(
    prototypes: NDArray[Any], box: tuple[float, ...], *, where: Fit, coefficients: tuple[float, float] = (1.0, 0.0)
) -> Region | None:
    boxes, tail = np.array([box], np.float64), np.array([coefficients], np.float32)
    (one,) = TAIL.shapes(boxes, tail, boxes=boxes, outputs={"prototypes": prototypes[None]}, fit=where)
    return one


def halves(*, cells: int = 8) -> NDArray[np.float32]:
    """Make two prototypes: the left half is inside, and the upper half."""
    maps = np.full((2, cells, cells), -1, np.float32)
    maps[0, :, : cells // 2] = 1
    maps[1, : cells // 2] = 1
    return maps


def test_a_mask_is_decided_for_every_pixel_of_its_box() -> None:
    one = look(halves(), (0, 0, 32, 32), where=same(width=32))
    assert one is not None
    assert (0, 0, Scope.INSTANCE) == (one.left, one.top, one.scope)
    expected = np.zeros((32, 32), bool)
    expected[:, :16] = True
    np.testing.assert_array_equal(one.inside, expected)


def test_coefficients_mix_the_prototypes() -> None:
    one = look(halves(), (0, 0, 32, 32), where=same(width=32), coefficients=(1.0, 1.0))
    assert one is not None
    assert one.inside[2, 2]
    assert not one.inside[30, 30]


def test_a_pixel_belongs_to_a_box_when_its_upper_left_corner_does() -> None:
    one = look(np.ones((2, 8, 8), np.float32), (2.2, 3.0, 6.5, 5.0), where=same(width=32))
    assert one is not None
    assert (3, 3, (2, 4)) == (one.left, one.top, one.inside.shape)
    assert one.inside.all()


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((20.0, 0.0, 30.0, 30.0), id="nothing of the object in it"),
        pytest.param((3.1, 3.1, 3.9, 9.0), id="no whole pixel"),
        pytest.param((-9.0, -9.0, -1.0, 5.0), id="beside the frame"),
    ],
)
def test_an_object_without_a_pixel_is_a_plain_box(box: tuple[float, ...]) -> None:
    assert look(halves(), box, where=same(width=32)) is None


def test_probabilities_are_those_of_the_cells_under_the_box() -> None:
    one = look(halves() * 1000, (8, 8, 16, 16), where=same(width=32))
    assert one is not None
    assert one.soft is not None
    assert np.float32 == one.soft.dtype
    assert {0.0, 1.0} == set(one.soft.ravel().tolist())
    assert 2 <= one.soft.shape[0] <= 8


def test_what_the_letterbox_holds_never_reaches_the_picture() -> None:
    """Of a frame of 32 x 16, rows 8 to 24 of the input: the cells above and below say the opposite."""
    maps = np.ones((2, 8, 8), np.float32)
    maps[:, :2] = maps[:, 6:] = -1000
    one = look(maps, (0, 0, 32, 16), where=fit(INPUT, width=32, height=16))
    assert one is not None
    assert (16, 32) == one.inside.shape
    assert one.inside.all()


@pytest.mark.parametrize(
    ("height", "finer"), [(16, 1), (12, 2), (14, 4), (13, 4)], ids=["whole", "halves", "quarters", "odd padding"]
)
def test_a_border_within_a_cell_is_met_by_finer_cells(height: int, finer: int) -> None:
    where = fit(INPUT, width=32, height=height)
    assert 0 == where.rows[0] * finer % 4
    one = look(halves(), (0, 0, 32, height), where=where)
    assert one is not None
    expected = np.zeros((height, 32), bool)
    expected[:, :16] = True
    np.testing.assert_array_equal(one.inside, expected)


@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    box=st.tuples(*[st.floats(-20, 110)] * 4),
    seed=st.integers(0, 99),
)
def test_a_region_lies_in_the_frame_and_in_its_box(width: int, height: int, box: tuple[float, ...], seed: int) -> None:
    maps = np.random.default_rng(seed).normal(size=(2, 8, 8)).astype(np.float32)
    left, top = min(box[0], box[2]), min(box[1], box[3])
    right, bottom = max(box[0], box[2]), max(box[1], box[3])
    one = look(maps, (left, top, right, bottom), where=fit(INPUT, width=width, height=height))
    if one is not None:
        rows, columns = one.inside.shape
        assert max(left, 0) <= one.left < one.left + columns <= min(np.ceil(right), width)
        assert max(top, 0) <= one.top < one.top + rows <= min(np.ceil(bottom), height)
        assert one.inside.any()


@given(seed=st.integers(0, 99), left=st.integers(0, 20), top=st.integers(0, 20))
def test_a_part_is_decided_as_the_whole_is(seed: int, left: int, top: int) -> None:
    """Cells beyond the box are only looked at where linear mixing needs them."""
    maps = np.random.default_rng(seed).normal(size=(2, 8, 8)).astype(np.float32)
    where = fit(INPUT, width=60, height=44)
    whole = look(maps, (0, 0, 60, 44), where=where)
    part = look(maps, (left, top, left + 20, top + 20), where=where)
    assert whole is not None
    cut = whole.inside[top : top + 20, left : left + 20]
    if part is None:
        assert not cut.any()
    else:
        np.testing.assert_array_equal(part.inside, cut)
