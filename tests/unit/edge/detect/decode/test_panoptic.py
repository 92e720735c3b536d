"""Tests of panoptic merging: every pixel in one segment at most, things before stuff."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.decode.panoptic import Part, merge
from askance.edge.shapes import Region, Scope
from askance.edge.values import Bools

WIDTH, HEIGHT = 20, 12
PERSON, ROAD, SKY = 1, 2, 3


def rectangle(left: int, top: int, width: int, height: int, scope: Scope = Scope.INSTANCE) -> Region:
    return Region(left, top, np.ones((height, width), np.bool_), scope)


def divide(*rows: tuple[Region, float, int]) -> tuple[Part, ...]:
    regions, scores, label_ids = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
    return merge(
        regions,
        np.array(scores),
        label_ids=np.array(label_ids, np.int32),
        things=frozenset({PERSON}),
        width=WIDTH,
        height=HEIGHT,
    )


def paint(region: Region) -> Bools:
    frame = np.zeros((HEIGHT, WIDTH), np.bool_)
    rows, columns = region.inside.shape
    frame[region.top : region.top + rows, region.left : region.left + columns] = region.inside
    return frame


@st.composite
def rows(draw: st.DrawFn) -> tuple[Region, float, int]:
    shape = draw(st.tuples(st.integers(1, 15), st.integers(1, 15)))
    inside = np.random.default_rng(draw(st.integers(0, 99))).random(shape) < draw(st.floats(0, 1))
    left, top = draw(st.integers(-20, 25)), draw(st.integers(-20, 15))
    scope = draw(st.sampled_from([Scope.INSTANCE, Scope.SEMANTIC]))
    soft = draw(st.sampled_from([None, np.full((3, 4), 0.5, np.float32)]))
    return Region(left, top, inside, scope, soft), draw(st.floats(0, 1)), draw(st.sampled_from([PERSON, ROAD, SKY]))


@given(given_rows=st.lists(rows(), max_size=6))
def test_no_pixel_is_in_two_segments_and_none_beyond_the_frame_or_its_source(
    given_rows: list[tuple[Region, float, int]],
) -> None:
    count = np.zeros((HEIGHT, WIDTH), int)
    for part in divide(*given_rows):
        source, found = given_rows[part.index][0], part.region
        painted = paint(found)  # fails where it does not lie in the frame
        assert found.inside.sum() == painted.sum() > 0
        assert all(side.any() for side in (*found.inside[[0, -1]], *found.inside.T[[0, -1]]))
        count += painted
        for row, column in np.argwhere(painted):
            assert source.inside[row - source.top, column - source.left]
        assert (found.soft is None) == (source.soft is None)
        assert found.soft is None or found.soft.size > 0
        assert found.scope is (Scope.THING if source.scope is Scope.INSTANCE else Scope.STUFF)
        if found.scope is Scope.THING:
            assert 2 * found.inside.sum() >= source.inside.sum()
    assert count.max() <= 1


def test_the_surer_instance_lies_above_and_a_hidden_one_is_dropped() -> None:
    parts = divide(
        (rectangle(0, 0, 6, 4), 0.6, PERSON), (rectangle(4, 0, 6, 4), 0.9, PERSON), (rectangle(5, 1, 4, 5), 0.5, PERSON)
    )
    assert [1, 0] == [part.index for part in parts]
    assert [(4, 6), (0, 4)] == [(part.region.left, part.region.inside.shape[1]) for part in parts]


def test_one_that_is_half_visible_stays() -> None:
    parts = divide((rectangle(0, 0, 4, 4), 0.9, PERSON), (rectangle(2, 0, 4, 4), 0.5, PERSON))
    assert [0, 1] == [part.index for part in parts]


def test_stuff_takes_what_things_leave_and_a_semantic_thing_is_no_stuff() -> None:
    parts = divide(
        (rectangle(0, 6, 20, 6, Scope.SEMANTIC), 0.9, ROAD),
        (rectangle(2, 2, 3, 8, Scope.SEMANTIC), 0.9, PERSON),
        (rectangle(2, 2, 3, 8), 0.3, PERSON),
    )
    assert [(2, Scope.THING), (0, Scope.STUFF)] == [(part.index, part.region.scope) for part in parts]
    assert 20 * 6 - 3 * 4 == parts[1].region.inside.sum()


def test_of_two_kinds_of_stuff_on_one_place_the_larger_has_it() -> None:
    parts = divide(
        (rectangle(0, 0, 10, 6, Scope.SEMANTIC), 0.9, SKY), (rectangle(0, 0, 20, 8, Scope.SEMANTIC), 0.5, ROAD)
    )
    assert [1] == [part.index for part in parts]


def test_a_crumb_of_stuff_is_dropped() -> None:
    assert () == divide((rectangle(0, 0, 3, 1, Scope.SEMANTIC), 0.9, ROAD))
    assert 1 == len(divide((rectangle(0, 0, 4, 1, Scope.SEMANTIC), 0.9, ROAD)))


def test_a_soft_mask_is_cut_with_its_pixels() -> None:
    soft = np.arange(8, dtype=np.float32).reshape(2, 4)
    below = Region(0, 0, np.ones((4, 8), np.bool_), Scope.INSTANCE, soft)
    parts = divide((rectangle(0, 0, 4, 4), 0.9, PERSON), (below, 0.5, PERSON))
    assert parts[1].region.soft is not None
    assert soft[:, 2:].tolist() == parts[1].region.soft.tolist()
