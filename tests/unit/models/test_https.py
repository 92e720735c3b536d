"""Tests of downloads that are cut, resumed, redirected and refused, against a real server on loopback."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from askance.errors import MissingPartError, ModelError
from askance.models.https import download, opener
from support_server import Web, plain_way, serve

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def web() -> Iterator[Web]:
    with serve(CONTENT) as server:
        yield server


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "file.part"


def fetch(url: str, part: Path) -> list[tuple[int, int | None]]:
    told: list[tuple[int, int | None]] = []
    download(url, part, progress=lambda done, total: told.append((done, total)), way=plain_way())
    return told


def test_a_download_is_whole_and_tells_its_progress(web: Web, part: Path) -> None:
    told = fetch(web.address, part)
    assert CONTENT == part.read_bytes()
    assert (len(CONTENT), len(CONTENT)) == told[-1]
    assert len(told) > 1


def test_after_a_cut_it_goes_on_where_it_stopped(web: Web, part: Path) -> None:
    web.cut = 100_000
    with pytest.raises(MissingPartError, match=r"cannot fetch .*cut off after 100000 of 256000 bytes") as caught:
        fetch(web.address, part)
    assert "it goes on where it stopped" in (caught.value.hint or "")
    assert CONTENT[:100_000] == part.read_bytes()
    web.cut = None
    told = fetch(web.address, part)
    assert CONTENT == part.read_bytes()
    assert [None, "bytes=100000-"] == web.seen
    assert (len(CONTENT), len(CONTENT)) == told[-1]


def test_a_server_without_ranges_begins_again(web: Web, part: Path) -> None:
    part.write_bytes(b"something")
    web.ranges = False
    fetch(web.address, part)
    assert CONTENT == part.read_bytes()


def test_a_part_that_is_whole_already_is_left_alone(web: Web, part: Path) -> None:
    part.write_bytes(CONTENT)
    assert [] == fetch(web.address, part)
    assert CONTENT == part.read_bytes()


def test_a_part_that_is_too_long_is_thrown_away(web: Web, part: Path) -> None:
    part.write_bytes(CONTENT + b"!")
    fetch(web.address, part)
    assert CONTENT == part.read_bytes()


def test_a_redirect_to_https_is_followed(web: Web, part: Path) -> None:
    fetch(web.address.replace("/file", "/moved"), part)
    assert CONTENT == part.read_bytes()


def test_a_redirect_that_drops_the_encryption_is_refused(web: Web, part: Path) -> None:
    web.redirect = web.address.replace("https", "http")
    with pytest.raises(ModelError, match=r"redirects to an address without encryption: http://127.0.0.1") as caught:
        fetch(web.address.replace("/file", "/moved"), part)
    assert "--from" in (caught.value.hint or "")
    assert not part.exists()


def test_a_page_that_is_not_there_is_refused(web: Web, part: Path) -> None:
    with pytest.raises(MissingPartError, match=r"cannot fetch .*/nothing: Not Found"):
        fetch(web.address.replace("/file", "/nothing"), part)


def test_a_server_that_is_away_is_named(part: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{nobody.getsockname()[1]}/file"
        with pytest.raises(MissingPartError, match=r"cannot fetch .*refused"):
            fetch(url, part)


def test_the_real_way_wants_encryption(web: Web, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(MissingPartError, match=r"cannot fetch .*SSL"):
        download(web.address, part, progress=lambda _done, _total: None, way=opener())
