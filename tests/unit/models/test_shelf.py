"""Tests of what stands in a folder of models."""

from pathlib import Path

import pytest

from askance.errors import ModelError
from askance.models.shelf import entries, place_card
from support_models import silent, write_package


def test_each_model_stands_with_what_keeps_it_from_running(tmp_path: Path) -> None:
    write_package(tmp_path / "a-good", silent())
    write_package(tmp_path / "b-later", silent(), decoder={"family": "hologram"})
    (write_package(tmp_path / "c-away", silent()) / "model.onnx").unlink()
    write_package(tmp_path / "d-other", silent(), sha256="00" * 32)
    write_package(tmp_path / "e-card", silent(), task="dream")
    (tmp_path / "no-model").mkdir()
    found = list(entries(tmp_path))
    assert ["a-good", "b-later", "c-away", "d-other", "e-card"] == [entry.name for entry in found]
    assert [(), ("decoder not in this version",), ("not pulled",), ("sha wrong",)] == [e.troubles for e in found[:4]]
    assert found[4].troubles[0].startswith("card wrong: ")
    assert ((tmp_path / "a-good" / "model.onnx").stat().st_size, None) == (found[0].bytes, found[2].bytes)


def test_a_card_is_brought_to_the_operators_folder_without_the_weights(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "shelf" / "tiny", silent())
    (folder / "LICENSE").write_text("yes", encoding="utf-8")
    card = place_card("tiny", shelf=tmp_path / "shelf", into=tmp_path / "own")
    assert "tiny" == card.name
    assert {"LICENSE", "card.yaml"} == {path.name for path in (tmp_path / "own" / "tiny").iterdir()}


def test_a_card_of_the_operators_own_is_used(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    write_package(tmp_path / "own" / "mine", silent())
    assert "mine" == place_card("mine", shelf=tmp_path / "shelf", into=tmp_path / "own").name


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    write_package(tmp_path / "street", silent())
    with pytest.raises(ModelError, match=r"no such model: .*streets") as caught:
        place_card("streets", shelf=tmp_path, into=tmp_path / "own")
    assert "did you mean street?" in (caught.value.hint or "")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_package(tmp_path / "shelf" / "tiny", silent())
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match=r"cannot write .*file/tiny") as caught:
        place_card("tiny", shelf=tmp_path / "shelf", into=tmp_path / "file")
    assert "--models" in (caught.value.hint or "")
