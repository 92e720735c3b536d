"""One frame goes from the gate to the store, and every frame is counted where it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from askance import shipped
from askance.codecs.jpeg import decode
from askance.edge.config import DetectorSection, StoreSection
from askance.edge.detect import Detector
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.detect.panel import Panel
from askance.edge.health import Health
from askance.edge.pipeline import FULL, Pipeline
from askance.edge.rules import Policy
from askance.edge.store import Store
from askance.edge.values import Drop, Frame, Image, Instant
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.codec import unpack
from support_pipeline import CAMERA, DOUBTFUL_PEOPLE, SECOND, Built, frame
from support_store import DEVICE, open_store


@pytest.fixture(scope="module")
def labels() -> LabelMap:
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


@pytest.fixture(scope="module")
def detector(labels: LabelMap) -> Detector:
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    return Detector(package, labels, section=DetectorSection())


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    opened = Lane()
    yield opened
    opened.close()


@pytest.fixture
def panel(detector: Detector, lane: Lane) -> Panel:
    return Panel(detector, (), lane=lane)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture(scope="module")
def photo(assets: Path) -> Image:
    return np.asarray(cv2.imread(str(assets / "images" / "zidane.jpg")), np.uint8)


def build(store: Store, panel: Panel, labels: LabelMap, folder: Path, *, frames: int = 9, size: str = "9MB") -> Built:
    return Built(store, panel, labels=labels, rules=DOUBTFUL_PEOPLE % (frames, size), folder=folder)


def noisy(photo: Image, *, side: int) -> Image:
    """The photo in the corner of a square that no JPEG can make small."""
    noise = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    noise[: photo.shape[0], : photo.shape[1]] = photo
    return noise


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

    assert [Drop("rules.cooldown"), Drop("gate.dark"), Drop("rules.budget_frames")] == [
        end for end in ended if isinstance(end, Drop)
    ]
    assert {
        "seen": 5,
        "kept": 2,
        "unsure": 4,
        "rules.cooldown": 1,
        "gate.dark": 1,
        "rules.budget_frames": 1,
    } == built.counts()


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
    pipeline = Pipeline(replace(stages, policy=policy), Health(), draw=lambda: 0.5, now_ns=0)

    ended = pipeline.process(Frame(photo, CAMERA, Instant(SECOND, wall_ms, clock), 0))

    assert kept == (ended != Drop("rules.no_match"))


def test_a_store_without_room_is_said_and_costs_no_budget(
    panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    section = StoreSection(path=tmp_path / "small", quota=10**6, min_free=0)
    with Store.open(section, device=DEVICE, boot_id="boot", randomness=lambda n: bytes(range(n))) as small:
        built = build(small, panel, labels, tmp_path)
        large = noisy(photo, side=2000)

        assert Drop("store.quota") == built.pipeline.process(frame(large, 1))
        assert {"store": FULL} == built.health.vitals().trouble
        assert not isinstance(built.pipeline.process(frame(photo, 1.1)), Drop)
        assert {} == built.health.vitals().trouble


def test_a_disk_without_space_stops_capturing_and_nothing_else(
    panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    section = StoreSection(path=tmp_path / "full", min_free=2**60)
    with Store.open(section, device=DEVICE, boot_id="boot", randomness=lambda n: bytes(range(n))) as full:
        built = build(full, panel, labels, tmp_path)

        assert Drop("store.full") == built.pipeline.process(frame(photo, 1))
        assert "free bytes" in built.health.vitals().trouble["store"]


def test_a_frame_longer_than_the_protocol_allows_is_dropped_and_said(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built = build(store, panel, labels, tmp_path, size="100MB")
    stages = replace(built.stages, jpeg_quality=100)

    ended = Pipeline(stages, built.health, draw=lambda: 0.5, now_ns=0).process(frame(noisy(photo, side=2600), 1))

    assert Drop("store.size") == ended
