"""Bad input gets a clear error: what the installed command says, the hint it gives, and the code it exits with."""

import os
import shutil
from pathlib import Path

import pytest

from support_programs import askance, edge_config, refused


def test_missing_video(tmp_path: Path) -> None:
    config = edge_config(tmp_path, cameras=[{"id": "main", "url": str(tmp_path / "gone.mp4")}])

    done = askance("edge", "run", "--config", str(config))

    refused(done, code=os.EX_NOINPUT, says=["gone.mp4"], hints=["cameras"])


def test_missing_video_of_the_demo(tmp_path: Path) -> None:
    done = askance("demo", str(tmp_path / "gone.mp4"), "--out", str(tmp_path / "out"))

    refused(done, code=os.EX_NOINPUT, says=["gone.mp4"], hints=["askance demo"])


def test_corrupt_video(tmp_path: Path) -> None:
    video = tmp_path / "corrupt.mp4"
    video.write_bytes(bytes(range(256)) * 100)
    config = edge_config(tmp_path, cameras=[{"id": "main", "url": str(video)}])

    done = askance("edge", "run", "--config", str(config), "--until-delivered")

    refused(done, code=os.EX_NOINPUT, says=["corrupt.mp4"], hints=["video"])


def test_folder_without_images(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "readme.txt").write_text("no image")
    config = edge_config(tmp_path, cameras=[{"id": "main", "url": str(folder)}])

    done = askance("edge", "run", "--config", str(config))

    refused(done, code=os.EX_NOINPUT, says=[str(folder)], hints=[".jpg"])


@pytest.fixture
def models(tmp_path: Path, checkout: Path) -> Path:
    """A folder of models that may be broken."""
    folder = tmp_path / "models"
    shutil.copytree(checkout / "models" / "ssdlite-mobilenet-v2-coco", folder / "ssdlite-mobilenet-v2-coco")
    return folder


def test_model_with_another_hash(tmp_path: Path, models: Path) -> None:
    with (models / "ssdlite-mobilenet-v2-coco" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    config = edge_config(tmp_path, detector={"models": str(models)})

    done = askance("edge", "run", "--config", str(config))

    refused(done, code=os.EX_DATAERR, says=["model.onnx", "sha256"], hints=["askance models"])


def test_model_with_another_shape(tmp_path: Path, models: Path) -> None:
    card = models / "ssdlite-mobilenet-v2-coco" / "card.yaml"
    card.write_text(card.read_text().replace("width: 300", "width: 320"))
    config = edge_config(tmp_path, detector={"models": str(models)})

    done = askance("edge", "run", "--config", str(config))

    refused(done, code=os.EX_DATAERR, says=["shape", "320", "300"], hints=["askance models"])


RULES = """version: 1
rules:
  - id: people
    when:
      near_threshold: {classes: [%s], from: 0.25, to: 0.65}
    %s
"""


@pytest.mark.parametrize(
    ("label", "line", "says", "hints"),
    [
        pytest.param("persom", "mode: capture", ["rules.yaml:5", "persom"], ["person"], id="unknown class"),
        pytest.param("person", "cooldwon: {rule: 5s}", ["rules.yaml:6", "cooldwon"], ["cooldown"], id="unknown key"),
        pytest.param("person", "cooldown: {rule: 5}", ["rules.yaml:6", "cooldown"], ["rules"], id="no unit"),
    ],
)
def test_wrong_rule(tmp_path: Path, label: str, line: str, says: list[str], hints: list[str]) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES % (label, line))
    config = edge_config(tmp_path, rules=[str(rules)])

    done = askance("edge", "run", "--config", str(config))

    refused(done, code=os.EX_CONFIG, says=says, hints=hints)


@pytest.mark.parametrize(
    ("text", "says", "hints"),
    [
        pytest.param("device: {id: one}\ngate: {}\ndevice: {id: two}\n", [":3", "device"], ["1"], id="duplicate key"),
        pytest.param("cammeras:\n  - {id: main, url: x}\n", [":1", "cammeras"], ["cameras"], id="mistyped key"),
        pytest.param("detector:\n  floor: high\n", [":2", "floor"], ["askance config"], id="mistyped value"),
    ],
)
def test_wrong_configuration(tmp_path: Path, text: str, says: list[str], hints: list[str]) -> None:
    config = tmp_path / "edge.yaml"
    config.write_text(text)

    done = askance("edge", "run", "--config", str(config))

    assert os.EX_CONFIG == done.returncode, done.stderr
    words = done.stderr
    assert [] == [said for said in [*says, *hints, "edge.yaml"] if said not in words], words
    assert "hint: " in words
