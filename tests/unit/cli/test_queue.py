"""`askance queue`: a labeler's day on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from askance.central.batch import Letter
from askance.cli.queue import queue
from askance.errors import QueueError, StoreError
from askance.wire.topics import Up
from support_central import frame_id, make_envelope, make_jpeg, open_intake, topic
from support_wire import kinds_in


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "centre"
    letters = [Letter(topic(Up.FRAME), make_envelope(n, value=value)) for n, value in ((1, 0.5), (2, 0.9))]
    open_intake(folder).take(letters)
    path = tmp_path / "central.yaml"
    path.write_text(yaml.safe_dump({"storage": {"path": str(folder)}}))
    return path


def invoke(config: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(queue, [arguments[0], "--config", str(config), *arguments[1:]])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def data(config: Path, *arguments: str) -> Any:  # noqa: ANN401 (JSON is whatever the command prints)
    return json.loads(invoke(config, *arguments, "--json").stdout)


def test_ls_lists_by_value_and_filters(config: Path) -> None:
    assert [2, 1] == [task["task"] for task in data(config, "ls")]
    assert [2] == [task["task"] for task in data(config, "ls", "--limit", "1")]
    assert [] == data(config, "ls", "--state", "done")
    assert "car 0.12" in invoke(config, "ls").output


def test_show_tells_everything_and_writes_the_image(config: Path, tmp_path: Path) -> None:
    shown = data(config, "show", frame_id(1), "--image", str(tmp_path / "frame.jpg"))

    assert (frame_id(1), None, ["car 0.12"]) == (shown["frame_id"], shown["answer"], shown["reasons"])
    assert make_jpeg(seed=1) == (tmp_path / "frame.jpg").read_bytes()
    lines = invoke(config, "show", "1").output.splitlines()
    assert [
        "device: person 0.62 box of 20 x 30 at 4, 3",
        "device: car 0.12 box of 16 x 10 at 30, 5 (suggested)",
    ] == lines[-2:]


def test_a_claim_is_submitted_with_the_devices_own_boxes(config: Path) -> None:
    claimed = data(config, "claim", "--labeler", "ana")

    result = invoke(config, "submit", claimed["token"], "--accept", "--seconds", "4")

    assert "done: task 2 with 1 annotations" in result.output
    shown = data(config, "show", "2")
    assert ("done", "ana", 4.0, ["person"]) == (
        shown["state"],
        shown["labeler"],
        shown["seconds"],
        [one["label"] for one in shown["answer"]],
    )
    assert "labeler: person" in invoke(config, "show", "2").output


def test_a_claim_is_submitted_with_a_file(config: Path, tmp_path: Path) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text('[{"kind": "box", "label_id": 3, "label": "car", "x": 1, "y": 1, "width": 5, "height": 5}]')

    invoke(config, "submit", data(config, "claim", "--labeler", "ana")["token"], "--annotations", str(boxes))

    assert ["human"] == [one["origin"] for one in data(config, "show", "2")["answer"]]


def test_an_answer_of_every_kind_is_shown_in_a_line_each(config: Path, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    drawn = [kind | {"label_id": 3, "label": "car", "model": None} for kind in kinds_in(width=64, height=48).values()]
    answer.write_text(json.dumps(drawn))

    invoke(config, "submit", data(config, "claim", "--labeler", "ana")["token"], "--annotations", str(answer))

    shown = [line for line in invoke(config, "show", "2").output.splitlines() if line.startswith("labeler: ")]
    assert len(drawn) == len(shown)
    assert "labeler: car 0.50 instance mask on a grid of 16 x 8 of 6 x 4 at 1, 2" in shown
    assert len(drawn) == len(data(config, "show", "2")["answer"])


def test_a_claim_is_skipped_released_and_reopened(config: Path) -> None:
    first = invoke(config, "claim", "--labeler", "ana").output.splitlines()[0].removeprefix("token: ")
    assert "skipped: task 2" in invoke(config, "skip", first, "--reason", "dark").output
    second = data(config, "claim", "--labeler", "ana")["token"]
    assert "open again: task 1" in invoke(config, "release", second).output
    assert "open again: task 2" in invoke(config, "reopen", "2").output

    assert ["open", "open"] == [task["state"] for task in data(config, "ls")]


def test_an_empty_queue_says_so(config: Path) -> None:
    for _ in range(2):
        invoke(config, "claim", "--labeler", "ana")

    with pytest.raises(QueueError, match="no task is open"):
        invoke(config, "claim", "--labeler", "ana")


def test_an_answer_is_either_a_file_or_the_devices_own(config: Path) -> None:
    result = invoke(config, "submit", "token")

    assert 2 == result.exit_code
    assert "either --annotations FILE or --accept" in result.output


def test_a_folder_without_a_catalog_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "central.yaml"
    path.write_text(yaml.safe_dump({"storage": {"path": str(tmp_path)}}))

    with pytest.raises(StoreError, match="there is no catalog"):
        invoke(path, "ls")
