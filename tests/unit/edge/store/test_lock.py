"""One agent at a time."""

import os
from pathlib import Path

import pytest

from askance.edge.store.lock import StoreLock
from askance.errors import StoreLockedError


def test_a_second_holder_is_told_who_holds_it_and_what_to_do(tmp_path: Path) -> None:
    lock = StoreLock(tmp_path / "lock")

    with pytest.raises(StoreLockedError, match=f"pid {os.getpid()}$") as caught:
        StoreLock(tmp_path / "lock")

    assert "store.path" in (caught.value.hint or "")
    lock.release()


def test_the_lock_is_free_after_release_and_the_number_is_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("99999999999\n")
    StoreLock(tmp_path / "lock").release()
    lock = StoreLock(tmp_path / "lock")

    assert f"{os.getpid()}\n" == (tmp_path / "lock").read_text()
    lock.release()
