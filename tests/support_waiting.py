"""Pipelines over frames of noise, in each of which a model sees the same person, and what they have kept."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from askance.edge.decided import Around, Decided
from askance.edge.detect.panel import Panel
from askance.edge.pipeline import Pipeline
from askance.edge.rules import RuleId
from askance.edge.stages import Begun
from askance.edge.store import Store
from askance.edge.values import Drop, Frame, Image
from askance.wire.capture import Manifest
from askance.wire.codec import unpack
from askance.wire.identity import FrameId
from support_pipeline import CAMERA, Built
from support_replay import coco


class Notes:
    """Writes down what was decided."""

    def __init__(self) -> None:
        self.decided: list[Decided] = []
        self.around: list[tuple[FrameId | None, Around]] = []
        self.bytes: Counter[RuleId] = Counter()

    def end(self, _ended: FrameId | Drop) -> None:
        """It is in the decision, too."""

    def note(self, decided: Decided) -> None:
        self.decided.append(decided)

    def surround(self, trigger: FrameId | None, around: Around) -> None:
        self.around.append((trigger, around))

    def count(self, rule: RuleId, size: int) -> None:
        self.bytes[rule] += size

    def taken(self, rule: str) -> list[int]:
        """When the frames were taken that a rule paid for, or would have."""
        return sorted(one.taken_ns for one in self.decided if rule in one.takers)

    @property
    def kept(self) -> list[int]:
        return sorted(one.taken_ns for one in self.decided if not isinstance(one.ended, Drop))


def noise(seed: int, *, scale: int = 1) -> Image:
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 64, (6, 8, 3), np.uint8).repeat(8 * scale, axis=0).repeat(8 * scale, axis=1)
    return np.asarray(
        blocks + random.integers(0, 192, blocks.shape, np.uint8), np.uint8
    )  # all noise and no blocks would be a faulty camera


def build(
    store: Store, panel: Panel, folder: Path, *, rules: str, live: bool = False, draw: Callable[[], float] = lambda: 0.5
) -> tuple[Pipeline, Notes, Built]:
    built, notes = Built(store, panel, labels=coco(), rules=rules, folder=folder, live=live), Notes()
    pipeline = Pipeline(built.stages, built.health, draw=draw, now_ns=0, kept=lambda: None, observer=notes)
    return pipeline, notes, built


def one_by_one(pipeline: Pipeline, frames: Sequence[Frame]) -> None:
    for each in frames:
        begun = pipeline.begin(each)
        if isinstance(begun, Begun):
            pipeline.finish(begun)
    pipeline.flush(CAMERA)


def manifests(store: Store) -> list[Manifest]:
    found: list[Manifest] = []
    for due in store.due(99, exclude=()):
        envelope = store.read(due.frame_id, 0, length=due.size)
        assert envelope is not None
        found.append(unpack(envelope).manifest)
    return sorted(found, key=lambda manifest: manifest.taken.monotonic_ns)
