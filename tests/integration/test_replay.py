"""A replay decides as the device does: the same frames, for the same reasons."""

import os
import random
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from queue import Queue

import pytest

from askance.edge.assembly import build_stages
from askance.edge.attention import GateSection
from askance.edge.config import CameraSection, EdgeConfig, StoreSection
from askance.edge.decisions import Decisions
from askance.edge.detect.lane import Lane
from askance.edge.health import Health
from askance.edge.knowledge import read_lore
from askance.edge.parts import read_labels, read_panel, read_second_look
from askance.edge.pipeline import Pipeline
from askance.edge.rules import Policy, load_rules
from askance.edge.source import open_source
from askance.edge.stages import Begun
from askance.edge.store import Store
from askance.edge.values import Drop, Frame
from askance.edge.workers import HandOver, Pulse, process, read
from askance.replay import Reel, Replay
from askance.wire.capture import Manifest
from askance.wire.codec import unpack
from askance.wire.identity import CameraId
from askance.wire.receipts import RuleTally

FPS = 5.0
SEED = 3
CAMERA = CameraId("img")
RULES = """version: 1
rules:
  - id: people
    when: {near_threshold: {classes: [person], from: 0.25, to: 0.65}}
    cooldown: {rule: 2s}
  - id: vehicles
    when: {near_threshold: {classes: [bicycle, car, bus, truck], from: 0.3, to: 0.6}}
    budget: {bytes: 200kB/h}
  - id: strange
    when: {any: [{isolated: {at_least: 0.3}}, {flicker: {at_least: 0.3}}, {silent: {at_least: 0.2}}]}
    budget: {frames: 5/min}
  - id: best
    when: {expected_errors: {at_least: 0.3}}
    budget: {frames: 12/min}
    slot: 4s
  - id: watched
    when: {jitter: {at_least: 0.3}}
    mode: count_only
  - id: people-too
    when: {near_threshold: {classes: [person], from: 0.25, to: 0.65}}
    cooldown: {rule: 2s}
    mode: count_only
  - id: best-too
    when: {expected_errors: {at_least: 0.3}}
    budget: {frames: 12/min}
    slot: 4s
    mode: count_only
  - id: lots
    when: {random: {rate: 20/min}}
"""

Decided = list[tuple[int, tuple[tuple[str, str, float, str], ...]]]


@pytest.fixture
def clip(assets: Path, tmp_path: Path) -> Path:
    """Every second photo of a street, under the name of the camera."""
    folder = tmp_path / CAMERA
    folder.mkdir()
    for photo in sorted((assets / "video" / "crossing" / "img").iterdir())[::2]:
        (folder / photo.name).symlink_to(photo)
    return folder


@pytest.fixture
def config() -> EdgeConfig:
    return EdgeConfig(gate=GateSection(motion=0.02))


@pytest.fixture
def policy(tmp_path: Path, config: EdgeConfig) -> Policy:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return load_rules((path,), labels=read_labels(config))


class Noting(Pipeline):
    """Notes when its first frame was taken."""

    begun_ns: int | None = None

    def begin(self, frame: Frame) -> Begun | Drop:
        self.begun_ns = frame.taken.monotonic_ns if self.begun_ns is None else self.begun_ns
        return super().begin(frame)


def decided(store: Store, begin_ns: int) -> Decided:
    """The frames that were kept, by their number in the clip, which began at a time."""
    manifests: list[Manifest] = []
    for due in store.due(1000, exclude=()):
        envelope = store.read(due.frame_id, 0, length=due.size)
        assert envelope is not None
        manifests.append(unpack(envelope).manifest)
    return sorted(
        (
            round((manifest.taken.monotonic_ns - begin_ns) / 1e9 * FPS),
            tuple((reason.rule, reason.signal, reason.value, reason.text) for reason in manifest.reasons),
        )
        for manifest in manifests
    )


