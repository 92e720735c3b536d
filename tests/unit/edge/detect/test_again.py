"""Further looks at a frame: where what they see lies, a pass at a time, and what becomes of a model that fails."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from askance import shipped
from askance.edge.config import DetectorSection, SecondLookSection
from askance.edge.detect import Detector
from askance.edge.detect.again import Looking, SecondLook
from askance.edge.detect.crop import tiles
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.values import Frame, Image, Instant
from askance.edge.view import Again, cut
from askance.errors import ConfigError, ModelError
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_models import ANCHORS, convolutional, fixed, write_package

PERSON, CAR = 1, 2
NOTHING = SecondLookSection(tiles=None)
TILES = SecondLookSection()
BOTH = SecondLookSection(mirror=True)
MIRROR = SecondLookSection(tiles=None, mirror=True)


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    opened = Lane()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def labels() -> LabelMap:
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


def load(folder: Path, labels: LabelMap) -> Detector:
    return Detector(load_package(folder), labels, section=DetectorSection(probe=False))


def seeing(folder: Path, *logits: tuple[int, int, float], **card: object) -> Path:
    """A model that sees, whatever it is shown, at each (anchor, class) what the logit says."""
    table = np.full((ANCHORS, 3), -9, np.float32)
    for anchor, column, logit in logits:
        table[anchor, column] = logit
    return write_package(folder, fixed(np.zeros((ANCHORS, 4), np.float32), table), **card)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, labels: LabelMap) -> Detector:
    """Sees a person everywhere, the surer the later the anchor."""
    folder = seeing(tmp_path_factory.mktemp("models") / "people", *((at, PERSON, at / 4) for at in range(ANCHORS)))
    return load(folder, labels)


@pytest.fixture
def watching(tmp_path: Path, labels: LabelMap) -> Detector:
    """Sees what the picture makes it see."""
    return load(write_package(tmp_path / "watching", convolutional()), labels)


def picture(width: int, height: int) -> Image:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def detected(detector: Detector, image: Image) -> tuple[list[list[float]], list[float]]:
    found = detector.detect(Frame(image, CameraId("gate"), Instant(0, None, ClockQuality.NONE), 0))
    return found.boxes.tolist(), found.scores.tolist()


def finish(looking: Looking) -> tuple[Again, ...]:
    while looking.left:
        looking.step()
    return looking.seen


def test_the_mirror_image_is_seen_the_right_way_round(watching: Detector, lane: Lane) -> None:
    image = picture(60, 40)
    boxes, scores = detected(watching, np.ascontiguousarray(image[:, ::-1]))

    (seen,) = finish(SecondLook(watching, MIRROR, lane=lane).begin(image))

    assert ("mirror", None, ()) == (seen.name, seen.detections.models, seen.parts)
    assert scores
    assert scores == seen.detections.scores.tolist()
    turned = [[60 - right, top, 60 - left, bottom] for left, top, right, bottom in boxes]
    np.testing.assert_allclose(seen.detections.boxes, turned, atol=1e-4)


def test_what_tiles_show_lies_where_it_is_in_the_frame_and_what_an_inner_border_cuts_is_left_out(
    people: Detector, lane: Lane
) -> None:
    image = picture(200, 100)
    parts = tiles(200, 100, count=2, overlap=0.2)
    whole: set[tuple[float, ...]] = set()
    for part in parts:
        boxes, _ = detected(people, image[part.top : part.bottom, part.left : part.right])
        placed = np.array(boxes, np.float32) + np.array(part[:2] * 2, np.float32)
        whole |= {tuple(box) for box in placed[~cut(placed, part, size=(200, 100))].tolist()}

    (seen,) = finish(SecondLook(people, TILES, lane=lane).begin(image))

    assert 4 == len(seen.parts) == len(parts)
    found = {tuple(box) for box in seen.detections.boxes.tolist()}
    assert found
    assert found <= whole
    assert (np.diff(seen.detections.scores) <= 0).all()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_frames_of_any_size_are_looked_at_again(people: Detector, lane: Lane, width: int, height: int) -> None:
    for seen in finish(SecondLook(people, BOTH, lane=lane).begin(picture(width, height))):
        boxes = seen.detections.boxes
        assert ((boxes >= 0) & (boxes <= (width, height, width, height))).all()


def test_a_step_is_one_pass_and_nothing_is_seen_before_a_look_is_over(people: Detector, lane: Lane) -> None:
    looking = SecondLook(people, BOTH, lane=lane).begin(picture(60, 40))

    told = [(looking.left, [seen.name for seen in looking.seen])]
    while looking.left:
        looking.step()
        told.append((looking.left, [seen.name for seen in looking.seen]))

    assert [(5, []), (4, []), (3, []), (2, []), (1, ["tiles"]), (0, ["tiles", "mirror"])] == told
    assert {"tiles": None, "mirror": None} == looking.faults
    with pytest.raises(IndexError):
        looking.step()


def test_other_models_and_challengers_are_evidence_for_different_signals_and_known_by_their_files(
    tmp_path: Path, people: Detector, labels: LabelMap, lane: Lane
) -> None:
    cars = load(seeing(tmp_path / "cars", (0, CAR, 2.0)), labels)
    exact = load(seeing(tmp_path / "exact", (0, PERSON, 2.0)), labels)
    second = SecondLook(people, NOTHING, others=[cars], challengers=[exact], lane=lane)

    seen = finish(second.begin(picture(60, 40)))

    assert [("cars", "second_look"), ("exact", "disagreement")] == [(each.name, each.signal) for each in seen]
    assert {"cars": cars.info.sha256, "exact": exact.info.sha256} == second.looks
    assert {"second_look", "disagreement"} == second.signals


def test_what_the_main_model_has_no_label_for_is_not_told(
    tmp_path: Path, people: Detector, labels: LabelMap, lane: Lane
) -> None:
    other = load(seeing(tmp_path / "zoo", (0, PERSON, 2.0), (6, CAR, 2.0), classes=[None, "person", "zebra"]), labels)

    (seen,) = finish(SecondLook(people, NOTHING, others=[other], lane=lane).begin(picture(60, 40)))

    person = int(labels.resolve("person").id)
    assert [person] == seen.detections.label_ids.tolist()
    assert frozenset({person}) == seen.labels


def test_a_model_that_fails_is_a_fault_and_the_others_look(
    tmp_path: Path, people: Detector, labels: LabelMap, lane: Lane
) -> None:
    ruined = fixed(np.full((ANCHORS, 4), np.nan, np.float32), np.zeros((ANCHORS, 3), np.float32))
    broken = load(write_package(tmp_path / "broken", ruined), labels)
    looking = SecondLook(people, MIRROR, others=[broken], challengers=[], lane=lane).begin(picture(60, 40))

    assert ["mirror"] == [seen.name for seen in finish(looking)]
    assert looking.faults["mirror"] is None
    assert "not finite" in (looking.faults["broken"] or "")
    tiled = SecondLook(broken, BOTH, lane=lane).begin(picture(60, 40))
    assert () == finish(tiled)
    assert ["tiles", "mirror"] == list(tiled.faults)


def test_all_steps_at_once_see_the_same_and_raise_what_went_wrong(
    tmp_path: Path, people: Detector, labels: LabelMap, lane: Lane
) -> None:
    second, image = SecondLook(people, BOTH, lane=lane), picture(60, 40)
    ruined = fixed(np.full((ANCHORS, 4), np.nan, np.float32), np.zeros((ANCHORS, 3), np.float32))
    broken = load(write_package(tmp_path / "broken", ruined), labels)

    seen = second.look(image)

    assert [each.detections.boxes.tolist() for each in finish(second.begin(image))] == [
        each.detections.boxes.tolist() for each in seen
    ]
    with pytest.raises(ModelError, match="not finite"):
        SecondLook(people, NOTHING, others=[broken], lane=lane).look(image)


def test_a_second_look_does_not_disturb_the_frame_that_the_detector_has_prepared(
    watching: Detector, lane: Lane
) -> None:
    image = picture(60, 40)
    prepared = watching.prepare(image)
    before = prepared.tensor.copy()

    finish(SecondLook(watching, BOTH, lane=lane).begin(picture(50, 70)))

    np.testing.assert_array_equal(before, prepared.tensor)


def test_what_a_look_is_says_how_it_looks(people: Detector, lane: Lane) -> None:
    second = SecondLook(people, SecondLookSection(tiles=3, overlap=0.1, mirror=True), lane=lane)

    assert {"tiles": "3 x 3, overlap 0.1", "mirror": "left and right exchanged"} == second.looks


def test_looks_have_names_of_their_own(people: Detector, lane: Lane) -> None:
    with pytest.raises(ConfigError, match="people, people"):
        SecondLook(people, NOTHING, others=[people], challengers=[people], lane=lane)
