"""Builds the agent's parts from its configuration, for the daemon that runs them and the preflight that tries them."""

import os
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

import cv2

from askance import shipped
from askance.edge.config import CompanionSection, DetectorSection, EdgeConfig, SyncSection
from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.detect.bare import open_package
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import BOXED, Task
from askance.edge.detect.panel import Companion, Panel
from askance.edge.detect.pose import Intrinsics, placed
from askance.edge.detections import Detections
from askance.edge.health import Health
from askance.edge.rules import Policy, load_rules
from askance.edge.rules.context import Pose
from askance.edge.store import Store
from askance.edge.sync import Patience, Sync, Window
from askance.errors import ConfigError, ModelError
from askance.labels import LabelMap
from askance.line import Line
from askance.mqtt import Message
from askance.wire.codec import dump_json
from askance.wire.identity import CameraId
from askance.wire.receipts import Status
from askance.wire.topics import Up, up

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def share_the_cores() -> None:
    """Set this process up so that its threads do not hold up the rest of the machine."""
    cv2.setNumThreads(1)  # its pool would take, and spin on, the cores that `detector.threads` leaves to others


def read_labels(config: EdgeConfig) -> LabelMap:
    """Load the label map that the configuration names."""
    return LabelMap.load(config.labels or shipped.folder("config") / "labels.yaml")


def read_detector(section: DetectorSection, labels: LabelMap) -> Detector:
    """Load the model that a section of the configuration names."""
    folder = section.models or shipped.folder("models")
    return Detector(open_package(folder / section.model), labels, section=section)


def read_panel(config: EdgeConfig, labels: LabelMap, *, lane: Lane, health: Health) -> Panel:
    """Load all models that the configuration names; a companion that cannot be loaded is trouble, and left out.

    Raises:
        ModelError: the main model cannot be loaded.
        ConfigError: a threshold or companion names an unknown label, or two models have the same name.
    """
    main = read_detector(config.detector, labels)
    companions: list[Companion] = []
    for section in config.companions:
        try:
            companions.append(read_companion(section, labels))
        except ModelError as error:
            health.count("companion.unavailable")
            health.trouble(f"companion {section.model}", str(error))
    names = [main.info.name, *(companion.detector.info.name for companion in companions)]
    if len(set(names)) < len(names):
        raise ConfigError(
            f"two models have the same name: {', '.join(names)}", hint="see `detector.model` and `companions.model`"
        )
    detectors = [main, *(companion.detector for companion in companions)]
    things = _counted(detectors, labels) if config.panoptic else None
    return Panel(main, companions, lane=lane, things=things)


def read_companion(section: CompanionSection, labels: LabelMap) -> Companion:
    """Load one companion.

    Raises:
        ModelError: it cannot be loaded.
        ConfigError: its section names an unknown label.
    """
    wanted = frozenset(int(labels.resolve(name).id) for name in section.crops_of)
    return Companion(read_detector(section, labels), section, wanted)


def read_second_look(
    config: EdgeConfig, labels: LabelMap, *, panel: Panel, lane: Lane, health: Health
) -> SecondLook | None:
    """Load what looks at frames again; None: there is nothing that could, or nobody wants it.

    Another model that cannot be loaded, or sees no boxes, is trouble and left out.

    Args:
        config: its section ``second_look`` says what looks.
        labels: the label map.
        panel: its main model has looked before.
        lane: runs the forward passes.
        health: is told.

    Raises:
        ConfigError: two looks have the same name.
    """
    section = config.second_look
    if section is None or panel.main.model.package.card.task not in BOXED:
        return None
    others, challengers = (
        _read_others(config, labels, names=names, health=health) for names in (section.models, section.challengers)
    )
    second = SecondLook(panel.main, section, others=others, challengers=challengers, lane=lane)
    return second if second.looks else None


