"""What was kept lately is known again, and nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.scenes import ALIKE_BITS, MOMENT_NS, MOST_OBJECTS, MOST_SCENES, Album, Looks, Scenes, looks
from support_scenes import CAR, NOTHING, PERSON, SIZE
from support_tracks import Seen, moment

SECOND = 10**9


def showing(*objects: Seen, dhash: int = 0) -> Looks:
    return looks(moment(objects).detections, dhash=f"{dhash:016x}", size=SIZE)


def box(left: float, top: float) -> tuple[float, float, float, float]:
    return (left, top, left + 40, top + 40)


ONE = Seen(1, CAR, 0.9, box(100, 100))
TWO = Seen(2, PERSON, 0.4, box(400, 200))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(showing(ONE, TWO), True, id="the same"),
        pytest.param(showing(TWO._replace(score=0.9), ONE._replace(score=0.3)), True, id="other scores"),
        pytest.param(showing(ONE, TWO, Seen(3, CAR, 0.1, box(0, 0))), True, id="and a whisper"),
        pytest.param(showing(ONE, TWO._replace(box=box(420, 200))), True, id="moved a little"),
        pytest.param(showing(ONE, TWO._replace(box=box(440, 200))), False, id="moved"),
        pytest.param(showing(ONE, TWO._replace(label=CAR)), False, id="another class"),
        pytest.param(showing(ONE), False, id="one is gone"),
        pytest.param(showing(), False, id="all are gone"),
        pytest.param(showing(ONE, TWO, dhash=2**ALIKE_BITS - 1), True, id="the picture changed a little"),
        pytest.param(showing(ONE, TWO, dhash=2 ** (ALIKE_BITS + 1) - 1), False, id="the picture changed"),
    ],
)
def test_two_frames_are_alike_if_the_same_objects_stand_in_the_same_places(other: Looks, *, same: bool) -> None:
    assert showing(ONE, TWO).alike(other) == same
    assert other.alike(showing(ONE, TWO)) == same


def test_what_else_a_thing_may_be_makes_no_other_frame() -> None:
    doubtful = Seen(0, PERSON, 0.5, box(100, 200)), Seen(1, CAR, 0.4, box(104, 200))
    beside = Seen(1, CAR, 0.4, box(300, 200))

    assert showing(*doubtful).alike(showing(doubtful[0]))
    assert not showing(doubtful[0], beside).alike(showing(doubtful[0]))


def test_two_frames_without_objects_are_alike() -> None:
    assert showing().alike(NOTHING)


def test_of_a_crowd_the_clearest_tell() -> None:
    crowd = [Seen(number, CAR, 0.9 - number / 100, box(number * 40, 0)) for number in range(40)]

    assert len(showing(*crowd).labels) == MOST_OBJECTS
    assert showing(*crowd).alike(showing(*crowd[:MOST_OBJECTS]))


def test_the_latest_frame_that_is_alike_tells_how_long_ago() -> None:
    kept = ((ONE, 10), (ONE, 30), (TWO, 40))
    scenes = Scenes()
    for each, at_s in kept:
        scenes = scenes.add(showing(each), now_ns=at_s * SECOND)

    assert scenes.age_ns(showing(ONE), now_ns=50 * SECOND) == 20 * SECOND
    assert scenes.age_ns(showing(ONE, TWO), now_ns=50 * SECOND) is None
    assert scenes.age_ns(showing(TWO), now_ns=35 * SECOND) == 5 * SECOND


def test_of_frames_that_were_kept_out_of_order_the_nearest_counts() -> None:
    scenes = Scenes().add(showing(ONE), now_ns=600 * SECOND).add(showing(ONE), now_ns=12 * SECOND)

    assert scenes.age_ns(showing(ONE), now_ns=14 * SECOND) == 2 * SECOND
    assert scenes.age_ns(showing(ONE), now_ns=599 * SECOND) == SECOND


def test_frames_of_one_moment_are_alike_whatever_has_moved() -> None:
    scenes = Scenes().add(showing(ONE), now_ns=10 * SECOND)

    assert scenes.age_ns(showing(TWO, dhash=2**40 - 1), now_ns=10 * SECOND + MOMENT_NS - 1) == MOMENT_NS - 1
    assert scenes.age_ns(showing(TWO, dhash=2**40 - 1), now_ns=10 * SECOND + MOMENT_NS) is None


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        pytest.param([], 1.0, id="nothing was kept"),
        pytest.param([showing(ONE, TWO)], 0.0, id="the same"),
        pytest.param([showing(ONE)], 0.5, id="one more object"),
        pytest.param([showing(ONE, TWO, dhash=2**8 - 1)], 0.25, id="a quarter of what tells pictures apart"),
        pytest.param([showing(ONE, dhash=2**8 - 1)], 1 - 0.75 * 0.5, id="both"),
        pytest.param([showing(ONE, TWO, dhash=2**40 - 1)], 1.0, id="another picture"),
        pytest.param([showing()], 1.0, id="nobody"),
        pytest.param([showing(), showing(ONE), showing(ONE, TWO, dhash=2**4 - 1), showing()], 0.125, id="the nearest"),
    ],
)
def test_a_frame_is_as_new_as_it_differs_from_the_most_alike_that_was_kept(kept: list[Looks], expected: float) -> None:
    scenes = Scenes()
    for number, each in enumerate(kept):
        scenes = scenes.add(each, now_ns=number)

    assert scenes.novelty(showing(ONE, TWO)) == pytest.approx(expected)


def test_two_empty_frames_of_the_same_picture_are_not_new() -> None:
    assert Scenes().add(showing(), now_ns=0).novelty(showing(dhash=1)) == pytest.approx(1 / 32)


@pytest.mark.parametrize(
    ("mine", "others", "expected"),
    [
        pytest.param((3.0, 4.0), (3.0, 4.0), 0.0, id="the same looks"),
        pytest.param((1.0, 0.0), (0.0, 2.0), 1.0, id="other looks"),
        pytest.param((1.0, 0.0), (1.0, 1.0), 1 - 0.5**0.5, id="between"),
        pytest.param((1.0, 0.0), (-1.0, 0.0), 1.0, id="the reverse"),
        pytest.param((0.0, 0.0), (1.0, 0.0), 1.0, id="no looks at all"),
        pytest.param((1.0, 0.0), (1.0, 0.0, 0.0), 0.0, id="of another model"),
        pytest.param((1.0, 0.0), None, 0.0, id="of one alone"),
    ],
)
def test_an_object_in_the_same_place_that_looks_otherwise_is_new(
    mine: tuple[float, ...], others: tuple[float, ...] | None, expected: float
) -> None:
    def embedded(vector: tuple[float, ...] | None) -> Looks:
        found = moment((ONE,)).detections
        embeddings = None if vector is None else np.array([vector], np.float32)
        return looks(replace(found, embeddings=embeddings), dhash="0" * 16, size=SIZE)

    assert Scenes().add(embedded(others), now_ns=0).novelty(embedded(mine)) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 5)), max_size=9), st.integers(0, 5))
def test_novelty_is_one_less_the_greatest_likeness(kept: list[tuple[int, int]], count: int) -> None:
    def many(number: int, dhash: int = 0) -> Looks:
        return showing(*(Seen(each, CAR, 0.9, box(100.0 * each, 0)) for each in range(number)), dhash=dhash & 2**12 - 1)

    scenes = Scenes()
    for number, dhash in kept:
        scenes = scenes.add(many(dhash, number), now_ns=0)
    plain = [float(Album((each.looks,)).likeness(many(count))[0]) for each in scenes.kept]

    assert scenes.novelty(many(count)) == pytest.approx(1 - max(plain, default=0))
    assert 0 <= scenes.novelty(many(count)) <= 1


@given(st.integers(0, 200))
def test_few_scenes_are_remembered(count: int) -> None:
    scenes = Scenes()
    for number in range(count):
        scenes = scenes.add(NOTHING, now_ns=number)

    assert len(scenes.kept) == min(count, MOST_SCENES)
    assert np.all(np.diff([scene.at_ns for scene in scenes.kept]) == 1)
