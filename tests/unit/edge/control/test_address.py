"""A socket can be named wherever its folder lies."""

import socket
from pathlib import Path

import pytest

from askance.edge.control.address import NAME, short


def test_a_folder_far_down_has_a_short_name(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    folder.mkdir(parents=True)

    with socket.socket(socket.AF_UNIX) as listening:
        with short(folder) as address:
            listening.bind(address)
        assert [NAME] == [path.name for path in folder.iterdir()]


def test_where_there_is_no_folder_there_is_no_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), short(tmp_path / "none"):
        pass
