"""Tests of the checkup of a model."""

import json
from dataclasses import replace
from pathlib import Path

import yaml

from askance import shipped
from askance.edge.detect.model import Model
from askance.edge.detect.package import load_package
from askance.labels import LabelMap
from askance.models.checkup import Checkup, check
from support_models import silent, write_package


def checked(folder: Path, **changes: object) -> Checkup:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    return check(
        Model(load_package(write_package(folder, silent(), **changes)), threads=1), labels, record=None, home=None
    )


def test_a_good_model_has_no_faults_and_its_figures_are_data(tmp_path: Path) -> None:
    found = checked(tmp_path / "tiny")
    figures = found.figures()
    assert () == found.faults
    assert ("tiny", "ssd", 2, False, 2) == tuple(
        figures[key] for key in ("name", "decoder", "classes", "golden", "frames")
    )
    assert {"image": "tensor(float) (1, 16, 16, 3)"} == figures["inputs"]
    assert found.ms > 0
    assert figures == json.loads(json.dumps(figures))


def test_classes_that_the_label_map_does_not_know_are_named(tmp_path: Path) -> None:
    found = checked(tmp_path / "tiny", classes=[None, "person", "unicorn"])
    assert ("unicorn",) == found.unknown
    assert "does not know unicorn" in found.faults[0]


def test_of_many_unknown_classes_some_are_named(tmp_path: Path) -> None:
    found = checked(tmp_path / "tiny")
    many = replace(found, unknown=tuple(f"x{number}" for number in range(9)))
    assert "x4 and 4 more" in many.faults[0]


def test_the_shipped_model_has_a_record() -> None:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    found = check(Model(package, threads=1), labels, record=None, home=None)
    assert (True, []) == (found.figures()["golden"], found.figures()["faults"])


def test_what_was_fitted_is_of_this_file_or_left_out_as_on_a_device(tmp_path: Path) -> None:
    def fitted() -> list[object]:
        figures = checked(tmp_path / "tiny").figures()
        assert [] == figures["faults"], "the model runs without what was fitted"
        return [figures[part] for part in ("error_model", "calibration")]

    assert [
        f"none: there is no {name}.yaml beside the model; see askance models fit" for name in ("errors", "calibration")
    ] == fitted()
    sha256 = load_package(tmp_path / "tiny").card.sha256
    of_another = shipped.folder("models") / "ssdlite-mobilenet-v2-coco" / "errors.yaml"
    (tmp_path / "tiny" / "errors.yaml").write_bytes(of_another.read_bytes())
    (tmp_path / "tiny" / "calibration.yaml").write_text(
        f"sha256: {sha256}\nfitted_on: made data\npooled: {{slope: 2.0, intercept: 0.5}}\n"
    )
    errors, calibration = fitted()
    assert str(errors).startswith(f"left out: {tmp_path / 'tiny' / 'errors.yaml'}: it belongs to another model file")
    assert "askance models fit MODEL --photos FOLDER --labels LABELS" in str(errors)
    assert "of this file: calibration.yaml has its sha256" == calibration
    values = yaml.safe_load(of_another.read_text()) | {"sha256": sha256}
    for again, left in ((values["again"], ""), (None, "; not fitted for second looks, see askance models fit --sec")):
        (tmp_path / "tiny" / "errors.yaml").write_text(yaml.safe_dump(values | {"again": again}))
        assert f"of this file: errors.yaml has its sha256{left}" == str(fitted()[0]).removesuffix("ond-look")
