"""What the rules keep goes into the store, or it is said why not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from askance.edge.config import StoreSection
from askance.edge.decided import Unobserved
from askance.edge.detect.panel import Panel
from askance.edge.keeper import FULL
from askance.edge.pipeline import Pipeline
from askance.edge.score.calibration import Calibration, Curve
from askance.edge.store import Store
from askance.edge.values import Drop, Image
from askance.labels import LabelMap
from askance.wire.codec import unpack
from support_pipeline import DOUBTFUL_PEOPLE, Built, frame
from support_store import DEVICE, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def build(store: Store, panel: Panel, labels: LabelMap, folder: Path, *, size: str = "9MB") -> Built:
    return Built(store, panel, labels=labels, rules=DOUBTFUL_PEOPLE % (9, size), folder=folder)


def noisy(photo: Image, *, side: int) -> Image:
    """The photo in the corner of a square that no JPEG can make small."""
    noise = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    noise[: photo.shape[0], : photo.shape[1]] = photo
    return noise


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

    ended = Pipeline(
        stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=Unobserved()
    ).process(frame(noisy(photo, side=2600), 1))

    assert Drop("store.size") == ended


def test_whoever_waits_for_captures_is_told_of_each(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built, told = build(store, panel, labels, tmp_path), list[int]()
    pipeline = Pipeline(
        built.stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: told.append(1), observer=Unobserved()
    )

    pipeline.process(frame(photo, 1))
    pipeline.process(frame(photo, 1.5))  # the rule pauses
    pipeline.process(frame(photo, 3))

    assert [1, 1] == told


def test_a_frame_tells_what_its_scores_are_worth_where_that_was_fitted(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    built, sceptical = build(store, panel, labels, tmp_path), Calibration(Curve(1.0, -2.0), {})
    stages = replace(built.stages, lore=replace(built.stages.lore, calibration=sceptical))
    pipeline = Pipeline(stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=Unobserved())

    kept = pipeline.process(frame(photo, 1))

    assert not isinstance(kept, Drop)
    envelope = store.read(kept, 0, length=10**7)
    assert envelope is not None
    for one in unpack(envelope).manifest.annotations:
        assert one.score is not None
        assert one.calibrated_score == pytest.approx(1 / (1 + np.exp(2) * (1 - one.score) / one.score), abs=2e-4)
