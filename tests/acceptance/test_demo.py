"""The demo as a user runs it: from the clip to the queue, the COCO export and the contact sheet."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from support_programs import askance


@pytest.fixture(scope="module")
def outcome(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("demo") / "out"
    done = askance("demo", str(assets / "video" / "bikes.mp4"), "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def test_every_frame_of_the_clip_is_seen_and_every_kept_one_stands_in_the_queue(outcome: dict[str, Any]) -> None:
    progress = outcome["progress"]

    assert 250 == progress["seen"]
    assert progress["seen"] >= progress["unsure"] >= progress["kept"] > 10
    assert progress["kept"] == progress["received"] == outcome["status"]["captures"]
    assert 0 == outcome["status"]["unaccounted"]


def test_the_queue_is_ordered_by_value_and_says_why(outcome: dict[str, Any]) -> None:
    values = [task["value"] for task in outcome["queue"]]

    assert sorted(values, reverse=True) == values
    assert all(task["reasons"] for task in outcome["queue"])


def test_the_export_scores_one_against_itself(outcome: dict[str, Any]) -> None:
    folder = Path(outcome["coco"])
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(folder / "annotations.json"))
        (folder / "found.json").write_text(json.dumps(list(truth.anns.values())))
        found = truth.loadRes(str(folder / "found.json"))
        score = COCOeval(truth, found, "bbox")
        score.evaluate()
        score.accumulate()
        score.summarize()

    assert pytest.approx(1.0) == score.stats[0]
    assert all((folder / "images" / image["file_name"]).is_file() for image in truth.imgs.values())


def test_the_contact_sheet_shows_each_kept_frame_and_its_reasons(outcome: dict[str, Any]) -> None:
    page = Path(outcome["sheet"]).read_text()

    assert outcome["progress"]["kept"] == page.count("data:image/jpeg;base64,")
    assert all(reason in page for task in outcome["queue"] for reason in task["reasons"])
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
