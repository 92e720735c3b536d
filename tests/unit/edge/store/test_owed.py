"""What the centre has said waits for a disk that takes it."""

import errno
from pathlib import Path

import pytest

from askance.edge.store.ballast import Ballast
from askance.edge.store.owed import SETTLED_AT_ONCE, Change, Owed
from askance.errors import StoreError
from askance.wire.identity import FrameId, new_frame_id


class Disk:
    """Takes changes, or fails."""

    def __init__(self, *, full: bool) -> None:
        self.error: OSError | None = OSError(errno.ENOSPC, "no space") if full else None
        self.taken: list[FrameId] = []

    def change(self, frame_id: FrameId, *, held: bool = True) -> Change:
        def make() -> bool:
            if self.error is not None:
                raise self.error
            self.taken.append(frame_id)
            return held

        return Change("note a receipt", make)


def an_id(number: int = 0) -> FrameId:
    return new_frame_id(wall_ms=number, randomness=bytes(10))


@pytest.mark.parametrize("held", [True, False])
def test_a_disk_that_works_takes_a_change_at_once(tmp_path: Path, *, held: bool) -> None:
    disk, owed = Disk(full=False), Owed(Ballast(tmp_path / "ballast"))

    assert held == owed.note(an_id(), disk.change(an_id(), held=held))
    assert ([an_id()], [], None) == (disk.taken, list(owed.frames), owed.trouble)


def test_a_change_that_a_full_disk_does_not_take_is_made_when_it_does(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))

    assert owed.note(an_id(), disk.change(an_id()))
    owed.settle()
    assert [an_id()] == list(owed.frames)
    assert "note a receipt" in (owed.trouble or "")
    disk.error = None
    owed.settle()

    assert ([an_id()], [], None) == (disk.taken, list(owed.frames), owed.trouble)


def test_changes_are_made_in_their_order_some_at_a_time(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))
    for number in range(SETTLED_AT_ONCE + 1):
        owed.note(an_id(number), disk.change(an_id(number)))
    disk.error = None
    owed.settle()

    assert [an_id(number) for number in range(SETTLED_AT_ONCE)] == disk.taken
    assert owed.trouble is not None


def test_what_does_not_pass_by_itself_is_raised(tmp_path: Path) -> None:
    disk, owed = Disk(full=True), Owed(Ballast(tmp_path / "ballast"))
    disk.error = PermissionError(errno.EACCES, "not yours")

    with pytest.raises(StoreError, match="not yours"):
        owed.note(an_id(), disk.change(an_id()))
