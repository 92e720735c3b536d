"""Cameras are learnt from once a minute, hour by hour, and what was learnt outlives the agent."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from askance.database import connect
from askance.edge.expectation import LEAST, Expectation, Hour, Spread, Usual, from_json, to_json
from askance.edge.habits import LOOK_EVERY_NS, NOTE_EVERY_NS, Habits, asked
from askance.edge.health import Health
from askance.edge.rules import Policy, Rule, RuleId
from askance.edge.rules.conditions import AnyOf, Doubt
from askance.edge.store import Store
from askance.edge.store.habits import HabitBook
from askance.edge.store.schema import MIGRATIONS
from askance.edge.values import Instant, Measure
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_scenes import CAR, PERSON, scene
from support_store import index_of, open_store

GATE, YARD = CameraId("gate"), CameraId("yard")
NOON_MS: Final = 1_700_049_600_000 + 30 * 60 * 1000  # 2023-11-15T12:30Z
MINUTE: Final = 60 * 10**9


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def habits(store: Store, health: Health) -> Habits:
    return Habits(store.habits, health)


def at(minute: float, *, wall_ms: int | None = NOON_MS, clock: ClockQuality = ClockQuality.NTP) -> Instant:
    return Instant(int(minute * MINUTE), wall_ms, clock)


def watch(habits: Habits, minutes: int, *, camera: CameraId = GATE, clock: ClockQuality = ClockQuality.NTP) -> None:
    """Have a camera show two cars, one of them reported, for so many minutes of one hour."""
    for minute in range(minutes):
        habits.learn(camera, at(minute, clock=clock), found=scene((CAR, 0.9), (CAR, 0.3)))


def noted(store: Store, camera: CameraId = GATE) -> Expectation:
    return from_json(json.loads(store.habits.read()[camera]))


def test_what_was_seen_for_half_an_hour_is_usual_at_that_hour_of_that_camera(habits: Habits) -> None:
    watch(habits, LEAST - 1)
    assert habits.usual(GATE, at(0)) is None
    watch(habits, LEAST)  # one more: of the others it is not yet time

    assert {CAR: Spread(1.0, 0.0)} == habits.usual(GATE, at(0))
    assert habits.usual(YARD, at(0)) is None
    assert habits.usual(GATE, at(0, wall_ms=NOON_MS + 3600 * 1000)) is None
    assert habits.usual(GATE, at(0, wall_ms=NOON_MS + 24 * 3600 * 1000)) is not None


def test_frames_of_one_minute_are_one_look(habits: Habits, store: Store) -> None:
    for minute in (0, 0.2, 0.9, 1, 1.9, 2.5, 3.4):
        habits.learn(GATE, at(minute), found=scene((PERSON, 0.9)))
    habits.learn(YARD, at(0.5), found=scene())
    habits.note()

    assert {12: Hour(3, {PERSON: Spread(1.0, 0.0)})} == noted(store).hours
    assert {12: Hour(1)} == noted(store, YARD).hours
    assert LOOK_EVERY_NS == MINUTE


@pytest.mark.parametrize(
    "moment", [at(0, clock=ClockQuality.NONE), at(0, wall_ms=None)], ids=["clock never set", "no time"]
)
def test_without_the_time_of_day_nothing_is_learnt_and_nothing_usual(
    habits: Habits, store: Store, moment: Instant
) -> None:
    habits.learn(GATE, moment, found=scene((CAR, 0.9)))
    habits.note()
    assert {} == store.habits.read()

    watch(habits, LEAST)
    assert habits.usual(GATE, at(0)) is not None
    assert habits.usual(GATE, moment) is None


def test_it_is_written_down_every_hour_and_at_the_end_and_read_at_the_start(
    habits: Habits, store: Store, health: Health
) -> None:
    watch(habits, NOTE_EVERY_NS // MINUTE)
    habits.learn(YARD, at(30), found=scene())
    assert {} == store.habits.read()
    habits.learn(GATE, at(60), found=scene((CAR, 0.9)))
    assert (61, 1) == (noted(store).hours[12].looks, noted(store, YARD).hours[12].looks)
    habits.learn(GATE, at(61), found=scene())
    assert 61 == noted(store).hours[12].looks

    habits.note()

    usual = Habits(store.habits, health).usual(GATE, at(0))
    assert usual == habits.usual(GATE, at(0))
    assert usual is not None
    assert 0 < usual[CAR].mean < 1


@pytest.mark.parametrize("text", ["{", "[]", '{"24": {}}', '{"1": {"looks": 1e999, "labels": {}}}', "7"])
def test_what_cannot_be_read_is_forgotten_counted_and_learnt_anew(
    store: Store, health: Health, tmp_path: Path, text: str
) -> None:
    store.habits.note({GATE: "{}", YARD: json.dumps(to_json(Expectation({12: Hour(LEAST)})))})
    with index_of(tmp_path) as index:  # as a failing disk or another version might leave it
        index.execute("PRAGMA ignore_check_constraints = ON")
        index.execute("UPDATE habits SET shown = ? WHERE camera = ?", (text, GATE))

    habits = Habits(store.habits, health)

    assert {"habits.unreadable": 1} == health.vitals().counts
    expected: tuple[Usual | None, Usual | None] = (None, {})
    assert expected == (habits.usual(GATE, at(0)), habits.usual(YARD, at(0)))
    watch(habits, 1)
    habits.note()
    assert 1 == noted(store).hours[12].looks


def test_a_full_disk_is_trouble_that_is_asked_again_in_an_hour(tmp_path: Path, health: Health) -> None:
    connection = connect(tmp_path / "small.db", MIGRATIONS, page_bytes=512)
    book = HabitBook(connection, threading.Lock())
    habits = Habits(book, health)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    many = scene(*((label, 0.9) for label in range(1, 90)))

    connection.execute(f"PRAGMA max_page_count = {pages:d}")
    for minute in range(90):
        habits.learn(GATE, at(minute), found=many)
    assert ["habits"] == [part for part, what in health.news() if what is not None]
    assert 89 == len(habits.usual(GATE, at(0)) or ())
    connection.execute("PRAGMA max_page_count = 100000")
    for minute in range(90, 130):
        habits.learn(GATE, at(minute), found=many)

    assert {} == health.vitals().trouble
    assert [GATE] == list(book.read())
    connection.close()


def test_a_rule_that_asks_for_numbers_of_objects_is_found_among_others() -> None:
    unsure, unusual = (Doubt(Measure(name), 0.5) for name in ("entropy", "unexpected_count"))

    assert not asked(Policy((Rule(RuleId("a"), "1", unsure),)))
    assert asked(Policy((Rule(RuleId("a"), "1", unsure), Rule(RuleId("b"), "1", AnyOf((unsure, unusual))))))
