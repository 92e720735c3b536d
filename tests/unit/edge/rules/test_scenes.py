"""What was kept lately is known again, and nothing else is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.scenes import ALIKE_BITS, MOST_OBJECTS, MOST_SCENES, Looks, Scenes, looks
from support_scenes import CAR, NOTHING, PERSON, SIZE
from support_tracks import Seen, moment


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


def test_two_frames_without_objects_are_alike() -> None:
    assert showing().alike(NOTHING)


def test_of_a_crowd_the_clearest_tell() -> None:
    crowd = [Seen(number, CAR, 0.9 - number / 100, box(number * 10, 0)) for number in range(40)]

    assert len(showing(*crowd).labels) == MOST_OBJECTS
    assert showing(*crowd).alike(showing(*crowd[:MOST_OBJECTS]))


def test_the_latest_frame_that_is_alike_tells_how_long_ago() -> None:
    scenes = Scenes().add(showing(ONE), now_ns=10).add(showing(ONE), now_ns=30).add(showing(TWO), now_ns=40)

    assert scenes.age_ns(showing(ONE), now_ns=50) == 20
    assert scenes.age_ns(showing(ONE, TWO), now_ns=50) is None
    assert scenes.age_ns(showing(TWO), now_ns=35) == 0


@given(st.integers(0, 200))
def test_few_scenes_are_remembered(count: int) -> None:
    scenes = Scenes()
    for number in range(count):
        scenes = scenes.add(NOTHING, now_ns=number)

    assert len(scenes.kept) == min(count, MOST_SCENES)
    assert np.all(np.diff([scene.at_ns for scene in scenes.kept]) == 1)
