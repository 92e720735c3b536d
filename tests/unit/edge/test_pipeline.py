"""One frame goes from the gate to the store, and every frame is counted where it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from askance.codecs.jpeg import decode
from askance.edge.camera_motion import STILL, CameraMotion
from askance.edge.decided import Unobserved
from askance.edge.detect.panel import Panel
from askance.edge.health import Health
from askance.edge.pipeline import Pipeline
from askance.edge.rules import Policy
from askance.edge.stages import Begun
from askance.edge.store import Store
from askance.edge.values import Drop, Frame, Image, Instant
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.codec import unpack
from askance.wire.identity import CameraId
from support_pipeline import CAMERA, DOUBTFUL_PEOPLE, EVERYTHING, SECOND, TRACKS, Built, frame
from support_store import DEVICE, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def build(store: Store, panel: Panel, labels: LabelMap, folder: Path, *, frames: int = 9, size: str = "9MB") -> Built:
    return Built(store, panel, labels=labels, rules=DOUBTFUL_PEOPLE % (frames, size), folder=folder)


def test_a_doubtful_frame_is_kept_with_what_was_seen_and_why(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built = build(store, panel, labels, tmp_path)

    kept = built.pipeline.process(frame(photo, 1))

    assert not isinstance(kept, Drop)
    (due,) = store.due(10, exclude=())
    envelope = store.read(due.frame_id, 0, length=due.size)
    assert envelope is not None
    manifest, jpeg = (opened := unpack(envelope)).manifest, opened.jpeg
    assert (DEVICE, CAMERA, "home") == (manifest.device, manifest.camera, manifest.pose)
    assert "people" == manifest.reasons[0].rule
    people = [manifest.annotations[index].label for index in manifest.reasons[0].objects]
    assert people
    assert {"person"} == set(people)
    assert photo.shape == decode(jpeg).shape
    assert {"seen": 1, "unsure": 1, "kept": 1} == built.counts()


def test_every_frame_is_counted_with_the_reason_why_it_went_no_further(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built = build(store, panel, labels, tmp_path, frames=2)
    grey = np.zeros_like(photo)

    ended = [built.pipeline.process(frame(image, at)) for image, at in [(photo, 1), (photo, 1.5), (grey, 2)]]
    ended += [built.pipeline.process(frame(photo, at)) for at in (3, 5)]

    assert [Drop("rules.cooldown"), Drop("gate.flat"), Drop("rules.budget_frames")] == [
        end for end in ended if isinstance(end, Drop)
    ]
    counts = {"seen": 5, "kept": 2, "unsure": 4, "rules.cooldown": 1, "gate.flat": 1, "rules.budget_frames": 1}
    assert counts == built.counts()


def test_a_budget_in_bytes_counts_the_picture(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built = build(store, panel, labels, tmp_path, size="50kB")

    assert Drop("rules.budget_bytes") == built.pipeline.process(frame(photo, 1))
    assert 0 == store.usage().bytes


def test_a_budget_survives_a_restart(panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path) -> None:
    with open_store(tmp_path / "store", boot_id="a") as store:
        first = build(store, panel, labels, tmp_path, frames=1)
        assert not isinstance(first.pipeline.process(frame(photo, 1)), Drop)

    with open_store(tmp_path / "store", boot_id="b") as store:
        second = build(store, panel, labels, tmp_path, frames=1)

        assert Drop("rules.budget_frames") == second.pipeline.process(frame(photo, 100))


def test_a_device_that_reboots_every_50_minutes_spends_its_hourly_budget_and_no_more(
    panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    kept: list[int] = []
    for boot in range(8):
        with open_store(tmp_path / "store", boot_id=f"boot-{boot}") as store:
            pipeline = build(store, panel, labels, tmp_path, frames=1).pipeline
            ended = {minute: pipeline.process(frame(photo, minute * 60)) for minute in range(0, 50, 7)}
        kept += [boot * 50 + minute for minute, end in ended.items() if not isinstance(end, Drop)]

    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert all(60 <= gap <= 120 for gap in gaps), kept
    assert len(gaps) >= 4


@pytest.mark.parametrize(
    ("clock", "wall_ms", "kept"),
    [
        pytest.param(ClockQuality.NTP, 1_700_000_000_000, False, id="after-its-day"),
        pytest.param(ClockQuality.NTP, 1_500_000_000_000, True, id="before-its-day"),
        pytest.param(ClockQuality.NONE, 1_700_000_000_000, True, id="clock-not-trusted"),
        pytest.param(ClockQuality.RTC, None, True, id="no-clock"),
        pytest.param(ClockQuality.RTC, 2**48 - 1, True, id="clock-beyond-all-calendars"),
    ],
)
def test_a_rule_expires_by_the_clock_of_the_frame(
    store: Store,
    panel: Panel,
    labels: LabelMap,
    photo: Image,
    tmp_path: Path,
    *,
    clock: ClockQuality,
    wall_ms: int | None,
    kept: bool,
) -> None:
    stages = build(store, panel, labels, tmp_path).stages
    policy = Policy(tuple(replace(rule, expires=date(2020, 1, 1)) for rule in stages.policy.rules))
    pipeline = Pipeline(
        replace(stages, policy=policy), Health(), draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=Unobserved()
    )

    ended = pipeline.process(Frame(photo, CAMERA, Instant(SECOND, wall_ms, clock), 0))

    assert kept == (ended != Drop("rules.no_match"))


ANY_PERSON = "{near_threshold: {classes: [person], from: 0.05, to: 0.99}}"


@pytest.mark.parametrize(
    ("rule", "clock", "kept"),
    [
        pytest.param("zones: [{camera: gate, preset: home, include: WHOLE}]", ClockQuality.NTP, True, id="in the zone"),
        pytest.param("zones: [{camera: gate, preset: road, include: WHOLE}]", ClockQuality.NTP, False, id="other pose"),
        pytest.param("zones: [{camera: gate, exclude: WHOLE}]", ClockQuality.NTP, False, id="nowhere"),
        pytest.param("zones: [{camera: yard, exclude: WHOLE}]", ClockQuality.NTP, True, id="another camera's zone"),
        pytest.param(f"when: {{all: [{ANY_PERSON}, {{schedule: {{}}}}]}}", ClockQuality.NTP, True, id="schedule"),
        pytest.param(f"when: {{all: [{ANY_PERSON}, {{schedule: {{}}}}]}}", ClockQuality.NONE, False, id="no clock"),
        pytest.param(f"when: {{all: [{ANY_PERSON}, {{manual: {{}}}}]}}", ClockQuality.NTP, False, id="nobody asked"),
    ],
)
def test_rules_are_told_where_the_camera_looks_and_what_time_it_is(
    store: Store,
    panel: Panel,
    labels: LabelMap,
    photo: Image,
    tmp_path: Path,
    *,
    rule: str,
    clock: ClockQuality,
    kept: bool,
) -> None:
    when = "" if "when" in rule else f"when: {ANY_PERSON}, "
    text = f"version: 1\nrules: [{{id: a, {when}{rule.replace('WHOLE', '[[0, 0], [1, 0], [1, 1], [0, 1]]')}}}]\n"
    built = Built(store, panel, labels=labels, rules=text, folder=tmp_path)

    ended = built.pipeline.process(Frame(photo, CAMERA, Instant(SECOND, 1_700_000_000_000, clock), 0))

    assert kept == (ended != Drop("rules.no_match"))


def test_who_is_who_is_asked_where_a_rule_pauses_for_tracks(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    text = f"version: 1\nrules: [{{id: a, when: {ANY_PERSON}, cooldown: {{track: 10s}}}}]\n"
    built = Built(store, panel, labels=labels, rules=text, folder=tmp_path)
    for number in range(5):
        begun = built.pipeline.begin(frame(photo, 1 + number / 5))
        assert isinstance(begun, Begun)
        built.pipeline.finish(begun)
    built.pipeline.flush(CAMERA)

    assert (1, 4) == (built.counts()["kept"], built.counts()["rules.cooldown"])


def test_a_frame_waits_for_those_after_it_where_a_rule_watches_tracks(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built = Built(store, panel, labels=labels, rules=TRACKS, folder=tmp_path)
    ends = [
        built.pipeline.finish(begun)
        for number in range(4)
        if isinstance(begun := built.pipeline.begin(frame(photo, 1 + number / 10)), Begun)
    ]

    assert [0, 0, 1, 1] == [len(end) for end in ends]
    assert 2 == len(built.pipeline.flush(CAMERA))
    assert () == built.pipeline.flush(CAMERA)
    assert 4 == built.counts()["seen"] == built.counts()["rules.no_match"]


def test_a_camera_that_ends_ends_no_slot_while_others_go_on(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    text = f"version: 1\nrules: [{{id: a, when: {ANY_PERSON}, slot: 10s}}]\n"
    pipeline = Built(store, panel, labels=labels, rules=text, folder=tmp_path).pipeline
    begun = pipeline.begin(frame(photo, 1))
    assert isinstance(begun, Begun)

    assert () == (*pipeline.finish(begun), *pipeline.flush(CAMERA, others=[CameraId("yard")]))
    assert 1 == len(pipeline.flush(CameraId("yard")))


def test_a_frame_that_waits_is_decided_on_while_nothing_else_is_worth_a_look(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built = Built(store, panel, labels=labels, rules=TRACKS, folder=tmp_path)
    begun = built.pipeline.begin(frame(photo, 1))
    assert isinstance(begun, Begun)
    assert () == built.pipeline.finish(begun)

    built.pipeline.begin(frame(np.zeros_like(photo), 2.9))
    assert "rules.no_match" not in built.counts()
    built.pipeline.begin(frame(np.zeros_like(photo), 3))
    assert 1 == built.counts()["rules.no_match"]


def test_a_camera_that_moves_is_noticed_where_a_rule_watches_tracks(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    moved = np.roll(photo, (24, 64), axis=(0, 1))
    shifts: list[CameraMotion | None] = []
    for rules in (TRACKS, EVERYTHING):
        pipeline = Built(store, panel, labels=labels, rules=rules, folder=tmp_path).pipeline
        for image, at in ((photo, 1), (moved, 1.1)):
            begun = pipeline.begin(frame(image, at))
            assert isinstance(begun, Begun)
            pipeline.finish(begun)
            shifts.append(begun.shift)

    assert [shifts[0], shifts[2], shifts[3]] == [STILL] * 3
    assert shifts[1] is not None
    assert shifts[1].affine[:, 2] == pytest.approx([64, 24], abs=4)
