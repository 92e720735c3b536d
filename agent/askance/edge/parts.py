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
from askance.edge.detect.bare import open_package
from askance.edge.detect.lane import Lane
from askance.edge.detect.package import Task
from askance.edge.detect.panel import Companion, Panel
from askance.edge.detect.pose import Intrinsics, placed
from askance.edge.detections import Detections
from askance.edge.health import Health
from askance.edge.rules import Policy, load_rules
from askance.edge.score import Lore
from askance.edge.score.error_model import ERRORS, load_errors
from askance.edge.store import Store
from askance.edge.sync import Patience, Sync, Window
from askance.errors import ConfigError, ModelError
from askance.labels import LabelMap
from askance.line import Line
from askance.transport import Message
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


def _counted(detectors: Sequence[Detector], labels: LabelMap) -> frozenset[int]:
    """Return the labels of which the models see single objects by their masks; the others are stuff."""
    cards = [detector.model.package.card for detector in detectors]
    names = (name for card in cards if card.task is Task.SEGMENT for name in card.classes if name is not None)
    return frozenset(int(labels.resolve(name).id) for name in names)


def read_lore(panel: Panel, labels: LabelMap, *, health: Health) -> Lore:
    """Gather what signals know; an error model that belongs to another detector is trouble, and left out."""
    names = {int(label.id): label.name for label in labels.labels}
    file = panel.folder / ERRORS
    if not file.is_file():
        return Lore(names)
    try:
        errors = load_errors(file, sha256=panel.info.sha256)
    except ConfigError as error:
        health.count("errors.unavailable")
        health.trouble("error model", str(error))
        return Lore(names)
    fitted, runs = (errors.report, errors.floor), (panel.info.report, panel.info.floor)
    if fitted[0] != runs[0] or fitted[1] < runs[1]:
        said = f"fitted for report {fitted[0]:g} and floor {fitted[1]:g}, not for {runs[0]:g} and {runs[1]:g}"
        health.trouble("error model", f"{said}: its numbers are off; fit it again: askance models fit {panel.folder}")
    return Lore(names, errors)


def read_lenses(config: EdgeConfig, labels: LabelMap) -> dict[CameraId, Callable[[Detections], Detections]]:
    """Give each camera whose intrinsics are known what places cuboids in space."""
    heights = {int(label.id): label.height for label in labels.labels if label.height is not None}
    return {
        camera.id: partial(placed, camera=Intrinsics((lens.fx, lens.fy), (lens.cx, lens.cy)), heights=heights)
        for camera in config.cameras
        if (lens := camera.lens) is not None
    }


def read_policy(config: EdgeConfig, labels: LabelMap) -> Policy:
    """Load the rules that the configuration names."""
    paths = config.rules or (shipped.folder("config") / "rules" / "default.yaml",)
    return load_rules(paths, labels=labels)


def today() -> date:
    """Return the date as this machine believes; a clock that was never set lies in the past, where no rule expires."""
    return datetime.now(tz=UTC).date()


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
    )
    window.ceiling = ceiling
    patience = Patience(section.ack_timeout.total_seconds(), section.ack_timeout_max.total_seconds())
    return Sync(window, frames=section.frames, patience=patience, draw=random.random)
