"""A replay is a device without a camera and without a centre."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from askance.edge.rules import Policy, load_rules
from askance.edge.rules.policy import Context
from askance.edge.store import Store
from askance.replay import Reel, Replay
from askance.replay.reel import Shown
from askance.wire.codec import unpack
from askance.wire.identity import CameraId
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
    nobody = "rule cars matched no frame; what did not hold: `near_threshold` in 10"
    assert (10, 5.0, (nobody,)) == (figures.frames, figures.seconds, figures.notes)
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

    left_out, unmatched = figures.notes
    assert "rule people has expired, and is left out" == left_out
    assert "rule watch matched no frame; what did not hold: `margin` in 1" == unmatched
    assert ["watch"] == [rule.rule for rule in figures.rules]


def test_nothing_is_left_behind(tmp_path: Path, policy: Policy, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with ExitStack() as resources:
        Replay(configured(model), [policy], labels=coco(), seed=0, resources=resources)
        assert 1 == len(list(scratch.iterdir()))

    assert [] == list(scratch.iterdir())


def test_zones_are_those_of_the_camera_and_pose_that_a_recording_shows(tmp_path: Path, model: Path) -> None:
    file = tmp_path / "rules.yaml"
    band = "when: {near_threshold: {classes: [person], from: 0.2, to: 0.6}}"
    whole = "include: [[0, 0], [1, 0], [1, 1], [0, 1]]"
    file.write_text(f"""version: 1
rules:
  - id: home
    {band}
    zones: [{{camera: gate, preset: home, {whole}}}]
  - id: road
    {band}
    zones: [{{camera: gate, preset: road, {whole}}}]
  - id: lawn
    {band}
    zones: [{{camera: lawn, preset: low, {whole}}}]
  - id: lots
    when: {{random: {{rate: 60/min}}}}
""")
    policy = load_rules([file], labels=coco())
    paths = [record(tmp_path / "a", 4), record(tmp_path / "b", 3)]
    shows = [Shown(CameraId("gate"), "home"), Shown(CameraId("gate"), "road")]
    found: list[tuple[list[int], tuple[str, ...]]] = []
    for each in (shows, [Shown(None, None)] * 2):
        reel = Reel(paths, fps=1, shows=each)
        with ExitStack() as resources:
            replay = Replay(configured(model), [policy], labels=coco(), seed=0, resources=resources)
            replay.play(reel, tell=lambda: None)
            (figures,) = replay.report(reel)
            places = {frame.place for frame in replay.takes[0].account.kept}
            poses = poses_of(replay.takes[0].store)
        assert {("a", 0), ("b", 0)} <= places  # whoever is first of its kind
        found.append(([rule.matched for rule in figures.rules], figures.notes))
        assert poses == {show.pose for show in each}

    lawn = f"{file}:11: rule lawn: a zone of camera lawn, which no recording shows; see `--camera`"
    gate = [f"{file}:{line}: rule {rule}: a zone of camera gate, which no recording shows; see `--camera`"
            for line, rule in ((5, "home"), (8, "road"))]  # fmt: skip
    # every frame of its pose matches, and a rule of another camera counts all of the picture
    assert ([4, 3, 7], (lawn,)) == (found[0][0][:3], found[0][1])
    assert ([7, 7, 7], (*gate, lawn)) == (found[1][0][:3], found[1][1])
    # a frame a second is drawn, but the first of a camera, which stands for no time: rates are of the one that plays
    assert [6, 5] == [matched[3] for matched, _ in found]


def poses_of(store: Store) -> set[str | None]:
    """The poses that kept frames say."""
    envelopes = [store.read(due.frame_id, 0, length=due.size) for due in store.due(100, exclude=())]
    return {unpack(envelope).manifest.pose for envelope in envelopes if envelope is not None}
