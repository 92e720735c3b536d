"""Tests of the golden record on disk."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from askance import shipped
from askance.edge.detect.decode import Candidates
from askance.edge.detect.golden import (
    Golden,
    GoldenFrame,
    Sight,
    candidates,
    picture,
    read_golden,
    sights,
    write_golden,
)
from askance.edge.detect.package import load_package, read_card
from askance.edge.detect.scenes import scene
from askance.errors import ModelError
from support_models import silent, write_package

SIGHT = Sight(label="person", score=0.9, box=(1.0, 2.0, 3.0, 4.0))


def golden(*frames: GoldenFrame) -> Golden:
    return Golden.model_validate({"source": "a.onnx", "source_sha256": "ab" * 32, "frames": frames})


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    record = golden(GoldenFrame(scene=3, sights=(SIGHT,)), GoldenFrame(file="0.jpg", sights=()))
    write_golden(record, tmp_path, images=[("0.jpg", b"bytes")])
    assert record == read_golden(tmp_path)
    assert b"bytes" == (tmp_path / "golden" / "0.jpg").read_bytes()


def test_a_model_without_a_record_has_none(tmp_path: Path) -> None:
    assert read_golden(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"source": "a"}'])
def test_a_torn_record_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "golden.json").write_text(text)
    with pytest.raises(ModelError, match=r"golden.json: not a golden record") as caught:
        read_golden(tmp_path)
    assert "askance models quantize" in (caught.value.hint or "")


def test_a_record_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "golden" / "golden.json").mkdir(parents=True)
    with pytest.raises(ModelError, match="Is a directory"):
        read_golden(tmp_path)


def test_a_frame_is_a_file_or_a_scene() -> None:
    for wrong in ({"sights": ()}, {"file": "a.jpg", "scene": 1, "sights": ()}):
        with pytest.raises(ValidationError, match="either a file or a scene"):
            GoldenFrame.model_validate(wrong)


def test_a_frame_is_drawn_or_loaded(tmp_path: Path) -> None:
    (tmp_path / "golden").mkdir()
    cv2.imwrite(str(tmp_path / "golden" / "0.png"), np.full((4, 5, 3), 7, np.uint8))
    assert (scene(5) == picture(GoldenFrame(scene=5, sights=()), tmp_path)).all()
    assert (4, 5, 3) == picture(GoldenFrame(file="0.png", sights=()), tmp_path).shape


def test_a_frame_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"golden frame is no image: .*0.jpg"):
        picture(GoldenFrame(file="0.jpg", sights=()), tmp_path)


def test_candidates_survive_being_written_down(tmp_path: Path) -> None:
    card = load_package(write_package(tmp_path / "tiny", silent())).card
    found = Candidates(np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([0.9]), np.array([1]))
    assert (SIGHT,) == sights(found, card)
    again = candidates(GoldenFrame(scene=0, sights=(SIGHT, SIGHT.model_copy(update={"label": "unicorn"}))), card)
    assert [1, -1] == again.columns.tolist()
    assert [0.9, 0.9] == again.scores.tolist()


def test_the_shipped_model_has_a_record_without_photos() -> None:
    folder = shipped.folder("models") / "ssdlite-mobilenet-v2-coco"
    record = read_golden(folder)
    assert record is not None
    assert ["golden.json"] == [path.name for path in (folder / "golden").iterdir()]
    quantization = read_card(folder / "card.yaml").quantization
    assert quantization is not None
    assert quantization.source_sha256 == record.source_sha256
