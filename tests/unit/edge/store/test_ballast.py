"""The ballast is made, given up and made again."""

import errno
from pathlib import Path

import pytest

from askance.edge.store.ballast import BALLAST_BYTES, Ballast
from askance.errors import StoreFullError


def test_ballast_occupies_its_bytes_until_it_is_released(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast")

    assert ballast.missing_bytes == BALLAST_BYTES
    assert ballast.make()
    assert ballast.make()
    assert (tmp_path / "ballast").stat().st_blocks * 512 >= BALLAST_BYTES
    assert ballast.missing_bytes == 0
    assert ballast.release()
    assert not ballast.release()


def test_where_it_cannot_be_made_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    assert not Ballast(tmp_path / "nowhere" / "ballast").make()
    assert [tmp_path / "folder"] == list(tmp_path.iterdir())


def test_what_lies_in_its_place_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "ballast.tmp").mkdir()

    assert not Ballast(tmp_path / "ballast").make()


def test_a_full_disk_spends_the_ballast_and_tries_once_more(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast")
    ballast.make()

    def action() -> int:
        if not ballast.missing_bytes:
            raise OSError(errno.ENOSPC, "no space")
        return 7

    assert ballast.spend_on("note a receipt", action) == 7


def test_a_full_disk_without_ballast_is_reported(tmp_path: Path) -> None:
    def action() -> int:
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(StoreFullError, match="note a receipt"):
        Ballast(tmp_path / "ballast").spend_on("note a receipt", action)