def _read_others(config: EdgeConfig, labels: LabelMap, *, names: Sequence[str], health: Health) -> list[Detector]:
    detectors: list[Detector] = []
    for name in names:
        try:
            detectors.append(read_other(config.detector, labels, name=name))
        except (ConfigError, ModelError) as error:
            health.count("second_look.unavailable")
            health.trouble(f"second look {name}", str(error))
    return detectors


def read_other(main: DetectorSection, labels: LabelMap, *, name: str) -> Detector:
    """Load a model that looks again: like the main one, but its own card says from which score on it reports.

    Raises:
        ModelError: it cannot be loaded, or finds no boxes.
        ConfigError: the main one's floor is above a threshold of its card.
    """
    shared = main.model_dump(include={"models", "floor", "candidates", "threads", "probe"})
    detector = read_detector(DetectorSection(model=name, **shared), labels)
    if detector.model.package.card.task not in BOXED:
        raise ModelError(f"{name} finds no objects with boxes", hint="leave it out of `second_look`")
    return detector


def _counted(detectors: Sequence[Detector], labels: LabelMap) -> frozenset[int]:
    """Return the labels of which the models see single objects by their masks; the others are stuff."""
    cards = [detector.model.package.card for detector in detectors]
    names = (name for card in cards if card.task is Task.SEGMENT for name in card.classes if name is not None)
    return frozenset(int(labels.resolve(name).id) for name in names)


def read_lenses(config: EdgeConfig, labels: LabelMap) -> dict[CameraId, Callable[[Detections], Detections]]:
    """Give each camera whose intrinsics are known what places cuboids in space."""
    heights = {int(label.id): label.height for label in labels.labels if label.height is not None}
    return {
        camera.id: partial(placed, camera=Intrinsics((lens.fx, lens.fy), (lens.cx, lens.cy)), heights=heights)
        for camera in config.cameras
        if (lens := camera.lens) is not None
    }


def stands(config: EdgeConfig) -> tuple[Pose, ...]:
    """Return where the cameras of the configuration look."""
    return tuple((camera.id, camera.pose) for camera in config.cameras)


def rule_files(config: EdgeConfig) -> tuple[Path, ...]:
    """Return the rule files that the configuration names."""
    return config.rules or (shipped.folder("config") / "rules" / "default.yaml",)


def read_policy(config: EdgeConfig, labels: LabelMap) -> Policy:
    """Load the rules that the configuration names."""
    return load_rules(rule_files(config), labels=labels)


def today() -> date:
    """Return the day in this machine's time zone; a clock that was never set lies in the past: no rule expires then."""
    return datetime.now(tz=UTC).astimezone().date()


def boot_id() -> str:
    """Name this boot of the machine, as the kernel does."""
    return _BOOT_ID.read_text().strip()


def open_store(config: EdgeConfig) -> Store:
    """Open the store that the configuration names, in this boot of the machine."""
    return Store.open(config.store, device=config.device.id, boot_id=boot_id(), randomness=os.urandom)


def build_line(config: EdgeConfig) -> Line:
    """Build the line to the broker; its will says that the device is offline."""
    will = Status(device=config.device.id, online=False)
    return Line(
        config.broker,
        client_id=config.device.id,
        will=Message(up(config.device.id, Up.STATUS), dump_json(will), retain=True),
        receive_maximum=None,
        longest_wait_s=config.sync.reconnect_max.total_seconds(),
        clock=time.monotonic,
        draw=random.random,
    )


def build_sync(section: SyncSection, *, keepalive_s: float, ceiling: int | None) -> Sync:
    """Build the sync machine with what was learnt about the broker."""
    window = Window(
        messages=section.in_flight_messages,
        payload=section.in_flight_bytes,
        chunk=section.chunk,
        keepalive_s=keepalive_s,
        ceiling=ceiling,
    )
    patience = Patience(section.ack_timeout.total_seconds(), section.ack_timeout_max.total_seconds())
    return Sync(window, frames=section.frames, patience=patience, draw=random.random)
