"""What is told in one thread is known in the other."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from askance.edge.attention import GateSection
from askance.edge.detect.panel import Panel
from askance.edge.governor import Throttle
from askance.edge.requests import Wish
from askance.edge.store import Store
from askance.edge.told import Told
from askance.edge.values import Drop, Image
from askance.labels import LabelMap
from askance.wire.codec import unpack
from askance.wire.identity import CameraId
from support_pipeline import CAMERA, Built, frame
from support_store import open_store

GATE = CameraId("gate")
SECOND = 10**9


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def test_at_first_nothing_is_known() -> None:
    assert ({}, None) == ((told := Told()).readings(0), told.asked(GATE))


def test_readings_are_known_for_their_time() -> None:
    told = Told()
    told.tell({"speed": 12.5}, now_ns=0, for_ns=SECOND)

    assert ({"speed": 12.5}, {}) == (told.readings(SECOND - 1), told.readings(SECOND))
    with pytest.raises(ValueError, match="at most 64"):
        told.tell({f"name-{index}": 0.0 for index in range(64)}, now_ns=0, for_ns=SECOND)


def test_where_a_camera_looks_is_known_until_it_turns_or_is_forgotten() -> None:
    told, yard = Told(), CameraId("yard")
    told.turn(GATE, "home")
    told.turn(yard, "road")
    told.turn(GATE, "street")
    assert {GATE: "street", yard: "road"} == told.poses()

    told.turn(GATE, None)
    told.turn(GATE, None)
    assert {yard: "road"} == told.poses()


def test_the_next_frame_is_asked_for_once() -> None:
    told = Told()
    told.ask([GATE], Wish("a pothole", last_ns=SECOND))

    assert (Wish("a pothole", last_ns=SECOND), None) == (told.asked(GATE), told.asked(GATE))


def test_nothing_that_is_told_while_frames_come_is_lost() -> None:
    told, cameras = Told(), [CameraId(f"camera-{index}") for index in range(8)]
    asked: list[Wish | None] = []

    def look() -> None:
        asked.extend(told.asked(camera) for _ in range(200) for camera in cameras)

    def speak() -> None:
        for camera in cameras:
            told.ask([camera], Wish(camera))

    threads = [threading.Thread(target=work) for work in (look, speak)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    asked.extend(told.asked(camera) for camera in cameras)
    assert sorted(cameras) == sorted(wish.note for wish in asked if wish is not None)


def test_a_frame_that_is_asked_for_passes_governor_and_gate_and_rules_hear_of_it(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    asked = "version: 1\nrules:\n  - {id: asked, when: {manual: {}}}\n"
    built = Built(store, panel, labels=labels, rules=asked, folder=tmp_path, live=True, gate=GateSection(at_least=None))
    pipeline, told = built.pipeline, built.stages.told
    pipeline.process(frame(photo, 1))
    pipeline.throttle = Throttle(interval_s=60.0)
    assert Drop("governor.busy") == pipeline.process(frame(photo, 2))

    told.ask([CAMERA], Wish("the patrol"))
    kept = pipeline.process(frame(photo, 3))

    assert not isinstance(kept, Drop)
    assert Drop("governor.busy") == pipeline.process(frame(photo, 4))
    (due,) = store.due(9, exclude=())
    envelope = store.read(due.frame_id, 0, length=due.size)
    assert envelope is not None
    assert "asked for: the patrol" == unpack(envelope).manifest.reasons[0].text


def test_readings_are_heard_of_while_they_are_fresh(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    fast = "version: 1\nrules:\n  - {id: fast, when: {signal: {name: speed, above: 8}}}\n"
    built = Built(store, panel, labels=labels, rules=fast, folder=tmp_path)

    built.stages.told.tell({"speed": 12.0}, now_ns=SECOND, for_ns=5 * SECOND)
    ended = [built.pipeline.process(frame(photo, at_s)) for at_s in (2, 7)]

    assert Drop("rules.no_match") == ended[1] != ended[0]
