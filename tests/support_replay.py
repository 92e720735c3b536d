"""Rules, decisions and tiny recordings for the tests of replays."""

from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np

from askance import shipped
from askance.edge.attention import GateSection
from askance.edge.config import DetectorSection, EdgeConfig
from askance.edge.decided import Decided
from askance.edge.rules import Rule, RuleId, Verdict
from askance.edge.rules.bar import Bar
from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import Doubt
from askance.edge.rules.finding import Finding
from askance.edge.values import Drop, Measure
from askance.labels import LabelMap
from askance.units import Rate
from askance.wire.identity import CameraId, FrameId
from support_models import ANCHORS, fixed, write_package

SECOND = 10**9
STREET = CameraId("street")
PEOPLE = Rule(
    RuleId("people"),
    "1-aaaaaaaa",
    Doubt(Measure("near_threshold", frozenset({1}), 0.2, 0.6), 0.0),
    limits=Limits(Rate(40, timedelta(hours=1))),
    pause_ns=3 * SECOND,
)
SCENE = Rule(RuleId("scene"), "1-bbbbbbbb", Doubt(Measure("entropy"), 0.4))
WATCH = Rule(RuleId("watch"), "1-cccccccc", Doubt(Measure("margin"), 0.4), capture=False)

DOUBTED = """version: 1
rules:
  - id: people
    when: {near_threshold: {classes: [person], from: 0.2, to: 0.6}}
    cooldown: {rule: 3s}
  - id: cars
    when: {near_threshold: {classes: [car], from: 0.2, to: 0.6}}
  - id: lots
    when: {random: {rate: 60/min}}
"""


def verdict(rule: Rule, *, matched: bool = True, value: float = 0.5, obstacle: str | None = None) -> Verdict:
    return Verdict(rule, Finding(matched, "entropy", value, "some doubt"), value, obstacle, Bar())


def decision(
    number: int, *verdicts: Verdict, paid: tuple[Rule, ...] = (), ended: Drop | None = None, objects: int = 1
) -> Decided:
    """A decision on frame ``number`` of the street, a second after the one before; kept unless it ended otherwise.

    Of those that ``paid`` the rules that only count would have.
    """
    return Decided(
        STREET,
        number,
        number * SECOND,
        objects,
        verdicts,
        frozenset(rule.id for rule in paid if rule.capture),
        FrameId(f"frame-{number}") if ended is None else ended,
        frozenset(rule.id for rule in paid if not rule.capture),
    )


def record(folder: Path, count: int) -> Path:
    """Write a folder of images that differ from each other all over."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(3)
    for number in range(count):
        tiles = random.integers(0, 255, (12, 16, 3), np.uint8)
        cv2.imwrite(str(folder / f"{number:03d}.png"), cv2.resize(tiles, (64, 48), interpolation=cv2.INTER_NEAREST))
    return folder


def coco() -> LabelMap:
    return LabelMap.load(shipped.folder("config") / "labels.yaml")


def doubtful_model(folder: Path) -> Path:
    """A model that sees a person at 0.38 in every frame, whatever it shows."""
    logits = np.full((ANCHORS, 3), -9, np.float32)
    logits[3, 1] = -0.5
    return write_package(folder, fixed(np.zeros((ANCHORS, 4), np.float32), logits))


def configured(model: Path) -> EdgeConfig:
    """A device with this model, whose gate drops what stands still."""
    return EdgeConfig(
        detector=DetectorSection(model=model.name, models=model.parent, probe=False), gate=GateSection(sharpness=0.0)
    )
