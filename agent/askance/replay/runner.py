"""The composition root of a replay: configuration to pipelines, and recordings through all of them in step."""

import os
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from askance.edge.assembly import build_stages
from askance.edge.config import EdgeConfig
from askance.edge.detect.lane import Lane
from askance.edge.health import Health
from askance.edge.knowledge import read_lore, survey
from askance.edge.parts import read_panel, read_second_look, today
from askance.edge.pipeline import Pipeline
from askance.edge.rules import Policy
from askance.edge.rules.idle import Site, idle
from askance.edge.stages import Begun
from askance.edge.store import Store
from askance.edge.values import Frame
from askance.labels import LabelMap
from askance.replay.account import Account
from askance.replay.reel import Recording, Reel
from askance.replay.report import Report, report
from askance.replay.rulebook import live_only
from askance.replay.shared import SharedPanel
from askance.wire.identity import CameraId, FrameId

ROOM: Final = 2**50
"""Quota of a replay's store, bytes: what a device evicts is not the rules' affair."""


@dataclass(frozen=True, slots=True)
class Take:
    """One set of rules on its way through the recordings.

    Attributes:
        account: what became of the frames.
        store: those that were kept.
        pipeline: decides, as on a device.
        health: what went wrong.
        notes: what an operator should know of the rules before they are replayed.
    """

    account: Account
    store: Store
    pipeline: Pipeline
    health: Health
    notes: tuple[str, ...]

    def sizes(self) -> Mapping[FrameId, int]:
        """Return the bytes of every frame that was stored."""
        stored = sum(self.store.usage().counts.values())
        return {due.frame_id: due.size for due in self.store.due(stored, exclude=())}

    def findings(self) -> tuple[str, ...]:
        """Return what an operator should know of the rules and of how the replay went."""
        troubles = self.health.vitals().trouble.items()
        return (*self.notes, *(f"{part}: {what}" for part, what in troubles))


class Replay:
    """Sets of rules over the same frames, which the models look at once; each has a pipeline and a store of its own.

    Attributes:
        model: name and version of the main model, as manifests have it.
        takes: in the order of ``policies``.

    Args:
        config: its sections cameras (for the lenses), gate, detector, companions, panoptic and store say what a device
            would do.
        policies: the sets of rules.
        labels: the label map.
        seed: of the random arm.
        resources: closes the stores and deletes them.

    Raises:
        ModelError: the model cannot be loaded.
        ConfigError: a threshold or companion names an unknown label.
    """

    def __init__(
        self, config: EdgeConfig, policies: Sequence[Policy], *, labels: LabelMap, seed: int, resources: ExitStack
    ) -> None:
        self._config = config
        self._labels = labels
        self._seed = seed
        lane = Lane()
        resources.callback(lane.close)
        self._health = Health()
        self._panel = SharedPanel(read_panel(config, labels, lane=lane, health=self._health))
        self._second = read_second_look(config, labels, panel=self._panel, lane=lane, health=self._health)
        self._lore = read_lore(
            self._panel, labels, health=self._health, second=self._second, counts=config.label_counts
        )
        self._pose: Final[dict[CameraId, str | None]] = {}
        self.model: Final = f"{self._panel.info.name} {self._panel.info.version}"
        folder = Path(resources.enter_context(TemporaryDirectory(prefix="askance-replay-")))
        self.takes: Final = tuple(
            self._take(policy, resources.enter_context(self._open_store(folder / str(number))))
            for number, policy in enumerate(policies)
        )

    def play(self, reel: Reel, *, tell: Callable[[], None]) -> None:
        """Play all recordings to their end.

        Args:
            reel: them.
            tell: called after every frame.

        Raises:
            SourceError: a recording cannot be decoded, or no further.
        """
        for recording in reel.recordings:
            self._turn_to(recording)
            begun: tuple[Begun, ...] = ()
            for frame in reel.frames(recording):
                following = self._begin(frame)
                self._finish(begun)
                begun = following
                tell()
            self._finish(begun)
            self._flush(recording.camera)
            tell()

    def report(self, reel: Reel) -> tuple[Report, ...]:
        """Return the figures of every set of rules, once ``reel`` was played."""
        seconds = reel.length_ns / 1e9
        torn = tuple(f"{name}: {trouble}" for name, trouble in reel.troubles.items())
        poses = [(recording.camera, recording.pose) for recording in reel.recordings]
        site = Site(poses, camera_key="--camera", posing="see `--pose`", absent="which no recording shows")
        zones = [map(str, idle(take.account.policy, site, names=self._lore.names)) for take in self.takes]
        return tuple(
            report(take.account, take.sizes(), seconds=seconds, notes=(*take.findings(), *missed, *torn))
            for take, missed in zip(self.takes, zones, strict=True)
        )

    def _turn_to(self, recording: Recording) -> None:
        """Take a recording for the only camera there is, so that rates of all cameras together are its own."""
        self._pose.clear()
        self._pose[recording.camera] = recording.pose
        for take in self.takes:
            take.account.recording = recording.name

    def _begin(self, frame: Frame) -> tuple[Begun, ...]:
        """Begin a frame in every pipeline; their gates are alike, so that it passes all of them or none."""
        begun = [take.pipeline.begin(frame) for take in self.takes]
        return tuple(one for one in begun if isinstance(one, Begun))

    def _finish(self, begun: Sequence[Begun]) -> None:
        for take, one in zip(self.takes, begun, strict=False):  # nothing was begun where the gate let nothing pass
            take.pipeline.finish(one)

    def _flush(self, camera: CameraId) -> None:
        for take in self.takes:
            take.pipeline.flush(camera)

    def _open_store(self, path: Path) -> Store:
        section = self._config.store.model_copy(update={"path": path, "quota": ROOM, "min_free": 0})
        return Store.open(section, device=self._config.device.id, boot_id="replay", randomness=os.urandom)

    def _take(self, policy: Policy, store: Store) -> Take:
        day, config = today(), self._config
        expired = policy.expired(day)
        valid = replace(policy, rules=tuple(rule for rule in policy.rules if rule.in_force(day)))
        notes = [f"rule {rule} has expired, and is left out" for rule in expired]
        notes += map(str, idle(valid, survey(self._panel, lore=self._lore, poses=None), names=self._lore.names))
        notes += [f"recordings tell nothing of {name}: conditions of that name never hold" for name in live_only(valid)]
        notes += [f"{part}: {what}" for part, what in self._health.vitals().trouble.items()]
        stages = build_stages(
            config,
            self._panel,
            policy=valid,
            lore=self._lore,
            second=self._second,
            store=store,
            labels=self._labels,
        )
        account, health = Account(valid), Health()
        lottery = random.Random(self._seed)  # noqa: S311 (a lottery that has to come out the same again)
        stages = replace(stages, poses=self._pose)
        pipeline = Pipeline(stages, health, draw=lottery.random, now_ns=0, kept=_nothing, observer=account)
        return Take(account, store, pipeline, health, tuple(notes))


def _nothing() -> None:
    pass
