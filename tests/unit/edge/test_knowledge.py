"""What signals know belongs to the detector that looks, and to the looks that follow."""

import json
from collections.abc import Iterator
from math import exp
from pathlib import Path

import pytest
import yaml

from askance import shipped
from askance.edge.config import DetectorSection, EdgeConfig
from askance.edge.detect.lane import Lane
from askance.edge.health import Health
from askance.edge.knowledge import read_lore, survey
from askance.edge.parts import read_labels, read_panel, read_second_look
from support_models import silent, write_package


@pytest.fixture
def lane() -> Iterator[Lane]:
    opened = Lane()
    yield opened
    opened.close()


def test_an_error_model_of_another_detector_is_told_and_left_out(tmp_path: Path) -> None:
    config, health, lane = EdgeConfig(), Health(), Lane()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)
    lane.close()
    whole = read_lore(panel, labels, health=health)
    assert whole.errors is not None
    assert (whole.names[1], whole.errors.sha256) == ("person", panel.info.sha256)

    write_package(tmp_path / "other", silent())
    panel.folder = tmp_path / "other"  # type: ignore[misc]  # a folder whose error model is made for another file
    assert read_lore(panel, labels, health=health).errors is None
    assert {} == health.vitals().trouble
    fitted = (shipped.folder("models") / "ssdlite-mobilenet-v2-coco" / "errors.yaml").read_text()
    (tmp_path / "other" / "errors.yaml").write_text(fitted.replace("sha256: 6", "sha256: 7"))

    assert read_lore(panel, labels, health=health).errors is None
    assert "belongs to another model file" in health.vitals().trouble["error model"]
    assert "; fit it again: askance models fit MODEL --photos" in health.vitals().trouble["error model"]


def test_a_calibration_of_the_detector_is_read_and_another_ones_is_told_and_left_out(
    tmp_path: Path, lane: Lane
) -> None:
    write_package(tmp_path / "tiny", silent())
    config = EdgeConfig(detector=DetectorSection(model="tiny", models=tmp_path, probe=False))
    labels, health = read_labels(config), Health()
    panel = read_panel(config, labels, lane=lane, health=health)
    assert read_lore(panel, labels, health=health).calibration is None
    file = tmp_path / "tiny" / "calibration.yaml"
    said = f"sha256: {panel.info.sha256}\nfitted_on: made data\npooled: {{slope: 2.0, intercept: 0.5}}\n"

    file.write_text(said)
    lore = read_lore(panel, labels, health=health)
    assert lore.calibration is not None
    assert (2.0, 0.5) == lore.calibration.pooled
    # where scores are probabilities, so is the least of them
    assert [pytest.approx(1 / (1 + 19**2 * exp(-0.5)))] * 2 == list(
        (survey(panel, lore=lore, poses=()).floors or {}).values()
    )
    assert {} == health.vitals().trouble

    file.write_text(said.replace(panel.info.sha256, "ab" * 32))
    assert read_lore(panel, labels, health=health).calibration is None
    assert "belongs to another model file" in health.vitals().trouble["calibration"]
    assert health.vitals().trouble["calibration"].endswith("--labels LABELS --calibration")
    assert 1 == health.vitals().counts["calibration.unavailable"]


def test_signals_know_the_bodies_of_labels_with_keypoints(lane: Lane) -> None:
    config, health = EdgeConfig(), Health()
    labels = read_labels(config)

    bodies = read_lore(read_panel(config, labels, lane=lane, health=health), labels, health=health).bodies

    assert {"person", "face"} == {label.name for label in labels.labels if int(label.id) in bodies}
    assert "left knee" in bodies[labels.resolve("person").id].points


def test_counts_of_labels_are_what_a_file_says_and_else_unknown(tmp_path: Path, lane: Lane) -> None:
    config, health = EdgeConfig(), Health()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)
    counts = tmp_path / "counts.json"
    counts.write_text('{"person": 9}')

    assert {1: 9} == read_lore(panel, labels, health=health, counts=counts).counts
    assert read_lore(panel, labels, health=health).counts is None


