"""The shipped detector on a real clip: overlapped stages decide as others do, and the governor thins cameras."""

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from askance.edge.attention import GateSection
from askance.edge.config import CameraSection, CompanionSection
from askance.edge.detect import Detector
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.detect.panel import Companion, Panel
from askance.edge.governor import Throttle
from askance.edge.health import Health
from askance.edge.pipeline import Pipeline
from askance.edge.source import open_main_stream
from askance.edge.stages import Begun
from askance.edge.store import Store
from askance.edge.values import Drop, Frame, Image
from askance.edge.workers import Ended, HandOver, Pulse, process
from askance.labels import LabelMap
from askance.wire.annotations import Box
from askance.wire.capture import Manifest
from askance.wire.codec import unpack
from support_camera import HttpCamera, closing, source
from support_models import ANCHORS, fixed, write_package
from support_pipeline import CAMERA, DOUBTFUL_PEOPLE, EVERYTHING, TRACKS, Built, frame
from support_polling import until
from support_store import open_store

FRAMES = 48


@pytest.fixture(scope="module")
def clip(assets: Path) -> Sequence[Image]:
    return [taken.image for taken in islice(closing(source(assets / "video" / "bikes.mp4")), FRAMES)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


def played(clip: Sequence[Image]) -> Iterator[Frame]:
    """The clip at 4 frames a second, with a dark frame now and then."""
    for number, image in enumerate(clip):
        yield frame(np.zeros_like(image) if number % 7 == 6 else image, 1 + number / 4)


def manifests(store: Store) -> list[Manifest]:
    """What was kept, in the order of capture, without the names that every capture gets anew."""
    found: list[Manifest] = []
    for due in store.due(200, exclude=()):
        envelope = store.read(due.frame_id, 0, length=due.size)
        assert envelope is not None
        found.append(unpack(envelope).manifest)
    return sorted(found, key=lambda manifest: manifest.taken.seq)


def without_names(found: Sequence[Manifest]) -> list[dict[str, object]]:
    return [manifest.model_dump(exclude={"frame_id"}) for manifest in found]


def one_after_the_other(pipeline: Pipeline, items: Iterator[Frame]) -> None:
    for item in items:
        begun = pipeline.begin(item)
        if isinstance(begun, Begun):
            pipeline.finish(begun)
    pipeline.flush(CAMERA)


@pytest.mark.parametrize("rules", [DOUBTFUL_PEOPLE % (9, "9MB"), TRACKS], ids=["one frame alone", "frames in time"])
def test_overlapped_stages_decide_as_one_after_the_other_does(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, clip: Sequence[Image], rules: str
) -> None:
    """The same frames, the same captures, the same counters; what differs is that two frames are under way."""
    kept: list[list[dict[str, object]]] = []
    counts: list[dict[str, int]] = []
    for overlapped in (False, True):
        folder = tmp_path / str(overlapped)
        with open_store(folder) as store:
            built = Built(store, Panel(detector, (), lane=lane), labels=labels, rules=rules, folder=folder)
            if overlapped:
                frames: HandOver = Queue()
                for item in played(clip):
                    frames.put(item)
                frames.put(Ended(CAMERA))
                process(
                    Pulse("pipeline", threading.Event(), Health()),
                    built.pipeline,
                    frames=frames,
                    cameras=[CAMERA],
                )
            else:
                one_after_the_other(built.pipeline, played(clip))
            kept.append(without_names(manifests(store)))
            counts.append(built.counts())

    assert kept[0] == kept[1]
    assert counts[0] == counts[1]
    assert counts[0]["kept"] > 1
    assert {"gate.flat", "rules.cooldown"} < set(counts[0])
    assert counts[0]["seen"] == sum(count for name, count in counts[0].items() if name not in {"seen", "unsure"})


def test_a_busy_machine_looks_at_cameras_less_often_and_counts_what_it_lets_go(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, clip: Sequence[Image], store: Store
) -> None:
    panel = Panel(detector, (), lane=lane)
    built = Built(store, panel, labels=labels, rules=EVERYTHING, folder=tmp_path, live=True)
    built.pipeline.throttle = Throttle(1.0)

    ended = [built.pipeline.process(frame(clip[0], 1 + number / 4)) for number in range(12)]

    assert [0, 4, 8] == [number for number, end in enumerate(ended) if end != Drop("governor.busy")]
    assert 9 == built.counts()["governor.busy"]
    built.pipeline.throttle = Throttle()
    assert Drop("governor.busy") != built.pipeline.process(frame(clip[0], 4.1))


def test_a_recording_is_looked_at_in_full_however_busy_the_machine(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, clip: Sequence[Image], store: Store
) -> None:
    built = Built(store, Panel(detector, (), lane=lane), labels=labels, rules=EVERYTHING, folder=tmp_path)
    built.pipeline.throttle = Throttle(1.0)

    for number in range(6):
        built.pipeline.process(frame(clip[0], 1 + number / 4))

    assert "governor.busy" not in built.counts()


def companion(folder: Path, labels: LabelMap, *, finite: bool) -> Companion:
    logits = np.full((ANCHORS, 3), -9, np.float32)
    logits[3, 2] = 2.0 if finite else np.nan
    write_package(folder, fixed(np.zeros((ANCHORS, 4), np.float32), logits))
    section = CompanionSection(model=folder.name, every=2, probe=False)
    return Companion(Detector(load_package(folder), labels, section=section), section, frozenset())


def test_companions_that_looked_are_in_the_manifest_and_one_that_fails_is_trouble(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, clip: Sequence[Image], store: Store
) -> None:
    others = [companion(tmp_path / "cars", labels, finite=True), companion(tmp_path / "ruined", labels, finite=False)]
    built = Built(store, Panel(detector, others, lane=lane), labels=labels, rules=EVERYTHING, folder=tmp_path)

    for number in range(2):
        assert not isinstance(built.pipeline.process(frame(clip[number], number)), Drop)

    first, second = manifests(store)
    assert first.companions is not None
    assert ["cars"] == [info.name for info in first.companions]
    assert {None, "cars"} == {annotation.model for annotation in first.annotations}
    assert second.companions is None
    assert {None} == {annotation.model for annotation in second.annotations}
    assert 1 == built.counts()["companion.failed"]
    assert ["companion ruined"] == list(built.health.vitals().trouble)


@pytest.mark.parametrize(
    ("height", "width"),
    [pytest.param(1, 1, id="1 x 1"), pytest.param(1, 3000, id="a line"), pytest.param(4320, 7680, id="8K")],
)
def test_a_frame_of_any_size_is_looked_at_and_kept(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, store: Store, *, height: int, width: int
) -> None:
    gate = GateSection(motion=0, sharpness=0, darkest=0, brightest=1, contrast=0, at_least=None)
    panel = Panel(detector, (), lane=lane)
    built = Built(store, panel, labels=labels, rules=EVERYTHING, folder=tmp_path, gate=gate)
    image = np.full((height, width, 3), 90, np.uint8)

    assert not isinstance(built.pipeline.process(frame(image, 1)), Drop)

    (manifest,) = manifests(store)
    assert (width, height) == (manifest.image.width, manifest.image.height)


def test_a_frame_that_the_centre_would_refuse_is_let_go(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, store: Store
) -> None:
    built = Built(store, Panel(detector, (), lane=lane), labels=labels, rules=EVERYTHING, folder=tmp_path)

    assert Drop("source.too_large") == built.pipeline.process(frame(np.zeros((7100, 7100, 3), np.uint8), 1))


def test_frames_are_kept_from_the_main_stream_with_what_was_seen_on_the_small_one(
    tmp_path: Path, detector: Detector, lane: Lane, labels: LabelMap, clip: Sequence[Image], store: Store
) -> None:
    with HttpCamera() as camera:
        camera.size = (1280, 544)
        section = CameraSection(id=CAMERA, url=camera.url, substream="rtsp://127.0.0.1:9/sub")
        streams = {CAMERA: opened} if (opened := open_main_stream(section, jitter=lambda: 0.0)) else {}
        watching = threading.Thread(target=streams[CAMERA].watch)
        watching.start()
        panel = Panel(detector, (), lane=lane)
        built = Built(store, panel, labels=labels, rules=EVERYTHING, folder=tmp_path, main_streams=streams)
        assert until(lambda: streams[CAMERA].nearest(time.monotonic_ns()) is not None, within_s=20)

        kept = built.pipeline.process(frame(clip[0], time.monotonic()))
        missed = built.pipeline.process(frame(clip[1], time.monotonic() + 60))
        streams[CAMERA].source.close()
        watching.join(5)

    assert not isinstance(kept, Drop)
    assert not isinstance(missed, Drop)
    large, small = manifests(store)
    assert [(1280, 544), (640, 272)] == [(each.image.width, each.image.height) for each in (large, small)]
    seen = detector.detect(frame(clip[0], 0))
    box = large.annotations[0]
    assert isinstance(box, Box)
    assert pytest.approx(2 * (seen.boxes[0][2] - seen.boxes[0][0]), abs=0.02) == box.width
    assert 1 == built.counts()["main_stream.missed"]
