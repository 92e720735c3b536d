"""A start tells of what has no effect."""

import logging
from pathlib import Path

import pytest

from askance.edge.config import EdgeConfig
from askance.edge.findings import say_findings
from askance.edge.parts import read_labels
from askance.edge.rules import load_rules
from support_scenes import LORE
from support_store import open_store


def said(tmp_path: Path, rule: str, *, signals: set[str], caplog: pytest.LogCaptureFixture) -> list[str]:
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"version: 1\nrules:\n  - {rule}\n")
    caplog.set_level(logging.WARNING)
    with open_store(tmp_path / "store") as store:
        policy = load_rules((rules,), labels=read_labels(EdgeConfig()))
        say_findings(policy, store.recovery, lore=LORE, signals=frozenset(signals))
    return caplog.messages


@pytest.mark.parametrize("signals", [{"margin"}, {"entropy"}], ids=["answered", "unanswered"])
def test_a_wish_that_no_model_can_answer_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, signals: set[str]
) -> None:
    messages = said(tmp_path, "{id: mixed, when: {margin: {at_least: 0.4}}}", signals=signals, caplog=caplog)

    expected = "no model gives evidence for margin: conditions of that name never hold"
    assert ([] if "margin" in signals else [expected]) == messages


def test_a_signal_of_tracks_asks_nothing_of_a_model_and_expected_errors_ask_for_a_fit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rule = "{id: a, when: {any: [{flicker: {at_least: 0.4}}, {expected_errors: {at_least: 0.4}}]}}"

    assert ["no model gives evidence for expected_errors: conditions of that name never hold"] == said(
        tmp_path, rule, signals=set(), caplog=caplog
    )


def test_a_rule_that_has_expired_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rule = "{id: old, when: {random: {probability: 0.5}}, expires: 2020-01-01}"

    assert ["rule old has expired"] == said(tmp_path, rule, signals=set(), caplog=caplog)
