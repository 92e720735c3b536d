"""Rule files are read again when they change, and the last good ones stay in force."""

import logging
import os
from pathlib import Path

import pytest

from askance.edge.health import Health
from askance.edge.rule_files import LOOK_S, RuleFiles
from askance.edge.rules import Policy
from askance.edge.store.rule_copy import NAME, saved_rules
from askance.errors import ConfigError
from askance.labels import LabelMap

GOOD = "version: 1\nrules:\n  - {id: people, when: {near_threshold: {classes: [person], from: 0.2, to: 0.6}}}\n"
OTHER = "version: 2\nrules:\n  - {id: cars, when: {near_threshold: {classes: [car], from: 0.2, to: 0.6}}}\n"
LOTS = "version: 1\nrules:\n  - {id: lots, when: {random: {rate: 6/h}}}\n"
BROKEN = GOOD.replace("person", "persn")


class Watched:
    """Rule files that are looked at every two seconds of a clock of the test's own."""

    def __init__(self, folder: Path, labels: LabelMap, *texts: str) -> None:
        self.folder, self.labels, self.now_s = folder, labels, 100.0
        self.paths = [folder / f"{index}.yaml" for index in range(len(texts))]
        for path, text in zip(self.paths, texts, strict=True):
            path.write_text(text)
        (folder / "store").mkdir(exist_ok=True)
        self.health = Health()
        self.files = self.start()

    def start(self) -> RuleFiles:
        self.health = Health()
        self.files = RuleFiles(self.paths, labels=self.labels, folder=self.folder / "store", health=self.health)
        return self.files

    def look(self) -> Policy | None:
        self.now_s += LOOK_S
        return self.files.look(self.now_s)

    def write(self, text: str, file: int = 0) -> Policy | None:
        """Write a file and look twice: what has changed, and whether it stands still."""
        self.paths[file].write_text(text)
        assert self.look() is None
        return self.look()

    @property
    def trouble(self) -> dict[str, str]:
        return dict(self.health.vitals().trouble)

    @property
    def copied(self) -> list[str]:
        return list(saved_rules(self.folder / "store").values())


def ids(policy: Policy | None) -> list[str] | None:
    return None if policy is None else [rule.id for rule in policy.rules]


