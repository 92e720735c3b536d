"""A camera's usual view is learnt, missed when it is gone, and dirt is where nothing shows any more."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from askance.edge.outlook import AWAY, CELLS, LEARNT_NS, SETTLED_NS, STEADY_NS, Outlook, survey

Grey = NDArray[np.uint8]
SECOND = 10**9
STEP_NS = 10 * SECOND


def squares(seed: int, *, contrast: int = 235) -> Grey:
    """A tile full of texture."""
    grey = np.random.default_rng(seed).integers(20, contrast, (30, 54), np.uint8).repeat(3, axis=0).repeat(3, axis=1)
    return np.ascontiguousarray(grey[:, :160])


def noisy(tile: Grey, seed: int) -> Grey:
    noise = np.random.default_rng(seed).normal(0, 3, tile.shape)
    return np.clip(tile + noise, 0, 255).astype(np.uint8)


def watch(tiles: Sequence[Grey], memory: Outlook | None = None, *, step_ns: int = STEP_NS) -> list[Outlook]:
    """What is known after each of some frames, ten seconds apart."""
    seen: list[Outlook] = []
    start_ns = 0 if memory is None else memory.at_ns + step_ns
    for index, tile in enumerate(tiles):
        before = tiles[index - 1] if index else None
        memory = survey(memory, noisy(tile, index), before=before, at_ns=start_ns + index * step_ns)
        seen.append(memory)
    return seen


def learnt(seconds: int = LEARNT_NS // SECOND + 600) -> Outlook:
    return watch([squares(0)] * (seconds // 10))[-1]


def blotted(tile: Grey, cells: int) -> Grey:
    """A tile of whose cells some, row by row, show nothing."""
    covered = tile.copy()
    for cell in range(cells):
        row, column = divmod(cell, 8)
        covered[int(row * 11.25) : int(row * 11.25 + 12.25), column * 20 : column * 20 + 20] = 120
    return covered


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400)), min_size=1, max_size=40), st.integers(-5, 60))
def test_shares_stay_in_range_whatever_is_shown_and_however_time_goes(
    shown: list[tuple[int, int]], step_s: int
) -> None:
    memory, at_ns = None, 10**12
    for seed, wait in shown:
        at_ns += (wait + step_s) * SECOND
        memory = survey(memory, squares(seed), before=None, at_ns=at_ns)
        assert 0 <= memory.left <= 1
        assert 0 <= memory.dirt <= 1
        assert memory.edges.shape == (9, 16, 2)
        assert memory.texture.shape == memory.blank_ns.shape == (8, 8)


def test_another_view_is_missed_when_it_stands_and_usual_when_it_has_for_long() -> None:
    later = watch([squares(1)] * 90, learnt())

    told = [index for index, memory in enumerate(later) if memory.left < AWAY]
    assert told[0] == STEADY_NS // STEP_NS
    assert told[-1] <= SETTLED_NS // STEP_NS
    assert later[told[0]].left < 0.2
    assert later[-1].likeness > 0.5
    assert {0.0} == {memory.dirt for memory in later}
    back = watch([squares(0)] * 20, watch([squares(1)] * 60, later[-1])[-1])
    assert any(memory.left < AWAY for memory in back)


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param([squares(seed) for seed in range(1, 60)], id="it turns"),
        pytest.param([squares(1), squares(1), squares(1), squares(0)] * 15, id="a car stops before it"),
        pytest.param([squares(0) // 4] * 60, id="the light goes out"),
        pytest.param([255 - squares(0)] * 60, id="bright and dark change places"),
        pytest.param([cv2.GaussianBlur(squares(1), (0, 0), 6).astype(np.uint8)] * 60, id="out of focus"),
        pytest.param([squares(0)] * 60, id="nothing"),
    ],
)
def test_what_is_no_other_view_does_not_move_the_camera(shown: list[Grey]) -> None:
    assert {1.0} == {memory.left for memory in watch(shown, learnt())}


def test_nothing_is_usual_before_it_was_watched_for_long() -> None:
    short = watch([squares(0)] * (LEARNT_NS // STEP_NS - 1))[-1]
    film = [squares(cut // 20) for cut in range(400)]  # cut every 200 s

    assert {1.0} == {memory.left for memory in watch([squares(1)] * 10, short)}
    assert {1.0} == {memory.left for memory in watch(film)}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, CELLS // 2 - 1))
def test_dirt_is_the_share_of_cells_that_show_nothing_any_more_once_that_has_lasted(cells: int) -> None:
    later = watch([blotted(squares(0), cells)] * 70, learnt())

    first = SETTLED_NS // STEP_NS
    assert {0.0} == {memory.dirt for memory in later[:first]}
    assert cells / CELLS == pytest.approx(later[first].dirt, abs=1 / CELLS)


def test_more_dirt_is_never_less() -> None:
    found = [watch([blotted(squares(0), cells)] * 62, learnt())[-1].dirt for cells in (0, 2, 5, 9, 20)]

    assert sorted(found) == found
    assert found[0] == 0 < found[1]


def sky(tile: Grey) -> Grey:
    clear = tile.copy()
    clear[:30] = 200
    return clear


PLAIN = squares(0)
FAINT = (PLAIN // 40).astype(np.uint8)


@pytest.mark.parametrize(
    ("before", "later"),
    [
        pytest.param(sky(PLAIN), sky(PLAIN), id="the sky never shows anything"),
        pytest.param(PLAIN, np.full_like(PLAIN, 90), id="nothing does any more"),
        pytest.param(PLAIN, blotted(PLAIN, CELLS * 3 // 4), id="few others do"),
        pytest.param(FAINT, blotted(FAINT, 8), id="there is little to be seen"),
    ],
)
def test_what_looks_clean(before: Grey, later: Grey) -> None:
    usual = watch([before] * 90)[-1]

    assert {0.0} == {memory.dirt for memory in watch([later] * 80, usual)}


def test_what_changes_in_a_cell_is_no_dirt() -> None:
    dark, bright = blotted(squares(0), 8), blotted(squares(0), 8)
    dark[:12, :] //= 3

    assert {0.0} == {memory.dirt for memory in watch([dark, bright] * 40, learnt())}


def test_dirt_that_stays_is_usual_in_the_end_and_what_is_wiped_off_is_gone_at_once() -> None:
    dirty = watch([blotted(squares(0), 8)] * 1500, learnt())

    assert dirty[70].dirt > 0 == dirty[-1].dirt
    assert watch([squares(0)] * 2, dirty[70])[-1].dirt == 0


def test_of_the_frames_of_a_second_the_first_is_learnt_from_and_time_that_steps_back_forgets() -> None:
    memory = learnt()

    assert survey(memory, squares(1), before=None, at_ns=memory.at_ns + SECOND - 1) is memory
    assert survey(memory, squares(1), before=None, at_ns=memory.at_ns - 1).watched_ns == 0
    gap = survey(memory, squares(0), before=None, at_ns=memory.at_ns + 10**15)
    assert gap.watched_ns == memory.watched_ns + 10 * SECOND


def test_a_view_without_edges_is_like_no_other() -> None:
    grey = np.full((90, 160), 120, np.uint8)
    flat = survey(survey(None, grey, before=None, at_ns=0), grey, before=grey, at_ns=STEP_NS)

    assert (0.0, 1.0, 0.0) == (flat.likeness, flat.left, flat.dirt)
