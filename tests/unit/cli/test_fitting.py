"""Tests of `askance models fit`: what it prints, where to, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from askance.cli.fitting import fit
from askance.edge.detect.package import sha256_of
from askance.edge.score.error_model import load_errors
from askance.errors import ConfigError, ModelError, SourceError
from support_models import CLASSES, convolutional, labelled_photos, write_package


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(fit, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_package(tmp_path / "tiny", convolutional())


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return labelled_photos(tmp_path / "photos", 16)


def test_fit_writes_beside_the_card_and_says_what_it_found(package: Path, photos: Path) -> None:
    result = run(package, "--photos", photos, "--labels", photos, "--variants", "1")
    lines = result.stdout.splitlines()
    assert 0 == result.exit_code
    assert lines[0].startswith("fitted on 16 photos of photos, variants of each: 1; errors in the photos themselves: ")
    assert lines[1].startswith("Poisson deviance of photos held out: "), "all classes are judged, and nothing left out"
    assert f"made: {package / 'errors.yaml'}" == lines[2]
    assert "look" in result.stderr
    assert (package / "errors.yaml").read_text().startswith("sha256: ")


def test_fit_json_has_the_figures(tmp_path: Path, package: Path, photos: Path) -> None:
    words = ("--photos", photos, "--labels", photos, "--variants", "0", "--report", "0.3", "--json")
    data = json.loads(
        run(package / "model.onnx", "--card", package / "card.yaml", *words, "--out", tmp_path / "e").stdout
    )
    assert (str(tmp_path / "e"), 16, 0) == (data["file"], data["photos"], data["variants"])
    assert "report: 0.3" in (tmp_path / "e").read_text()


def test_fit_writes_a_calibration_when_asked(package: Path, photos: Path) -> None:
    result = run(package, "--photos", photos, "--labels", photos, "--variants", "0", "--calibration")
    lines = result.stdout.splitlines()
    assert "classes with a curve of their own: 0; all others have one together" == lines[3]
    assert lines[4].startswith("calibration error of photos held out: ")
    assert f"made: {package / 'calibration.yaml'}" == lines[5]
    assert (package / "calibration.yaml").read_text().startswith("sha256: ")


def test_fit_json_has_the_figures_of_the_calibration(tmp_path: Path, package: Path, photos: Path) -> None:
    words = ("--photos", photos, "--labels", photos, "--variants", "0", "--calibration", "--json")
    data = json.loads(run(package, *words, "--out", tmp_path / "e.yaml").stdout)["calibration"]
    assert {"file", "classes", "ece_of_scores", "ece", "brier_of_scores", "brier"} == set(data)
    assert str(tmp_path / "calibration.yaml") == data["file"]
    assert not (package / "calibration.yaml").exists()


def test_fit_also_fits_for_frames_that_were_looked_at_again_as_a_configuration_says(
    tmp_path: Path, package: Path, photos: Path
) -> None:
    other = write_package(tmp_path / "other", convolutional())
    config = tmp_path / "edge.yaml"
    config.write_text("second_look: {tiles: null, mirror: true, models: [other]}")
    words = ("--photos", photos, "--labels", photos, "--variants", "0", "--models", tmp_path, "--config", config)

    result = run(package, *words, "--second-look")

    assert "after another look (mirror, other): " in result.stdout.splitlines()[2]
    errors = load_errors(package / "errors.yaml", sha256=sha256_of(package / "model.onnx"))
    assert errors.again is not None
    assert {"mirror": "left and right exchanged", "other": sha256_of(other / "model.onnx")} == errors.again.looks
    data = json.loads(run(package, *words, "--second-look", "--json").stdout)["second_look"]
    assert {"looks", "ridge", "dispersion", "deviance", "deviance_of_mean"} == set(data)
    assert "held after second looks" not in run(package, *words, "--second-look").stderr
    once = run(package, *words)
    said = f"note: {package / 'errors.yaml'} held after second looks, and does not any more: see --second-look"
    assert said in once.stderr
    assert "held after second looks" not in run(package, *words).stderr, "it did not hold after them before"
    config.write_text("second_look: null")
    with pytest.raises(ConfigError, match="nobody looks again"):
        run(package, *words, "--second-look")


def test_fit_without_labels_or_model_ends_in_words(tmp_path: Path, package: Path, photos: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no object of a class of the model is labelled"):
        run(package, "--photos", photos, "--labels", tmp_path / "empty")
    with pytest.raises(ModelError, match="no such model"):
        run("nobody", "--photos", photos, "--labels", photos)


def test_fit_leaves_out_photos_that_nobody_has_labelled_and_says_how_many(
    tmp_path: Path, package: Path, photos: Path
) -> None:
    labelled_photos(tmp_path / "more", 20)
    rows = [{"image_id": number, "category_id": 1, "bbox": [9, 6, 12, 8]} for number in range(16)]
    images = [
        {"id": number, "file_name": f"{number:02}.png", "state": "done" if number < 16 else "open"}
        for number in range(19)  # and the last photo is not listed
    ]
    file = tmp_path / "annotations.json"
    file.write_text(json.dumps({"images": images, "annotations": rows, "categories": [{"id": 1, "name": CLASSES[2]}]}))
    words = (package, "--labels", file, "--variants", "0")

    lines = run(*words, "--photos", tmp_path / "more").stdout.splitlines()

    assert lines[0].startswith("fitted on 16 photos of more, ")
    assert lines[1].startswith("left out: 4 photos that nobody has labelled")
    assert lines[2].startswith("judged: car; the labels have no other classes")
    data = json.loads(run(*words, "--photos", photos, "--json").stdout)
    assert (0, ["car"]) == (data["left_out"], data["judged"])


def test_fit_needs_photos_and_labels(package: Path) -> None:
    assert 2 == run(package).exit_code
