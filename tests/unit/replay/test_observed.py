"""Whoever watches the decisions changes none of them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.edge.pipeline import Pipeline
from askance.edge.rules import RuleId
from askance.edge.values import Drop, Frame
from askance.replay.account import Account
from askance.replay.observed import Observed
from support_pipeline import CAMERA, Built, frame
from support_replay import coco, configured, doubtful_model
from support_store import open_store

RULES = """version: 1
rules:
  - {id: slow, when: {near_threshold: {from: 0.2, to: 0.6}}, cooldown: {rule: 3s}}
  - {id: poor, when: {near_threshold: {from: 0.2, to: 0.6}}, budget: {bytes: 9kB/h}}
  - {id: blind, when: {flicker: {at_least: 0.5}}}
  - {id: lots, when: {random: {probability: 0.2}}}
"""
LOTS = "version: 1\nrules:\n  - {id: lots, when: {random: {probability: 0.3}}}\n"


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    lane = Lane()
    yield Panel(read_detector(configured(doubtful_model(tmp_path / "model")).detector, coco()), (), lane=lane)
    lane.close()


def frames() -> Iterator[Frame]:
    random = np.random.default_rng(1)
    for second in range(10):
        yield frame(random.integers(0, 255, (48, 64, 3), np.uint8), second)
    yield frame(np.zeros((48, 64, 3), np.uint8), 10)


def test_decisions_are_those_of_any_other_pipeline(tmp_path: Path, panel: Panel) -> None:
    ends: list[list[str]] = []
    for watched in (False, True):
        folder = tmp_path / str(watched)
        with open_store(folder) as store:
            built = Built(store, panel, labels=coco(), rules=RULES, folder=folder)
            lottery = Random(5)  # noqa: S311 (the same draws for both)
            pipeline = (
                Observed(built.stages, built.health, seed=5, account=Account(built.stages.policy))
                if watched
                else Pipeline(built.stages, built.health, draw=lottery.random, now_ns=0, kept=lambda: None)
            )
            ended = [pipeline.process(each) for each in frames()]
            ends.append([end.reason if isinstance(end, Drop) else "kept" for end in ended])

    assert ends[0] == ends[1]
    assert {"kept", "rules.budget_bytes", "gate.dark"} == set(ends[0])


def test_every_match_is_accounted_for(tmp_path: Path, panel: Panel) -> None:
    with open_store(tmp_path / "store") as store:
        built = Built(store, panel, labels=coco(), rules=RULES, folder=tmp_path)
        account = Account(built.stages.policy)
        pipeline = Observed(built.stages, built.health, seed=5, account=account)
        for each in frames():
            pipeline.process(each)
        pipeline.flush(CAMERA)
        spent = {rule: len(payments) for rule, payments in store.spent().items()}

    assert 11 == account.seen == len(account.kept) + account.ends.total() - account.ends["kept"]
    assert spent == {rule: tally.kept for rule, tally in account.tallies.items() if tally.kept}
    for tally in account.tallies.values():
        assert tally.matched == tally.kept + tally.refused.total()
    slow, poor = account.tallies[RuleId("slow")], account.tallies[RuleId("poor")]
    assert (4, {"rules.cooldown": 6}) == (slow.kept, dict(slow.refused))
    assert {"rules.budget_bytes"} == set(poor.refused)


def test_a_seed_says_what_is_drawn(tmp_path: Path, panel: Panel) -> None:
    kept: list[list[int]] = []
    for index, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(index)
        with open_store(folder) as store:
            built = Built(store, panel, labels=coco(), rules=LOTS, folder=folder)
            account = Account(built.stages.policy)
            pipeline = Observed(built.stages, built.health, seed=seed, account=account)
            for second in range(3):
                for each in frames():
                    pipeline.process(frame(each.image, 11 * second + each.taken.monotonic_ns / 1e9))
            kept.append([capture.at_ns for capture in account.kept])

    assert kept[0] == kept[1] != kept[2]
