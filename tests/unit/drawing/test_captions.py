"""Words stand beside what they name, and never over each other."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from askance.drawing.captions import Area, extent, place, stack

SIZE = 400, 300
AREAS = st.builds(Area, st.floats(0, 350), st.floats(0, 250), st.floats(1, 200), st.floats(1, 200))


def spot(area: Area, text: str = "car 0.91", *, taken: tuple[Area, ...] = ()) -> Area:
    (found,) = place([(area, text)], size=SIZE, height=10, taken=taken)
    assert found is not None
    return found


def test_the_first_place_is_over_the_object() -> None:
    assert (100.0, 87.5) == (spot(Area(100, 100, 80, 50)).x, spot(Area(100, 100, 80, 50)).y)


def test_at_the_top_of_the_image_it_is_under_the_object() -> None:
    assert 50.0 == spot(Area(100, 0, 80, 50)).y


def test_of_an_object_that_fills_the_image_it_is_inside() -> None:
    found = spot(Area(0, 0, 400, 300))

    assert (0.0, 0.0) == (found.x, found.y)


def test_a_text_is_moved_into_the_image() -> None:
    found = spot(Area(390, 100, 10, 10))

    assert 400 >= found.x + found.width


def test_a_text_goes_where_it_hides_no_small_object() -> None:
    small = Area(100, 80, 30, 18)

    large, _ = place([(Area(100, 100, 200, 150), "bus"), (small, "dog")], size=SIZE, height=10)

    assert large is not None
    assert 0.0 == large.shared(small)


def test_a_text_leaves_free_what_is_better_left_free() -> None:
    area, nose = Area(100, 100, 80, 50), Area(110, 88, 4, 4)

    (found,) = place([(area, "person")], size=SIZE, height=10, spared=[nose])

    assert found is not None
    assert 0.0 == found.shared(nose)


def test_a_text_that_finds_no_place_is_left_out() -> None:
    assert [None] == place([(Area(5, 5, 5, 5), "car")], size=SIZE, height=10, taken=[Area(0, 0, 400, 300)])
    assert [None] == place([(Area(0, 0, 5, 5), "car")], size=(5, 5), height=10)


@given(st.lists(AREAS, max_size=12))
def test_no_text_overprints_another_or_leaves_the_image(areas: list[Area]) -> None:
    found = [area for area in place([(area, "person 0.5") for area in areas], size=SIZE, height=12) if area is not None]

    assert [] == [pair for pair in combinations(found, 2) if pair[0].shared(pair[1]) > 1e-6]
    assert all(area.y >= 0 and area.y + area.height <= SIZE[1] + 1e-6 for area in found)
    assert all(area.x >= 0 and area.x + area.width <= SIZE[0] + 1e-6 for area in found)


def test_wide_letters_take_the_room_of_two() -> None:
    assert extent("歩行者", 10) == extent("walker", 10)


def test_what_belongs_to_the_whole_image_stands_in_its_corner() -> None:
    chips = stack(["night", "rain 0.9"], height=10)

    assert [5.0, 5.0] == [chip.x for chip in chips]
    assert chips[1].y > chips[0].y + chips[0].height
    assert [] == stack([], height=10)
