"""What a camera usually shows is learnt hour by hour, and survives being stored."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.expectation import LEAST, MEMORY, Expectation, Hour, Spread, from_json, learn, to_json
from support_scenes import CAR, PERSON

NOON = 12
looks = st.lists(st.dictionaries(st.sampled_from([PERSON, CAR]), st.integers(0, 20), max_size=2), max_size=60)


def learnt(given_: Sequence[dict[int, int]], *, hour: int = NOON, memory: Expectation | None = None) -> Expectation:
    memory = memory or Expectation()
    for counts in given_:
        memory = learn(memory, counts, hour=hour)
    return memory


def test_nothing_is_usual_before_enough_was_seen() -> None:
    assert learnt([{CAR: 1}] * (LEAST - 1)).usual(NOON) is None
    usual = learnt([{CAR: 1}] * LEAST).usual(NOON)
    assert usual is not None
    assert usual[CAR] == pytest.approx((1.0, 0.0))
    assert Expectation().usual(NOON) is None


def test_hours_are_learnt_apart() -> None:
    memory = learnt([{PERSON: 4}] * LEAST, hour=3, memory=learnt([{CAR: 1}] * LEAST))
    assert (list(memory.usual(NOON) or ()), list(memory.usual(3) or ()), memory.usual(4)) == ([CAR], [PERSON], None)


@given(looks.filter(bool))
def test_the_first_looks_weigh_alike(given_: list[dict[int, int]]) -> None:
    labels = learnt(given_).hours[NOON].labels
    for label in (PERSON, CAR):
        counts = [look.get(label, 0) for look in given_]
        expected = (float(np.mean(counts)), float(np.var(counts)))
        assert labels.get(label, (0.0, 0.0)) == pytest.approx(expected, abs=1e-9)


def test_old_looks_fade_and_what_does_not_come_again_is_forgotten() -> None:
    memory = learnt([{CAR: 2}] * MEMORY)
    later = learnt([{PERSON: 1}] * MEMORY, memory=memory).hours[NOON]
    assert later.looks == MEMORY
    assert later.labels[CAR].mean == pytest.approx(2 * (1 - 1 / MEMORY) ** MEMORY)
    assert later.labels[PERSON].mean == pytest.approx(1 - (1 - 1 / MEMORY) ** MEMORY)
    assert list(learnt([{PERSON: 1}] * (9 * MEMORY), memory=memory).hours[NOON].labels) == [PERSON]


@given(looks)
def test_the_memory_survives_being_stored(given_: list[dict[int, int]]) -> None:
    memory = learnt(given_)
    assert from_json(json.loads(json.dumps(to_json(memory)))) == memory


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"24": {"looks": 1, "labels": {}}}, id="hour"),
        pytest.param({"1": {"labels": {}}}, id="no looks"),
        pytest.param({"1": 7}, id="no hour"),
        pytest.param({"1": {"looks": 1, "labels": []}}, id="no labels"),
        pytest.param({"1": {"looks": -1, "labels": {}}}, id="looks"),
        pytest.param({"1": {"looks": float("inf"), "labels": {}}}, id="endless looks"),
        pytest.param({"1": {"looks": 1, "labels": {"3": [1.0]}}}, id="no variance"),
        pytest.param({"1": {"looks": 1, "labels": {"3": [1.0, -1.0]}}}, id="variance"),
        pytest.param({"1": {"looks": 1, "labels": {"3": [float("nan"), 0.0]}}}, id="mean"),
        pytest.param({"noon": {"looks": 1, "labels": {}}}, id="name"),
        pytest.param([], id="list"),
    ],
)
def test_what_is_no_memory_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r"not what a camera|expected|invalid literal"):
        from_json(document)  # type: ignore[arg-type]  # what the test is about


@pytest.mark.parametrize("hour", [-1, 24])
def test_there_are_24_hours(hour: int) -> None:
    with pytest.raises(ValueError, match="expected hours from 0 to 23"):
        learn(Expectation(), {}, hour=hour)


def test_a_day_of_a_busy_camera_is_small() -> None:
    day = Expectation({hour: Hour(MEMORY, {label: Spread(1.25, 0.5) for label in range(80)}) for hour in range(24)})
    assert len(json.dumps(to_json(day))) < 64_000
