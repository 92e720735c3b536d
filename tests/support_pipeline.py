"""A pipeline of real stages over rules of a test."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from askance.edge.attention import GateSection
from askance.edge.decided import Unobserved
from askance.edge.detect.panel import Panel
from askance.edge.health import Health
from askance.edge.pipeline import Pipeline
from askance.edge.rules import load_rules
from askance.edge.score import Lore
from askance.edge.source import MainStream
from askance.edge.stages import Stages
from askance.edge.store import Store
from askance.edge.values import Frame, Image, Instant
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

CAMERA: Final = CameraId("gate")
SECOND: Final = 10**9

DOUBTFUL_PEOPLE: Final = """version: 1
rules:
  - id: people
    when: {near_threshold: {classes: [person], from: 0.05, to: 0.99}}
    budget: {frames: %s/h, bytes: %s/h}
    cooldown: {rule: 1s}
"""

TRACKS: Final = """version: 1
rules:
  - id: time
    when:
      any:
        - flicker: {at_least: 0.1}
        - silent: {at_least: 0.1}
        - isolated: {at_least: 0.1}
        - jitter: {at_least: 0.1}
    cooldown: {rule: 1s}
"""

EVERYTHING: Final = """version: 1
rules:
  - {id: all, when: {random: {probability: 1.0}}}
"""


def frame(image: Image, seconds: float, *, camera: CameraId = CAMERA) -> Frame:
    return Frame(image, camera, Instant(int(seconds * SECOND), 1_700_000_000_000, ClockQuality.NTP), 0)


class Built:
    """A pipeline with its health; its gate lets every frame pass that shows something."""

    def __init__(
        self,
        store: Store,
        panel: Panel,
        *,
        labels: LabelMap,
        rules: str,
        folder: Path,
        live: bool = False,
        gate: GateSection | None = None,
        main_streams: Mapping[CameraId, MainStream] | None = None,
    ) -> None:
        path = folder / "rules.yaml"
        path.write_text(rules)
        self.health = Health()
        self.stages = Stages(
            live=frozenset({CAMERA} if live else ()),
            gate=gate or GateSection(motion=0.0, at_least=None, frozen=None),
            panel=panel,
            policy=load_rules((path,), labels=labels),
            main_streams=main_streams or {},
            store=store,
            lore=Lore({label.id: label.name for label in labels.labels}, again=frozenset({"second_look"})),
            poses={CAMERA: "home"},
            jpeg_quality=80,
            lenses={},
        )
        self.pipeline = Pipeline(
            self.stages, self.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=Unobserved()
        )

    def counts(self) -> dict[str, int]:
        return dict(self.health.vitals().counts)
