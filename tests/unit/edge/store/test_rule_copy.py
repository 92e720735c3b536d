"""The copy of the last good rules."""

from pathlib import Path

import pytest

from askance.edge.store.rule_copy import NAME, save_rules, saved_rules

ONE, TWO = {"/rules/a.yaml": "version: 1 # ☾\n"}, {"/rules/a.yaml": "version: 2\n", "/rules/b.yaml": ""}


def test_the_copy_is_the_last_that_was_saved_in_the_order_of_the_files(tmp_path: Path) -> None:
    for texts in (ONE, TWO, ONE, TWO):
        save_rules(tmp_path, texts)
        assert list(texts.items()) == list(saved_rules(tmp_path).items())
    assert [NAME] == [path.name for path in tmp_path.iterdir()]


def test_the_same_is_not_written_again(tmp_path: Path) -> None:
    save_rules(tmp_path, ONE)
    before = (tmp_path / NAME).stat().st_ino
    save_rules(tmp_path, ONE)

    assert before == (tmp_path / NAME).stat().st_ino


@pytest.mark.parametrize("damage", [b"", b'{"a": "ver', b'{"a": 1}', b"[]", b"\xff"])
def test_where_there_is_no_copy_or_half_of_one_there_is_nothing(tmp_path: Path, damage: bytes) -> None:
    assert {} == saved_rules(tmp_path)

    (tmp_path / NAME).write_bytes(damage)
    assert {} == saved_rules(tmp_path)

    save_rules(tmp_path, ONE)
    assert ONE == saved_rules(tmp_path)


def test_what_a_crash_left_half_written_is_in_nobodys_way(tmp_path: Path) -> None:
    save_rules(tmp_path, ONE)
    (tmp_path / f".tmp-{NAME}").write_bytes(b'{"/rules/a.yaml": "vers')

    assert ONE == saved_rules(tmp_path)
    save_rules(tmp_path, TWO)
    assert TWO == saved_rules(tmp_path)


def test_a_disk_that_refuses_leaves_the_old_copy(tmp_path: Path) -> None:
    save_rules(tmp_path, ONE)
    (tmp_path / f".tmp-{NAME}").mkdir()

    with pytest.raises(OSError, match=NAME):
        save_rules(tmp_path, TWO)
    assert ONE == saved_rules(tmp_path)
