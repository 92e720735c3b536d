"""Tests of the drift between two files."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.edge.detect.model import Model
from askance.edge.detect.package import load_package
from askance.edge.detect.scenes import scene
from askance.models.drift import measure
from support_models import ANCHORS, fixed, write_package


def model(folder: Path, *hot: tuple[int, int, float]) -> Model:
    logits = np.full((ANCHORS, 3), -20, np.float32)
    for anchor, column, logit in hot:
        logits[anchor, column] = logit
    return Model(load_package(write_package(folder, fixed(np.zeros((ANCHORS, 4), np.float32), logits))), threads=1)


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def test_two_files_are_held_against_each_other(tmp_path: Path) -> None:
    source, file = model(tmp_path / "one", (0, 1, 3.0), (9, 2, 1.0)), model(tmp_path / "two", (0, 1, 2.0))
    told: list[tuple[int, int]] = []
    drift = measure(
        source, file, images=[scene(1), scene(2)], labels=None, progress=lambda done, total: told.append((done, total))
    )
    assert [(1, 2), (2, 2)] == told
    assert (2, None) == (drift.photos, drift.ap50)
    assert drift.bytes == (source.package.file.stat().st_size, file.package.file.stat().st_size)
    assert drift.ratio > 0
    assert drift.ms[0] > 0
    assert {"boxes_kept": 0.5658, "mean_iou": 1.0, "score_shift": 0.0718} == drift.figures()
    assert "it sees 57 %" in drift.faults[0]


def test_labels_give_a_precision(tmp_path: Path) -> None:
    seeing, blind = model(tmp_path / "one", (0, 1, 3.0)), model(tmp_path / "two")
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((16, 16, 3), np.uint8))
    (tmp_path / "a.txt").write_text("0 0.25 0.25 0.5 0.5\n")
    drift = measure(seeing, blind, images=[tmp_path / "a.png"], labels=tmp_path, progress=quiet)
    assert (1.0, 0.0) == pytest.approx(drift.ap50)
    assert (1.0, 0.0) == (drift.figures()["ap50_of_source"], drift.figures()["ap50"])


def test_photos_that_are_not_labelled_have_no_precision(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((16, 16, 3), np.uint8))
    seeing = model(tmp_path / "one", (0, 1, 3.0))
    assert measure(seeing, seeing, images=[tmp_path / "a.png"], labels=tmp_path, progress=quiet).ap50 is None
