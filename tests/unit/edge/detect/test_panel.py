"""Several models look at one camera: when, at what, and what becomes of one that fails."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from askance import shipped
from askance.edge.config import CompanionSection, DetectorSection
from askance.edge.detect import Detector
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import load_package
from askance.edge.detect.panel import Companion, Panel, Seen
from askance.edge.values import Frame, Instant
from askance.errors import ModelError
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_models import ANCHORS, fixed, write_package

GATE, YARD = CameraId("gate"), CameraId("yard")
BACKGROUND, PERSON, CAR = 0, 1, 2


@pytest.fixture
def lane() -> Iterator[Lane]:
    opened = Lane()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def labels() -> LabelMap:
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


def model(folder: Path, *logits: tuple[int, int, float]) -> Path:
    """A model that sees, whatever it is shown, at each (anchor, class) what the logit says."""
    table = np.full((ANCHORS, 3), -9, np.float32)
    for anchor, column, logit in logits:
        table[anchor, column] = logit
    return write_package(folder, fixed(np.zeros((ANCHORS, 4), np.float32), table))


def broken(folder: Path) -> Path:
    """A model whose outputs are not finite, as those of a sound one may be on one frame."""
    return write_package(folder, fixed(np.full((ANCHORS, 4), np.nan, np.float32), np.zeros((ANCHORS, 3), np.float32)))


def companion(folder: Path, labels: LabelMap, **wishes: object) -> Companion:
    section = CompanionSection.model_validate({"model": folder.name, "probe": False, **wishes})
    wanted = frozenset(int(labels.resolve(name).id) for name in section.crops_of)
    return Companion(Detector(load_package(folder), labels, section=section), section, wanted)


def main(folder: Path, labels: LabelMap) -> Detector:
    return Detector(load_package(folder), labels, section=DetectorSection(probe=False))


def frame(camera: CameraId = GATE, *, width: int = 320, height: int = 240) -> Frame:
    return Frame(np.zeros((height, width, 3), np.uint8), camera, Instant(0, None, ClockQuality.NONE), 0)


def look(panel: Panel, camera: CameraId = GATE) -> Seen:
    return panel.finish(panel.begin(frame(camera)))


def names(seen: Seen) -> list[str]:
    return [info.name for info in seen.companions]


def test_the_main_model_looks_alone_when_there_is_no_other(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    detector = main(model(tmp_path / "main", (0, PERSON, 3.0)), labels)
    panel = Panel(detector, (), lane=lane)

    seen = look(panel)

    assert detector.detect(frame()).boxes.tolist() == seen.detections.boxes.tolist()
    assert (None, [], {}) == (seen.detections.models, names(seen), seen.faults)
    assert (detector.info, detector.signals) == (panel.info, panel.signals)


def test_a_companion_looks_at_every_third_frame_of_each_of_its_cameras(
    tmp_path: Path, labels: LabelMap, lane: Lane
) -> None:
    other = companion(model(tmp_path / "cars", (5, CAR, 3.0)), labels, every=3, cameras=[GATE])
    panel = Panel(main(model(tmp_path / "main"), labels), [other], lane=lane)

    at_gate = [names(look(panel, GATE)) for _ in range(7)]
    at_yard = [names(look(panel, YARD)) for _ in range(4)]

    assert [["cars"], [], [], ["cars"], [], [], ["cars"]] == at_gate
    assert [[]] * 4 == at_yard


def test_rows_say_which_model_saw_them(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    other = companion(model(tmp_path / "cars", (5, CAR, 3.0)), labels, every=1)
    panel = Panel(main(model(tmp_path / "main", (0, PERSON, 1.0)), labels), [other], lane=lane)

    seen = look(panel).detections

    assert (None, "cars") == seen.models
    assert [labels.resolve("person").id, labels.resolve("car").id] == seen.label_ids.tolist()


def test_a_frame_may_be_begun_before_the_last_is_finished(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    panel = Panel(main(model(tmp_path / "main", (0, PERSON, 1.0)), labels), [], lane=lane)
    first = panel.begin(frame(width=320))
    second = panel.begin(frame(width=640))

    one, other = panel.finish(first).detections, panel.finish(second).detections

    assert (2 * one.boxes[:, [0, 2]]).tolist() == other.boxes[:, [0, 2]].tolist()


def test_a_companion_looks_closely_at_what_the_main_model_reports(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    """People at 0.95 and 0.73 are reported and looked at, best first; a car and a doubtful person are not."""
    people = model(tmp_path / "main", (0, PERSON, 3.0), (3, PERSON, 1.0), (6, CAR, 3.0), (9, PERSON, -0.5))
    closer = companion(model(tmp_path / "closer", (0, CAR, 2.0)), labels, crops_of=["person"])
    panel = Panel(main(people, labels), [closer], lane=lane)

    seen = look(panel)

    found = seen.detections
    assert found.models is not None
    close = [index for index, name in enumerate(found.models) if name == "closer"]
    persons = [box for box, label in zip(found.boxes[:4], found.label_ids, strict=False) if label == 1][:2]
    assert ["closer"] == names(seen)
    assert 2 == len(close)
    assert found.models == tuple(sorted(found.models, key=lambda name: name is not None))
    for index, person in zip(close, persons, strict=True):
        left, top, right, bottom = found.boxes[index]
        middle = (person[:2] + person[2:]) / 2
        side = max(person[2:] - person[:2]) * closer.section.crop_scale
        assert abs(left - middle[0]) <= side
        assert abs(bottom - middle[1]) <= side
        assert 0 <= left < right <= 320
        assert 0 <= top < bottom <= 240


def test_no_more_crops_than_wanted(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    people = model(tmp_path / "main", (0, PERSON, 3.0), (3, PERSON, 1.0))
    closer = companion(model(tmp_path / "closer", (0, CAR, 2.0)), labels, crops_of=["person"], crops=1)

    found = look(Panel(main(people, labels), [closer], lane=lane)).detections

    assert found.models is not None
    assert 1 == found.models.count("closer")


def test_where_nothing_is_reported_nobody_looks_closer(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    closer = companion(model(tmp_path / "closer", (0, CAR, 2.0)), labels, crops_of=["person"])
    seen = look(Panel(main(model(tmp_path / "main"), labels), [closer], lane=lane))

    assert ([], {}, None) == (names(seen), seen.faults, seen.detections.models)


@pytest.mark.parametrize("wishes", [{"every": 1}, {"crops_of": ["person"]}], ids=["whole frames", "crops"])
def test_a_companion_that_fails_is_told_and_the_others_go_on(
    tmp_path: Path, labels: LabelMap, lane: Lane, wishes: dict[str, object]
) -> None:
    failing = companion(broken(tmp_path / "broken"), labels, **wishes)
    fine = companion(model(tmp_path / "cars", (5, CAR, 3.0)), labels, every=1)
    panel = Panel(main(model(tmp_path / "main", (0, PERSON, 3.0)), labels), [failing, fine], lane=lane)

    seen = look(panel)

    assert ["cars"] == names(seen)
    assert "not finite" in str(seen.faults["broken"])
    assert seen.faults["cars"] is None
    assert (None, "cars") == seen.detections.models


def test_a_main_model_that_fails_is_an_error(tmp_path: Path, labels: LabelMap, lane: Lane) -> None:
    panel = Panel(main(broken(tmp_path / "main"), labels), (), lane=lane)

    with pytest.raises(ModelError, match="not finite"):
        look(panel)
