"""The agent's parts are built from its configuration, and from what came with the program where it says nothing."""

from datetime import date
from pathlib import Path

import pytest

from askance.edge.config import DetectorSection, EdgeConfig, SyncSection
from askance.edge.parts import boot_id, build_line, build_sync, read_detector, read_labels, read_policy
from askance.edge.sync import Connected, Fetch
from askance.errors import ConfigError, ModelError


def test_the_defaults_are_what_came_with_the_program() -> None:
    config = EdgeConfig()
    labels = read_labels(config)

    assert "coco-80@1" == labels.tag
    assert "ssdlite-mobilenet-v2-coco" == read_detector(config, labels).info.name
    assert "unsure-people" == read_policy(config, labels).rules[0].id


def test_an_unknown_model_is_refused_with_the_command_that_lists_them() -> None:
    config = EdgeConfig(detector=DetectorSection(model="ssdlite-mobilenet-v2-cocos"))

    with pytest.raises(ModelError) as caught:
        read_detector(config, read_labels(config))

    assert "askance models ls" in str(caught.value.hint)


def test_an_expired_rule_is_read_and_known_as_expired(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: old, when: {random: {probability: 0.5}}, expires: 2026-01-01}\n")
    config = EdgeConfig(rules=(rules,))

    policy = read_policy(config, read_labels(config))

    assert (("old",), ()) == (policy.expired(date(2026, 1, 1)), policy.expired(date(2025, 12, 31)))


def test_a_missing_rule_file_is_named(tmp_path: Path) -> None:
    config = EdgeConfig(rules=(tmp_path / "gone.yaml",))

    with pytest.raises(ConfigError, match=r"gone\.yaml"):
        read_policy(config, read_labels(config))


def test_the_boot_has_one_name() -> None:
    assert Path("/proc/sys/kernel/random/boot_id").read_text() == f"{boot_id()}\n"


def test_the_line_is_the_brokers() -> None:
    line = build_line(EdgeConfig())

    assert ("127.0.0.1:1883", False) == (line.address, line.up)


def test_the_sync_machine_begins_with_what_is_due() -> None:
    machine = build_sync(SyncSection(frames=3), keepalive_s=30.0, ceiling=8192)

    assert [Fetch(3, frozenset())] == machine.receive(Connected(None, None), 0.0)
