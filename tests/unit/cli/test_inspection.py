"""Tests of `askance models inspect` and `check`: what they print, where to, and how they end."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner, Result

from askance.cli import main
from askance.cli.models import models
from askance.edge.detect.golden import read_golden
from askance.edge.detect.package import read_card
from support_models import ANCHORS, convolutional, fixed, silent, write_package


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(models, [str(word) for word in words], catch_exceptions=False)


def fails(words: list[str | Path], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and standard error of the command as a process would end."""
    with pytest.raises(SystemExit) as ended:
        main(["models", *map(str, words)])
    return int(ended.value.code or 0), capsys.readouterr().err


@pytest.fixture
def yolox(assets: Path) -> Path:
    return assets / "models/yolox-nano-coco"


def test_inspect_prints_facts_as_comments_and_then_a_card(yolox: Path, tmp_path: Path) -> None:
    result = run("inspect", yolox / "yolox_nano.onnx")
    assert 0 == result.exit_code
    assert "# opset: 11" in result.stdout
    assert "# confirm classes: 80 unnamed columns" in result.stdout
    (tmp_path / "card.yaml").write_text(result.stdout)
    assert "yolox" == read_card(tmp_path / "card.yaml").decoder.family


def test_inspect_writes_the_card_where_it_is_told(yolox: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("\n".join(f"thing {number}" for number in range(79)) + "\n\n")
    out = tmp_path / "own" / "card.yaml"
    result = run("inspect", yolox / "yolox_nano.onnx", "--classes", tmp_path / "names.txt", "--out", out)
    assert f"wrote: {out}; 3 things to confirm in it" in result.stdout
    assert ("thing 0", None) == (read_card(out).classes[0], read_card(out).classes[79])


def test_inspect_json_has_facts_card_and_doubts(yolox: Path) -> None:
    data = json.loads(run("inspect", yolox / "yolox_nano.onnx", "--json").stdout)
    assert (11, False, 113) == (data["opset"], data["quantized"], data["operators"]["Conv"])
    assert "yolox" == data["card"]["decoder"]["family"]
    assert "licence" in data["confirm"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "not an ONNX file", id="empty"),
        pytest.param(b"\xff\xd8\xff\xe0" * 50, "not an ONNX file", id="a photo"),
    ],
)
def test_inspect_refuses_what_is_no_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, said: str
) -> None:
    (tmp_path / "a.onnx").write_bytes(data)
    code, told = fails(["inspect", tmp_path / "a.onnx"], capsys)
    assert 65 == code
    assert said in told
    assert "hint: " in told


def test_inspect_refuses_a_file_larger_than_memory_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "a.onnx").open("wb") as file:
        file.truncate(5 * 10**9)
    code, told = fails(["inspect", tmp_path / "a.onnx"], capsys)
    assert 65 == code
    assert "5.0 GB are more than an ONNX file may have" in told


