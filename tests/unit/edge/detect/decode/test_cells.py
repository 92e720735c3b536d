"""Tests of the cells of a feature map."""

import numpy as np
import pytest

from askance.edge.detect.decode.cells import cells, check_cells, side
from askance.errors import ModelError
from support_decode import same


@pytest.mark.parametrize(("pixels", "stride", "expected"), [(32, 8, 4), (33, 8, 5), (416, 64, 7), (1, 8, 1)])
def test_the_last_cell_may_reach_beyond_the_picture(pixels: int, stride: int, expected: int) -> None:
    assert expected == side(pixels, stride)


def test_cells_are_laid_out_map_by_map_row_by_row() -> None:
    grid = cells(same(width=24, height=16), 8, 16)
    small = [[0, 0, 8], [1, 0, 8], [2, 0, 8], [0, 1, 8], [1, 1, 8], [2, 1, 8]]
    assert [*small, [0, 0, 16], [1, 0, 16]] == grid.tolist()


def test_one_size_is_laid_out_once_and_nobody_writes_on_it() -> None:
    grid = cells(same(width=24, height=16), 8)
    assert grid is cells(same(width=24, height=16), 8)
    assert not np.shares_memory(grid, cells(same(width=16, height=24), 8))
    with pytest.raises(ValueError, match="read-only"):
        grid[0, 0] = 1


def test_an_output_of_another_size_is_the_cards_fault() -> None:
    check_cells("tiny", expected=(4, 4), got=(4, 4))
    with pytest.raises(
        ModelError, match=r"tiny do not fit its input: expected cells of shape \(4, 4\), got \(4, 5\)"
    ) as caught:
        check_cells("tiny", expected=(4, 4), got=(4, 5))
    assert "card.yaml" in (caught.value.hint or "")