def live(
    clip: Path, config: EdgeConfig, policy: Policy, *, folder: Path
) -> tuple[Decided, dict[str, int], Mapping[str, RuleTally]]:
    """What a device keeps, and what came of each rule: reader and daemon's loop are threads, on real clocks."""
    section = CameraSection(id=CAMERA, url=str(clip), fps=FPS)
    source, labels, health = open_source(section, jitter=lambda: 0.0), read_labels(config), Health()
    stop, decisions = threading.Event(), Decisions(time.monotonic)
    frames: HandOver = Queue(maxsize=1)
    with ExitStack() as resources:
        lane = Lane()
        resources.callback(lane.close)
        store = resources.enter_context(
            Store.open(
                StoreSection(path=folder, min_free=0), device=config.device.id, boot_id="b", randomness=os.urandom
            )
        )
        panel = read_panel(config, labels, lane=lane, health=health)
        stages = build_stages(
            config,
            panel,
            policy=policy,
            lore=read_lore(panel, labels, health=health),
            second=read_second_look(config, labels, panel=panel, lane=lane, health=health),
            store=store,
            labels=labels,
        )
        pipeline = Noting(
            stages,
            health,
            draw=random.Random(SEED).random,  # noqa: S311 (the lottery of the replay)
            now_ns=time.monotonic_ns(),
            kept=lambda: None,
            observer=decisions,
        )
        reader = threading.Thread(
            target=read, args=(Pulse("camera", stop, health), source), kwargs={"camera": CAMERA, "frames": frames}
        )
        reader.start()
        process(Pulse("pipeline", stop, health), pipeline, frames=frames, cameras=[CAMERA])
        reader.join()
        return decided(store, pipeline.begun_ns or 0), dict(health.vitals().counts), decisions.tallies()


def test_a_replay_decides_as_the_daemons_loop_does(
    clip: Path, config: EdgeConfig, policy: Policy, tmp_path: Path
) -> None:
    expected, counts, tallies = live(clip, config, policy, folder=tmp_path / "device")
    reel = Reel([clip], fps=FPS)
    with ExitStack() as resources:
        replay = Replay(config, [policy], labels=read_labels(config), seed=SEED, resources=resources)
        replay.play(reel, tell=lambda: None)
        (take,) = replay.takes
        kept = decided(take.store, 0)
        (figures,) = replay.report(reel)

    assert expected == kept
    assert [number for number, _ in kept] == sorted(frame.place.number for frame in take.account.kept)
    assert figures.dropped == {reason: counts[reason] for reason in figures.dropped}
    assert (counts["seen"], counts["kept"]) == (figures.frames, figures.kept)
    reasons = {rule for _, why in kept for rule, *_ in why}
    assert {"people", "vehicles", "strange", "best", "lots"} <= reasons
    refused = {reason for rule in figures.rules for reason in rule.refused}
    assert {"rules.cooldown", "rules.budget_bytes", "rules.outdone"} <= refused
    assert 0 < counts["second_look"]
    took = {rule.rule: rule.kept for rule in figures.rules}
    assert took == {rule: tally.kept for rule, tally in tallies.items()}
    assert (took["people"], took["best"]) == (took["people-too"], took["best-too"])
    assert 0 < min(took["people"], took["best"])


def test_the_same_rules_on_both_sides_keep_the_same_frames(clip: Path, config: EdgeConfig, policy: Policy) -> None:
    reel = Reel([clip], fps=FPS)
    untracked = Policy(tuple(rule for rule in policy.rules if rule.id in {"people", "lots"}))
    with ExitStack() as resources:
        replay = Replay(config, [policy, policy, untracked], labels=read_labels(config), seed=0, resources=resources)
        replay.play(reel, tell=lambda: None)
        kept = [take.account.kept for take in replay.takes]

    assert [frame.place for frame in kept[0]] == [frame.place for frame in kept[1]]
    paid = [
        [(frame.place, rule) for frame in frames for rule in sorted(frame.payers & {"people", "lots"})]
        for frames in kept
    ]
    assert paid[0] == paid[2]