def test_expected_errors_of_other_looks_are_told_and_left_out(tmp_path: Path, lane: Lane) -> None:
    config, health = EdgeConfig(), Health()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)
    file = panel.folder / "errors.yaml"
    fitted = yaml.safe_load(file.read_text())
    block = fitted["again"] | {"looks": {"tiles": "2 x 2, overlap 0.2"}}
    (tmp_path / "errors.yaml").write_text(json.dumps({**fitted, "again": block}))  # which is YAML too
    panel.folder = tmp_path  # type: ignore[misc]  # a folder whose error model was fitted after tiles

    def known(**section: object) -> tuple[bool, frozenset[str]]:
        asked = EdgeConfig.model_validate({"second_look": section})
        second = read_second_look(asked, labels, panel=panel, lane=lane, health=health)
        lore = read_lore(panel, labels, health=health, second=second)
        assert lore.errors is not None
        return lore.errors.again is not None, lore.again

    assert (True, frozenset({"second_look"})) == known()
    assert (True, frozenset()) == known(tiles=None)  # nobody looks again, and nobody asks
    assert {} == health.vitals().trouble
    assert (False, frozenset({"second_look"})) == known(tiles=3)
    assert "fitted after tiles" in health.vitals().trouble["error model"]
    assert f"askance models fit {tmp_path} --second-look --config FILE" in health.vitals().trouble["error model"]


def test_an_error_model_that_was_not_fitted_for_the_second_look_there_is_is_told_and_kept(
    tmp_path: Path, lane: Lane
) -> None:
    config, health = EdgeConfig(detector=DetectorSection(report=0.4)), Health()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)
    fitted = yaml.safe_load((panel.folder / "errors.yaml").read_text())
    (tmp_path / "errors.yaml").write_text(json.dumps(fitted | {"report": 0.4, "again": None}))
    panel.folder = tmp_path  # type: ignore[misc]  # a folder whose error model was fitted for one look
    second = read_second_look(config, labels, panel=panel, lane=lane, health=health)

    assert read_lore(panel, labels, health=health).errors is not None
    assert {} == health.vitals().trouble, "nobody looks again"
    assert read_lore(panel, labels, health=health, second=second).errors is not None
    said = health.vitals().trouble["error model"]
    assert said.startswith("not fitted for second looks, and tiles look again: ")
    command = f"askance models fit {tmp_path} --second-look --config FILE --report 0.4 --photos FOLDER --labels LABELS"
    assert said.endswith(f"; fit it again: {command}")

    (tmp_path / "errors.yaml").write_text(json.dumps(fitted | {"report": 0.3, "again": None}))
    read_lore(panel, labels, health=health, second=second)
    said = health.vitals().trouble["error model"]
    assert said.startswith("fitted for report 0.3 and floor 0.05, not for 0.4 and 0.05: ")
    assert "; not fitted for second looks" in said
    assert said.endswith(command)


def test_errors_expected_at_another_report_threshold_are_told_and_kept(lane: Lane) -> None:
    config, health = EdgeConfig(detector=DetectorSection(report=0.4)), Health()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)

    assert read_lore(panel, labels, health=health).errors is not None
    assert "fitted for report 0.5 and floor 0.05, not for 0.4 and 0.05" in health.vitals().trouble["error model"]
    assert f"askance models fit {panel.folder} --report 0.4 --photos" in health.vitals().trouble["error model"]


def test_errors_expected_at_other_thresholds_of_single_labels_are_told_until_it_is_fitted_with_them(
    tmp_path: Path, lane: Lane
) -> None:
    def told(*, fitted: dict[str, float], **runs: float) -> str | None:
        config, health = EdgeConfig(detector=DetectorSection(report_by_label=runs)), Health()
        labels = read_labels(config)
        panel = read_panel(config, labels, lane=lane, health=health)
        values = yaml.safe_load((panel.folder / "errors.yaml").read_text())
        (tmp_path / "errors.yaml").write_text(json.dumps(values | {"report_by_label": fitted}))
        panel.folder = tmp_path  # type: ignore[misc]  # a folder whose error model was fitted at these thresholds
        assert read_lore(panel, labels, health=health).errors is not None
        return health.vitals().trouble.get("error model")

    said = told(fitted={}, person=0.3, car=0.3) or ""
    assert said.startswith("fitted for report 0.5 and floor 0.05, not for 0.5 (person 0.3, car 0.3) and 0.05: ")
    assert "write `detector.report_by_label` into card.yaml as `report_by_label`" in said
    assert told(fitted={"person": 0.3, "car": 0.3}, pedestrian=0.3, car=0.3, dog=0.5) is None
    assert "report 0.5 (person 0.3) and floor 0.05, not for 0.5 and 0.05: " in (told(fitted={"person": 0.3}) or "")
    assert "card.yaml" not in (told(fitted={"person": 0.3}) or ""), "the fit finds everything as it is"
    assert told(fitted={}, face=0.3) is None, "the model sees no faces"
    many = {"person": 0.3, "bicycle": 0.3, "car": 0.3, "motorcycle": 0.3, "bus": 0.3, "train": 0.3, "truck": 0.3}
    assert "bus 0.3, 2 more)" in (told(fitted={}, **many) or "")
