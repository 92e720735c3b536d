"""A replay is a device without a camera and without a centre."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from askance.edge.rules import Policy, load_rules
from askance.edge.rules.policy import Context
from askance.replay import Reel, Replay
from support_replay import DOUBTED, PEOPLE, WATCH, coco, configured, doubtful_model, record


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    path = tmp_path / "rules.yaml"
    path.write_text(DOUBTED)
    return load_rules((path,), labels=coco())


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return doubtful_model(tmp_path / "model")


def test_frames_are_kept_on_the_recordings_own_clock(tmp_path: Path, policy: Policy, model: Path) -> None:
    reel = Reel([record(tmp_path / "street", 6), record(tmp_path / "yard", 4)], fps=2)
    told: list[int] = []
    with ExitStack() as resources:
        replay = Replay(configured(model), [policy], labels=coco(), seed=0, resources=resources)
        (take,) = replay.takes

        replay.play(reel, tell=lambda: told.append(take.account.seen))
        (figures,) = replay.report(reel)

    people, cars, lots = figures.rules
    assert [("street", 0), ("yard", 0)] == [kept.place for kept in take.account.kept if people.rule in kept.payers]
    assert (10, 2, {"rules.cooldown": 8}) == (people.matched, people.kept, people.refused)
    assert (0, 0) == (cars.matched, cars.kept)
    assert 0 < lots.kept < 10
    assert (10, 5.0, ()) == (figures.frames, figures.seconds, figures.notes)
    assert 10 == told[-1]


def test_a_seed_draws_the_same_frames_again(tmp_path: Path, policy: Policy, model: Path) -> None:
    folder = record(tmp_path / "street", 30)
    kept: list[list[int]] = []
    for seed in (0, 0, 1):
        reel = Reel([folder], fps=2)
        with ExitStack() as resources:
            replay = Replay(configured(model), [policy], labels=coco(), seed=seed, resources=resources)
            replay.play(reel, tell=lambda: None)
            kept.append([kept.place.number for kept in replay.takes[0].account.kept])

    assert kept[0] == kept[1]
    assert kept[0] != kept[2]


def test_sets_of_rules_side_by_side_decide_as_each_alone(tmp_path: Path, policy: Policy, model: Path) -> None:
    folder = record(tmp_path / "street", 12)
    few = Policy(policy.rules[1:])
    kept: list[list[list[int]]] = []
    for policies in ([policy, few], [policy], [few]):
        reel = Reel([folder], fps=2)
        with ExitStack() as resources:
            replay = Replay(configured(model), policies, labels=coco(), seed=0, resources=resources)
            replay.play(reel, tell=lambda: None)
            kept.append([[kept.place.number for kept in take.account.kept] for take in replay.takes])

    assert kept[0] == [*kept[1], *kept[2]]
    assert kept[0][0] != kept[0][1]


def test_frames_around_a_kept_one_cost_what_they_weigh(tmp_path: Path, policy: Policy, model: Path) -> None:
    people = replace(policy.rules[0], pause_ns=10**12)
    around = replace(people, context=Context(before_ns=0, after_ns=2 * 10**9, every_ns=10**9))
    reel = Reel([record(tmp_path / "street", 9)], fps=1)
    with ExitStack() as resources:
        policies = [Policy((people,)), Policy((around,))]
        replay = Replay(configured(model), policies, labels=coco(), seed=0, resources=resources)
        replay.play(reel, tell=lambda: None)
        alone, together = replay.report(reel)
        stored = [take.store.usage() for take in replay.takes]

    assert (1, 1) == (alone.kept, together.kept)
    assert [1, 3] == [sum(usage.counts.values()) for usage in stored]
    assert [usage.bytes for usage in stored] == [alone.bytes, together.bytes]
    assert together.rules[0].bytes == together.bytes


def test_rules_without_effect_are_told(tmp_path: Path, model: Path) -> None:
    expired = replace(PEOPLE, expires=date(2020, 1, 1))
    reel = Reel([record(tmp_path / "street", 1)], fps=None)
    with ExitStack() as resources:
        replay = Replay(configured(model), [Policy((expired, WATCH))], labels=coco(), seed=0, resources=resources)
        replay._panel.signals = frozenset()  # type: ignore[misc]  # as a model that gives no class scores
        replay.play(reel, tell=lambda: None)
        (figures,) = replay.report(reel)

    assert ("rule people has expired, and is left out",) == figures.notes
    assert ["watch"] == [rule.rule for rule in figures.rules]


def test_nothing_is_left_behind(tmp_path: Path, policy: Policy, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with ExitStack() as resources:
        Replay(configured(model), [policy], labels=coco(), seed=0, resources=resources)
        assert 1 == len(list(scratch.iterdir()))

    assert [] == list(scratch.iterdir())
