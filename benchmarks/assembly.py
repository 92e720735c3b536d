"""The agent's own parts, put together as its daemon does it, but for the line to the centre."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from askance.edge.attention import GateSection
from askance.edge.config import CameraSection, DetectorSection, EdgeConfig, StoreSection
from askance.edge.decided import Unobserved
from askance.edge.decider import Ends
from askance.edge.detect import Detector
from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.health import Health
from askance.edge.parts import open_store, read_detector, read_labels, read_policy
from askance.edge.pipeline import Pipeline
from askance.edge.score import Lore
from askance.edge.stages import Begun, Stages
from askance.edge.values import Drop, Frame, Image, Instant
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

CAMERA: Final = CameraId("bench")
OPEN: Final = GateSection(motion=0.0, sharpness=0.0, darkest=0.0, brightest=1.0, at_least=None)
"""A gate that measures everything and lets everything pass."""
SHUT: Final = GateSection(at_least=None)
"""The default gate, which a still picture passes once."""


class Observed(Pipeline):
    """A pipeline that can tell of each frame that has ended in it: give it a ``tell``."""

    def __init__(self, stages: Stages, health: Health) -> None:
        super().__init__(
            stages, health, draw=random.random, now_ns=time.monotonic_ns(), kept=_nothing, observer=Unobserved()
        )
        self.tell: Callable[[], None] = _nothing

    def begin(self, frame: Frame) -> Begun | Drop:
        """As the pipeline does."""
        begun = super().begin(frame)
        if isinstance(begun, Drop):
            self.tell()
        return begun

    def finish(self, begun: Begun) -> Ends:
        """As the pipeline does."""
        ended = super().finish(begun)
        self.tell()
        return ended


def _nothing() -> None:
    pass


class Assembly:
    """One model with everything around it.

    Args:
        model: folder with the model and its card.
        rules: a rule file.
        scratch: folder for the store.
        resources: closes what is opened here.
        gate: what passes.
        threads: cores of a forward pass.
        labels: label map; None: the shipped one.
        quota: of the store, bytes.
    """

    def __init__(
        self,
        model: Path,
        rules: Path,
        *,
        scratch: Path,
        resources: ExitStack,
        gate: GateSection = OPEN,
        threads: int = 1,
        labels: Path | None = None,
        quota: int = 10**9,
    ) -> None:
        config = EdgeConfig(
            cameras=(CameraSection(id=CAMERA, url="0"),),
            detector=DetectorSection(model=model.name, models=model.parent, threads=threads),
            gate=gate,
            labels=labels,
            rules=(rules,),
            store=StoreSection(path=scratch, quota=quota, min_free=0),
        )
        known = read_labels(config)
        self.detector: Final[Detector] = read_detector(config.detector, known)
        lane = Lane()
        resources.callback(lane.close)
        self.health: Final = Health()
        self.stages: Final = Stages(
            live=frozenset(),
            gate=config.gate,
            panel=Panel(self.detector, (), lane=lane),
            policy=read_policy(config, known),
            main_streams={},
            store=resources.enter_context(open_store(config)),
            lore=Lore({label.id: label.name for label in known.labels}),
            poses={CAMERA: None},
            jpeg_quality=config.store.jpeg_quality,
            lenses={},
        )

    def pipeline(self) -> Observed:
        """Build a pipeline whose gate has seen nothing yet."""
        return Observed(self.stages, self.health)

    def check(self) -> None:
        """End the program when a frame was kept or failed: then something else was measured than is said."""
        counts = self.health.vitals().counts
        wrong = {name: count for name, count in counts.items() if name in {"kept", "detect.failed", "source.too_large"}}
        if wrong:
            raise SystemExit(f"the benchmark does not measure what it says: {wrong}")


def frame(image: Image, number: int) -> Frame:
    """Wrap an image as one that was taken now."""
    return Frame(image, CAMERA, Instant(time.monotonic_ns(), None, ClockQuality.NONE), number)
