"""The folder of envelope files."""

import os
import stat
from pathlib import Path

import pytest

from askance.edge.store.envelopes import DAMAGED_KEPT, Envelopes
from askance.wire.identity import FrameId, new_frame_id
from support_places import break_folders


def an_id(number: int = 0) -> FrameId:
    return new_frame_id(wall_ms=number, randomness=bytes([number]) * 10)


def test_a_written_file_stands_in_its_shard_and_is_read_back(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    envelopes.write(an_id(), b"0123456789")

    assert envelopes.load(an_id()) == b"0123456789"
    assert envelopes.read(an_id(), 3, length=4) == b"3456"
    assert envelopes.read(an_id(), 8, length=4) == b"89"
    assert envelopes.size(an_id()) == 10
    assert envelopes.file(an_id()) == tmp_path / "frames" / "00" / f"{an_id()}.askf"
    assert stat.S_IMODE(envelopes.file(an_id()).stat().st_mode) & 0o137 == 0
    assert [(envelopes.file(an_id()), an_id())] == list(envelopes.look().files)


def test_a_file_is_never_written_twice_at_once(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    (tmp_path / "frames" / f".tmp-{an_id()}").touch()

    with pytest.raises(FileExistsError):
        envelopes.write(an_id(), b"x")


def test_what_is_missing_is_none(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)

    assert envelopes.load(an_id()) is None
    assert envelopes.read(an_id(), 0, length=1) is None
    assert envelopes.size(an_id()) is None


def test_removing_takes_finished_and_unfinished_files_and_minds_no_missing_ones(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    envelopes.write(an_id(1), b"x")
    (tmp_path / "frames" / f".tmp-{an_id(2)}").touch()
    for number in (1, 2, 3):
        envelopes.remove(an_id(number))

    assert list(envelopes.look().files) == []


def test_half_written_files_are_told_apart(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    envelopes.write(an_id(1), b"x")
    unfinished = tmp_path / "frames" / f".tmp-{an_id(2)}"
    unfinished.touch()

    listing = envelopes.look()

    assert ((unfinished,), frozenset()) == (listing.unfinished, listing.unlisted)
    assert [an_id(1)] == [frame_id for _, frame_id in listing.files]


def test_names_and_places_that_the_store_never_gives_are_nobodys(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    envelopes.write(an_id(1), b"x")
    (tmp_path / "frames" / "notes.txt").touch()
    (tmp_path / "frames" / f"{an_id(2)}.askf").touch()

    assert {frame_id for _, frame_id in envelopes.look().files} == {an_id(1), None}


def test_damaged_files_are_kept_up_to_a_bound(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    for number in range(DAMAGED_KEPT + 2):
        envelopes.write(an_id(number), b"x")
        envelopes.set_aside(envelopes.file(an_id(number)))

    assert len(list((tmp_path / "damaged").iterdir())) == DAMAGED_KEPT
    assert list(envelopes.look().files) == []


def test_the_name_of_a_shard_that_a_crash_left_behind_is_made_durable_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelopes = Envelopes(tmp_path)
    (tmp_path / "frames" / "00").mkdir()
    sync, synced = os.fsync, list[str]()

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(os, "fsync", noted)
    first, second = (new_frame_id(wall_ms=number, randomness=bytes(10)) for number in (1, 2))
    envelopes.write(first, b"x")
    envelopes.write(second, b"x")

    assert [f".tmp-{first}", "frames", "00", f".tmp-{second}", "00"] == synced


def test_a_folder_that_the_disk_does_not_list_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    envelopes = Envelopes(tmp_path)
    for number in (1, 2):
        envelopes.write(an_id(number), b"x")
    bad, good = map(envelopes.file, (an_id(1), an_id(2)))
    break_folders(monkeypatch, bad.parent)

    listing = envelopes.look()

    assert {bad.parent} == listing.unlisted
    assert [(good, an_id(2))] == list(listing.files)
    assert (True, False) == (listing.hides(bad), listing.hides(good))


def test_where_no_folder_can_be_listed_nothing_is_known_to_be_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelopes = Envelopes(tmp_path)
    envelopes.write(an_id(), b"x")
    break_folders(monkeypatch, tmp_path / "frames")

    listing = envelopes.look()

    assert ([], True) == (list(listing.files), listing.hides(envelopes.file(an_id())))


def test_files_that_cannot_be_listed_are_not_gone(tmp_path: Path) -> None:
    envelopes = Envelopes(tmp_path)
    (tmp_path / "frames").rmdir()

    with pytest.raises(FileNotFoundError):
        envelopes.look()
