"""Tests of model cards and of the hash that binds a file to its card."""

from pathlib import Path

import pytest
import yaml

from askance import shipped
from askance.edge.detect.package import load_package, read_card
from askance.errors import ModelError
from support_models import silent, write_package


def change(folder: Path, **values: object) -> None:
    card = yaml.safe_load((folder / "card.yaml").read_text(encoding="utf-8"))
    (folder / "card.yaml").write_text(yaml.safe_dump(card | values, sort_keys=False), encoding="utf-8")


def test_a_package_is_its_card_and_its_file(tmp_path: Path) -> None:
    package = load_package(write_package(tmp_path / "tiny", silent()))
    assert ("tiny", tmp_path / "tiny" / "model.onnx") == (package.card.name, package.file)
    assert (1, 16, 16, 3) == package.card.input.shape


def test_the_committed_model_is_the_one_its_card_describes() -> None:
    package = load_package(shipped.folder("models") / "ssdlite-mobilenet-v2-coco")
    record = package.card.quantization
    assert record is not None
    assert (100, "coco_ssdlite_mbv2_300.onnx") == (record.photos, record.source)
    assert 80 == sum(name is not None for name in package.card.classes)
    assert package.file.stat().st_size < 6_000_000


def test_an_unknown_model_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    write_package(tmp_path / "street", silent())
    with pytest.raises(ModelError, match=r"no such model: .*streat") as caught:
        load_package(tmp_path / "streat")
    assert "did you mean street? see which there are: askance models ls" == caught.value.hint


def test_weights_that_are_not_here_yet_are_to_be_pulled(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match="the weights of tiny are not here") as caught:
        load_package(folder)
    assert "askance models pull tiny" == caught.value.hint


def test_another_file_under_the_same_card_is_refused_with_both_hashes(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    right = read_card(folder / "card.yaml").sha256
    with (folder / "model.onnx").open("ab") as stream:
        stream.write(b"!")
    with pytest.raises(ModelError, match=rf"model.onnx: expected sha256 {right}, got [0-9a-f]{{64}}") as caught:
        load_package(folder)
    assert "askance models pull tiny" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"color": 1}, "unknown key: color", id="unknown key"),
        pytest.param({"sha256": "00"}, "sha256", id="no hash"),
        pytest.param({"file": "../model.onnx"}, "file", id="a file outside the folder"),
        pytest.param({"classes": [None]}, "no class has a name", id="no named class"),
        pytest.param({"classes": []}, "classes", id="no class"),
    ],
)
def test_a_wrong_card_is_refused_with_its_line(tmp_path: Path, values: dict[str, object], said: str) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    change(folder, **values)
    with pytest.raises(ModelError, match=rf"card.yaml:\d+: .*{said}") as caught:
        load_package(folder)
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"std": [1.0, 0.0, 1.0]}, "std holds a 0", id="division by nothing"),
        pytest.param({"dtype": "uint8"}, "an input of uint8 takes pixels as they are", id="scaled integers"),
    ],
)
def test_a_meaningless_input_is_refused(tmp_path: Path, values: dict[str, object], said: str) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    card = yaml.safe_load((folder / "card.yaml").read_text(encoding="utf-8"))
    change(folder, input=card["input"] | values)
    with pytest.raises(ModelError, match=said):
        load_package(folder)


def test_channels_come_first_in_the_shape_of_nchw(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    card = read_card(folder / "card.yaml").input.model_copy(update={"layout": "nchw", "width": 32})
    assert (1, 3, 16, 32) == card.shape


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read .*card.yaml") as caught:
        load_package(tmp_path)
    assert "askance models ls" in (caught.value.hint or "")
