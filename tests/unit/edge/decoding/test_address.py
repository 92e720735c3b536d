"""What a camera's address names, its natural order, and what is never shown of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.decoding.address import Kind, natural, pictures, resolve
from askance.errors import SourceError


@pytest.mark.parametrize(
    ("url", "kind", "target"),
    [
        ("0", Kind.DEVICE, "0"),
        (" 02 ", Kind.DEVICE, "2"),
        ("/dev/null", Kind.DEVICE, "/dev/null"),
        ("rtsp://10.0.0.7/live", Kind.NETWORK, "rtsp://10.0.0.7/live"),
        ("HTTP://10.0.0.7/live", Kind.NETWORK, "HTTP://10.0.0.7/live"),
    ],
)
def test_devices_and_addresses_are_told_apart(url: str, kind: Kind, target: str) -> None:
    assert (kind, target) == resolve(url)
    assert kind.live


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clip.mp4").touch()
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "1.jpg").touch()
    monkeypatch.chdir(tmp_path)

    assert resolve("clip.mp4") == (Kind.FILE, str(tmp_path / "clip.mp4"))
    assert resolve("shots") == (Kind.FOLDER, str(tmp_path / "shots"))
    assert not Kind.FILE.live
    assert not Kind.FOLDER.live


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "the camera has no address"),
        ("   ", "the camera has no address"),
        ("ftp://a:b@c/d", "no camera speaks this scheme: ftp://***@c/d"),
        ("missing.mp4", "no such video file or image folder: missing.mp4: No such file or directory"),
        ("\u00b2", "no such video file or image folder: \u00b2: No such file or directory"),
    ],
    ids=["empty", "blank", "scheme", "missing", "a digit that is no index"],
)
def test_wrong_addresses_are_refused_with_a_hint(
    url: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError) as refused:
        resolve(url)

    assert message == str(refused.value)
    assert refused.value.hint
    assert "cameras.url" in refused.value.hint


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder.jpg").mkdir()

    with pytest.raises(SourceError, match="no images in the folder") as refused:
        resolve(str(tmp_path))
    assert refused.value.hint


def test_a_folder_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        pictures(tmp_path / "gone")


def test_images_are_listed_by_number_not_by_letter(tmp_path: Path) -> None:
    for name in ("b2.jpg", "b10.PNG", "b1.webp", "a.bmp", "3.jpeg", "b.txt"):
        (tmp_path / name).touch()

    assert [path.name for path in pictures(tmp_path)] == ["3.jpeg", "a.bmp", "b1.webp", "b2.jpg", "b10.PNG"]


@given(st.lists(st.integers(0, 10**6), min_size=2), st.text("ab-_.", max_size=3))
def test_numbered_names_sort_by_their_number(numbers: list[int], prefix: str) -> None:
    names = [f"{prefix}{number}.jpg" for number in numbers]

    assert [f"{prefix}{number}.jpg" for number in sorted(numbers)] == sorted(names, key=natural)


@given(st.lists(st.text(max_size=8)))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert sorted(sorted(names, key=natural)) == sorted(names)
