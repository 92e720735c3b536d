"""The catalog's file."""

from pathlib import Path

import pytest

from askance.central.schema import create_catalog, open_catalog
from askance.errors import StoreError


def test_a_catalog_is_made_once_and_opened_again(tmp_path: Path) -> None:
    create_catalog(tmp_path / "new" / "folder").execute("INSERT INTO devices VALUES ('a', 1, 1, 1, NULL, NULL)")

    connection = open_catalog(tmp_path / "new" / "folder", readonly=True)

    assert 1 == connection.execute("SELECT count(*) FROM devices").fetchone()[0]
    assert 2 == create_catalog(tmp_path / "other").execute("PRAGMA synchronous").fetchone()[0]


def test_a_command_does_not_make_a_catalog_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no catalog") as caught:
        open_catalog(tmp_path, readonly=False)

    assert "storage.path" in str(caught.value.hint)
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot make the folder"):
        create_catalog(tmp_path / "file" / "catalog")
