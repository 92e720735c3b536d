"""The selection benchmark reads what the labeling queue exports: its photos, labels, states and times."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import selection
from selecting.listing import Stamp, coco_file, listed, stamped

from askance.central.export import coco
from askance.central.lifecycle import State
from askance.central.tasks import Task, TaskId
from askance.cli.fitting import fit
from askance.labels import LabelMap
from askance.wire.annotations import Box, Origin
from askance.wire.capture import Moment
from askance.wire.identity import CameraId, Sha256
from support_central import make_jpeg, make_manifest
from support_models import convolutional, labelled_photos, write_package

DONE = 18
BEGAN_MS = 1_700_000_000_000


def task(number: int, *, done: bool, taken_ms: int | None = None, camera: str = "gate") -> Task:
    manifest = make_manifest(number, size=(64, 48))
    taken = manifest.taken.model_copy(update={"wall_ms": BEGAN_MS + 1000 * number if taken_ms is None else taken_ms})
    car = Box(label_id=3, label="car", origin=Origin.HUMAN, x=9, y=6, width=20, height=12)
    return Task(
        id=TaskId(number),
        state=State.DONE if done else State.OPEN,
        manifest=manifest.model_copy(update={"taken": taken, "camera": CameraId(camera)}),
        sha256=Sha256("cd" * 32),
        received_at=0.0,
        labeler="ana" if done else None,
        lease_until=None,
        expired=0,
        seconds=None,
        skip_reason=None,
        answer=(car,) * (number % 3) if done else None,
    )


def export(folder: Path, tasks: list[Task], labels: LabelMap) -> Path:
    seeds = iter(range(len(tasks)))
    coco.write(folder, tasks, labels=labels.labels, suggested=True, jpeg=lambda _: make_jpeg(seed=next(seeds)))
    return folder


@pytest.fixture
def dataset(tmp_path: Path, labels: LabelMap) -> Path:
    """An export with the newest frame first; two frames are not done."""
    return export(tmp_path / "dataset", [task(n, done=n < DONE) for n in reversed(range(DONE + 2))], labels)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder, photos = write_package(tmp_path / "tiny", convolutional()), labelled_photos(tmp_path / "photos", 20)
    fit(
        [str(word) for word in (folder, "--photos", photos, "--labels", photos, "--variants", 0)], standalone_mode=False
    )
    return folder


def run(*words: str | Path) -> None:
    selection.main([str(word) for word in (*words, "--second-look", "{tiles: null}", "--rounds", 20, "--seeds", 2)])


@pytest.mark.parametrize(
    "words",
    [("--labels", ""), ("--labels", "annotations.json"), ("--sequence", ""), ("--sequence", "annotations.json")],
)
def test_the_folder_or_the_file_of_an_export_is_scored_by_what_is_done(
    dataset: Path, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    option, name = words
    run("--package", package, option, dataset / name, "--json", tmp_path / "figures.json")

    assert DONE == json.loads((tmp_path / "figures.json").read_text())["photos"]
    said = capsys.readouterr().err
    assert "left out: 2 photos that nobody has labelled" in said
    assert "judged" not in said, "an export has all classes of the label map"


def test_photos_may_be_named_beside_the_export(dataset: Path, package: Path, tmp_path: Path) -> None:
    words = ("--photos", dataset / "images", "--labels", dataset, "--json", tmp_path / "figures.json")
    run("--package", package, *words)
    assert DONE == json.loads((tmp_path / "figures.json").read_text())["photos"]


def test_the_frames_of_an_export_are_put_in_the_order_in_which_each_camera_took_them(
    tmp_path: Path, labels: LabelMap
) -> None:
    tasks = [task(2, done=True), task(1, done=True, camera="yard"), task(0, done=True)]
    file = coco_file(export(tmp_path / "dataset", tasks, labels))
    assert file is not None
    stamps = stamped(file, fps=10.0)
    at = [f"{stamp.camera} {stamp.at_ns // 10**6 - BEGAN_MS}" for stamp in stamps.values()]
    device = tasks[0].manifest.device
    assert [f"{device}/gate 0", f"{device}/gate 2000", f"{device}/yard 1000"] == at
    assert set(listed(file)) == set(stamps)


def test_frames_without_a_time_cannot_be_put_in_order_and_it_says_so(tmp_path: Path, labels: LabelMap) -> None:
    timeless = task(0, done=True)
    taken = Moment.model_validate(timeless.manifest.taken.model_dump() | {"wall_ms": None, "clock": "none"})
    manifest = timeless.manifest.model_copy(update={"taken": taken})
    folder = export(tmp_path / "dataset", [replace(timeless, manifest=manifest)], labels)
    with pytest.raises(SystemExit, match=r"images\[0\]: the device's clock was never set.*--labels"):
        stamped(folder / "annotations.json", fps=10.0)


def test_an_export_of_which_nothing_is_done_is_refused(tmp_path: Path, package: Path, labels: LabelMap) -> None:
    folder = export(tmp_path / "dataset", [task(number, done=False) for number in range(3)], labels)
    with pytest.raises(SystemExit, match="none of 3 photos is labelled"):
        run("--package", package, "--labels", folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not a COCO file"),
        ("[]", "not a COCO file"),
        ('{"images": []}', "lists no images"),
        ('{"images": [{"id": 1}]}', "not a COCO file: KeyError: 'file_name'"),
        ('{"images": [{"id": 1, "file_name": "gone.jpg"}]}', r"images\[0\]: no such photo: gone.jpg"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, package: Path, content: str, said: str) -> None:
    (tmp_path / "annotations.json").write_text(content)
    with pytest.raises(SystemExit, match=said):
        run("--package", package, "--labels", tmp_path / "annotations.json")


def test_other_coco_files_go_by_their_list_and_the_pace_that_is_given(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((8, 8, 3), np.uint8))
    row: dict[str, Any] = {"id": 1, "file_name": "a.png", "date_captured": "2013-11-14 17:02:52"}
    (tmp_path / "coco.json").write_text(json.dumps({"images": [row]}))
    assert {tmp_path / "a.png": Stamp("", 0)} == stamped(tmp_path / "coco.json", fps=5.0)
    assert coco_file(tmp_path / "nowhere") is None