def test_changed_rules_come_into_force_once_and_are_told(
    tmp_path: Path, labels: LabelMap, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watched = Watched(tmp_path, labels, GOOD)

    assert (["people"], None) == (ids(watched.files.policy), watched.look())
    assert ["cars"] == ids(watched.write(OTHER)) == ids(watched.files.policy)
    assert watched.look() is None
    assert [f"rules in force: cars {watched.files.policy.rules[0].version}"] == caplog.messages
    assert ({"rule_files.adopted": 1}, {}) == (watched.health.vitals().counts, watched.trouble)


def test_the_rules_of_all_files_change_together(tmp_path: Path, labels: LabelMap) -> None:
    watched = Watched(tmp_path, labels, GOOD, LOTS)

    assert ["cars", "lots"] == ids(watched.write(OTHER))
    assert ["cars", "people"] == ids(watched.write(GOOD, file=1))
    assert [OTHER, GOOD] == watched.copied


def test_a_file_that_is_still_being_written_waits(tmp_path: Path, labels: LabelMap) -> None:
    watched = Watched(tmp_path, labels, GOOD)
    lines = [line + "\n" for line in (OTHER + LOTS.splitlines()[2]).splitlines()]

    for end in range(1, len(lines) + 1):  # from the third line on each piece is a set of rules in itself
        watched.paths[0].write_text("".join(lines[:end]))
        assert watched.look() is None
    assert ["cars", "lots"] == ids(watched.look())


def test_the_files_are_looked_at_every_two_seconds(tmp_path: Path, labels: LabelMap) -> None:
    watched = Watched(tmp_path, labels, GOOD)
    watched.look()
    watched.paths[0].write_text(OTHER)

    seconds = [step * 0.25 for step in range(1, 33)]
    assert [2 * LOOK_S] == [second for second in seconds if watched.files.look(watched.now_s + second) is not None]


def test_wrong_rules_are_trouble_until_they_are_mended_and_those_of_before_stay(
    tmp_path: Path, labels: LabelMap
) -> None:
    watched = Watched(tmp_path, labels, GOOD)

    assert watched.write(BROKEN) is None
    said = watched.trouble["rules"]
    assert said.startswith(f"{watched.paths[0]}:3: unknown class: persn; did you mean `person`?"), said
    assert said.endswith("the last good rules stay in force")
    assert (["people"], [GOOD], 1) == (
        ids(watched.files.policy),
        watched.copied,
        watched.health.vitals().counts["rule_files.refused"],
    )

    assert watched.write(GOOD) is None  # the same rules as before are no others
    assert {} == watched.trouble


@pytest.mark.parametrize("wrong", ["", "rules: [", "version: 1\nrules: []\n", "\0", "- 1\n", GOOD + "  - 5\n"])
def test_whatever_is_written_the_last_good_rules_stay(tmp_path: Path, labels: LabelMap, wrong: str) -> None:
    watched = Watched(tmp_path, labels, GOOD)

    assert watched.write(wrong) is None
    assert {"rules"} == watched.trouble.keys()
    assert ["cars"] == ids(watched.write(OTHER))
    assert {} == watched.trouble


def test_a_file_that_is_gone_is_trouble_and_one_that_is_moved_into_its_place_is_read(
    tmp_path: Path, labels: LabelMap
) -> None:
    watched = Watched(tmp_path, labels, GOOD)
    aside = tmp_path / "aside.yaml"
    aside.write_text(GOOD.replace("people", "queues"))
    os.utime(aside, ns=(0, watched.paths[0].stat().st_mtime_ns))

    watched.paths[0].unlink()
    assert [None, None] == [watched.look(), watched.look()]
    assert "cannot read" in watched.trouble["rules"]

    aside.rename(watched.paths[0])
    assert [None, ["queues"]] == [ids(watched.look()), ids(watched.look())]


def test_a_signal_has_the_files_read_at_once(tmp_path: Path, labels: LabelMap) -> None:
    watched = Watched(tmp_path, labels, GOOD)
    watched.look()
    watched.paths[0].write_text(OTHER)

    watched.files.reload()

    assert ["cars"] == ids(watched.files.look(watched.now_s + 0.25))
    assert watched.files.look(watched.now_s + 0.5) is None


def test_a_start_with_broken_files_runs_the_last_good_rules_and_says_so(tmp_path: Path, labels: LabelMap) -> None:
    watched = Watched(tmp_path, labels, GOOD, LOTS)
    watched.look()
    watched.paths[0].write_text(BROKEN)

    again = watched.start()

    assert ["people", "lots"] == ids(again.policy)
    assert "unknown class: persn" in watched.trouble["rules"]
    assert [None, [GOOD, LOTS]] == [watched.look(), watched.copied]
    assert ["cars", "lots"] == ids(watched.write(OTHER))
    assert ({}, [OTHER, LOTS]) == (watched.trouble, watched.copied)


def test_a_first_start_with_broken_files_fails_and_so_does_one_whose_copy_is_no_use(
    tmp_path: Path, labels: LabelMap
) -> None:
    watched = Watched(tmp_path, labels, GOOD)
    watched.paths[0].write_text(BROKEN)
    with pytest.raises(ConfigError, match="persn"):
        watched.start()

    (tmp_path / "store" / NAME).write_text('{"a.yaml": "rules: ["}')
    with pytest.raises(ConfigError, match="persn"):
        watched.start()


def test_nothing_is_written_before_the_first_look_and_a_disk_that_refuses_is_asked_again(
    tmp_path: Path, labels: LabelMap
) -> None:
    watched = Watched(tmp_path, labels, GOOD)
    assert [] == list((tmp_path / "store").iterdir())
    (tmp_path / "store" / NAME).mkdir()  # nothing can be renamed to a folder's name

    assert watched.look() is None
    assert {"copy of the rules"} == watched.trouble.keys()

    (tmp_path / "store" / NAME).rmdir()
    assert (None, [GOOD], {}) == (watched.look(), watched.copied, watched.trouble)