def test_inspect_refuses_a_folder_and_a_place_that_cannot_be_written(
    tmp_path: Path, yolox: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == fails(["inspect", tmp_path], capsys)[0]
    (tmp_path / "file").write_bytes(b"")
    code, told = fails(["inspect", yolox / "yolox_nano.onnx", "--out", tmp_path / "file" / "card.yaml"], capsys)
    assert (65, True) == (code, "cannot write" in told)


@pytest.mark.parametrize("size", ["640", "0x10", "axb", "9999x10"])
def test_a_wrong_size_is_a_usage_error(yolox: Path, capsys: pytest.CaptureFixture[str], size: str) -> None:
    code, told = fails(["inspect", yolox / "yolox_nano.onnx", "--size", size], capsys)
    assert (2, True) == (code, "as in 640x384" in told)


def test_names_that_are_no_text_are_refused(yolox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "names").write_bytes(b"\xff\xfe")
    code, told = fails(["inspect", yolox / "yolox_nano.onnx", "--classes", tmp_path / "names"], capsys)
    assert (78, True) == (code, "--classes takes a text file" in told)


def test_check_says_everything_of_the_shipped_model() -> None:
    result = run("check", "ssdlite-mobilenet-v2-coco")
    assert 0 == result.exit_code
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert ("True", "80") == (lines["golden"], lines["classes"])
    assert float(lines["boxes_kept"]) > 0.8


def test_check_json_has_the_same_as_data() -> None:
    data = json.loads(run("check", "ssdlite-mobilenet-v2-coco", "--json").stdout)
    assert (True, 2, []) == (data["golden"], data["frames"], data["faults"])


def test_check_refuses_yolox_nano_in_8_bits_against_its_source(
    yolox: Path, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = checkout / "tests/cards/yolox-nano-coco.yaml"
    source = yolox / "yolox_nano.onnx"
    code, told = fails(["check", yolox / "BAD_int8_example.onnx", "--card", card, "--source", source], capsys)
    assert 65 == code
    assert "of what its source sees" in told
    assert 0 == run("check", source, "--card", card, "--source", source).exit_code


def test_check_says_when_there_is_nothing_to_hold_a_file_against(yolox: Path, checkout: Path) -> None:
    card = checkout / "tests/cards/yolox-nano-coco.yaml"

    alone = run("check", yolox / "yolox_nano.onnx", "--card", card)

    assert "no golden record" in alone.stderr
    assert "no golden record" not in run("check", "ssdlite-mobilenet-v2-coco").stderr


def test_check_can_keep_what_the_source_sees(yolox: Path, checkout: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    card.write_bytes((checkout / "tests/cards/yolox-nano-coco.yaml").read_bytes())
    source = yolox / "yolox_nano.onnx"
    run("check", source, "--card", card, "--source", source, "--record")
    record = read_golden(tmp_path)
    assert record is not None
    assert "yolox_nano.onnx" == record.source
    with pytest.raises(Exception, match="of what its source sees"):
        run("check", yolox / "BAD_int8_example.onnx", "--card", card)


def test_a_record_that_cannot_be_kept_is_an_error(
    yolox: Path, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card.yaml"
    card.write_bytes((checkout / "tests/cards/yolox-nano-coco.yaml").read_bytes())
    (tmp_path / "golden").write_bytes(b"")
    source = yolox / "yolox_nano.onnx"
    code, told = fails(["check", source, "--card", card, "--source", source, "--record"], capsys)
    assert (65, True) == (code, "cannot write" in told)


def test_a_source_that_sees_nothing_judges_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_package(tmp_path / "tiny", silent())
    code, told = fails(["check", folder, "--source", folder], capsys)
    assert (65, True) == (code, "sees too little in drawn scenes" in told)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"classes": [None, "person", "unicorn"]}, "does not know unicorn", id="unknown label"),
        pytest.param({"classes": ["person", "car"]}, "shape of logits", id="class count"),
        pytest.param({"sha256": "00" * 32}, "expected sha256", id="hash"),
        pytest.param({"task": "dream"}, "task", id="card"),
    ],
)
def test_check_refuses_a_card_that_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], said: str
) -> None:
    code, told = fails(["check", write_package(tmp_path / "tiny", silent(), **changes)], capsys)
    assert 65 == code
    assert said in told


def test_check_refuses_outputs_that_are_not_finite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = fixed(np.zeros((ANCHORS, 4), np.float32), np.full((ANCHORS, 3), np.nan, np.float32))
    code, told = fails(["check", write_package(tmp_path / "tiny", model)], capsys)
    assert (65, True) == (code, "output logits is not finite" in told)


def test_check_refuses_custom_operators_and_missing_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = silent()
    model.graph.node[0].op_type, model.graph.node[0].domain = "Telepathy", "own"
    model.opset_import.append(onnx.helper.make_opsetid("own", 1))
    code, told = fails(["check", write_package(tmp_path / "custom", model)], capsys)
    assert (65, True) == (code, "operators that onnxruntime does not have" in told)
    folder = write_package(tmp_path / "apart", convolutional())
    path = str(folder / "model.onnx")
    onnx.save(convolutional(), path, save_as_external_data=True, size_threshold=0, location="w.data")
    (folder / "w.data").unlink()
    code, told = fails(["check", path, "--card", folder / "card.yaml"], capsys)
    assert (65, True) == (code, "a second file that is missing" in told)


def whole_graph(folder: Path) -> Path:
    """A detector whose last step stands on one 8-bit scale, for boxes as for scores."""
    random = np.random.default_rng(1)
    step = np.float32(0.1)
    cells = 256 * 3
    values = [np.clip(random.normal(0, 30, (cells, width)).round(), -120, 120).astype(np.float32) for width in (4, 3)]
    parameters = {"boxes": "boxes", "logits": "logits", "maps": [16], "scales": [0.5, 1.0], "aspects": [1.0]}
    decoder = {"family": "ssd", "parameters": {**parameters, "first_map": [[0.5, 1.0], [0.5, 2.0], [0.5, 0.5]]}}
    return write_package(folder, fixed(values[0] * step, values[1] * step), decoder=decoder)


def test_check_refuses_a_whole_graph_in_8_bits_without_any_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = fails(["check", whole_graph(tmp_path / "whole")], capsys)
    assert 65 == code
    assert "output logits was rounded to 8 bits" in told
    assert "askance models quantize" in told
