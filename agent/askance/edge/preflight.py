"""What `askance edge check` tries: everything that the agent will need, one after the other."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias

import numpy as np

from askance.edge.config import CameraSection, DetectorSection, EdgeConfig
from askance.edge.detect import Detector
from askance.edge.findings import read_site
from askance.edge.health import Health
from askance.edge.label_counts import read_label_counts
from askance.edge.parts import open_store, read_detector, read_labels, read_other, read_policy, stands, today
from askance.edge.rules.idle import Site, idle
from askance.edge.source import Source, open_main_stream, open_source
from askance.edge.values import Frame, Instant
from askance.errors import BrokerAwayError, BrokerRefusedError, ModelError, SourceError, StoreLockedError
from askance.mqtt import Down, LinkEvent, Up
from askance.redaction import redact
from askance.sections import BrokerSection
from askance.transport import Link
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId

ANSWER_S: Final = 6.0

Found: TypeAlias = str | tuple[str, str]
"""What a test found, and, where the operator should do something although it works, what."""

Test: TypeAlias = tuple[str, Callable[[], Found]]


def tests(config: EdgeConfig) -> Iterator[Test]:
    """Name each test and give it as a function that says what it found, or raises an AskanceError with a hint."""
    yield "labels", partial(_labels, config)
    yield "rules", partial(_rules, config)
    for section in (config.detector, *config.companions):
        yield f"model {section.model}", partial(_model, config, section)
    second = config.second_look
    for name in () if second is None else (*second.models, *second.challengers):
        yield f"second look {name}", partial(_second_look, config, name)
    for camera in config.cameras:
        yield f"camera {camera.id}", partial(_camera, camera)
        if camera.substream is not None:
            yield f"main stream of camera {camera.id}", partial(_main_stream, camera)
    yield "store", partial(_store, config)
    yield "broker", partial(_broker, config.broker, client_id=f"{config.device.id}-check")
    if config.readings is not None:
        yield "readings", partial(_broker, config.readings.broker, client_id=f"{config.device.id}-check")


def _labels(config: EdgeConfig) -> str:
    labels = read_labels(config)
    found = f"{labels.tag}, {len(labels.labels)} labels"
    if config.label_counts is None:
        return found
    return f"{found}, {sum(read_label_counts(config.label_counts, labels).values())} objects labelled"


def _rules(config: EdgeConfig) -> Found:
    labels = read_labels(config)
    policy = read_policy(config, labels)
    expired = policy.expired(today())
    in_force = ", ".join(rule.id for rule in policy.rules if rule.id not in expired)
    found = [in_force, f"expired: {', '.join(expired)}"] if expired else [in_force]
    health = Health()
    try:
        site = read_site(config, labels, health=health)
    except ModelError:  # the test of the model says why
        site = Site(poses=stands(config))
        found.append("not held against the models")
    never = idle(policy, site, names={int(label.id): label.name for label in labels.labels})
    troubles = [f"{part}: {what}" for part, what in health.vitals().trouble.items()]
    if not never and not troubles:
        return "; ".join(found)
    hints = [each.hint for each in never] + ["see `askance models check`"] * bool(troubles)
    return "; ".join([*found, *(each.text for each in never), *troubles]), "; ".join(dict.fromkeys(hints))


def _model(config: EdgeConfig, section: DetectorSection) -> str:
    return _first_look(read_detector(section, read_labels(config)))


def _second_look(config: EdgeConfig, name: str) -> str:
    return _first_look(read_other(config.detector, read_labels(config), name=name))


def _first_look(detector: Detector) -> str:
    """Let a model look at a grey picture."""
    grey = np.full((360, 640, 3), 128, np.uint8)
    frame = Frame(grey, CameraId("check"), Instant(0, None, ClockQuality.NONE), 0)
    began = time.perf_counter()
    detector.detect(frame)
    return f"version {detector.info.version}, first frame in {1000 * (time.perf_counter() - began):.0f} ms"


def _camera(camera: CameraSection) -> str:
    """Wait for the first frame of the stream that is detected on.

    Raises:
        SourceError: none came in time.
    """
    return _first_frame(camera, open_source(camera, jitter=random.random), url=camera.substream or camera.url)


def _main_stream(camera: CameraSection) -> str:
    """Wait for the first frame of the stream that is kept.

    Raises:
        SourceError: none came in time, or the camera is a recording.
    """
    stream = open_main_stream(camera, jitter=random.random)
    assert stream is not None  # noqa: S101 (asked for a camera that has a substream alone)
    return _first_frame(camera, stream.source, url=camera.url)


def _first_frame(camera: CameraSection, source: Source, *, url: str) -> str:
    patience_s = (camera.open_timeout + camera.silence).total_seconds()
    giving_up = threading.Timer(patience_s, source.close)
    giving_up.start()
    try:
        for frame in source.frames():
            return f"{redact(url)}, {frame.width} x {frame.height}"
    finally:
        giving_up.cancel()
        source.close()
    raise SourceError(f"camera {camera.id} gives no frame: {source.trouble or url}", hint="check `cameras.url`")


def _store(config: EdgeConfig) -> str:
    try:
        with open_store(config) as store:
            usage = store.usage()
    except StoreLockedError as error:
        return f"in use: {error}"  # by the very agent that is being checked, as a rule
    frames = sum(usage.counts.values())
    return f"{config.store.path}, {frames} frames, {usage.bytes / 1e6:.1f} of {config.store.quota / 1e6:.0f} MB"


def _broker(broker: BrokerSection, *, client_id: str) -> str:
    """Log in, with either version of MQTT.

    Raises:
        BrokerAwayError: nobody answers.
        BrokerRefusedError: the broker does not let us in.
    """
    last = "no answer to CONNECT"
    for number, v5 in enumerate((True, False)):
        events: SimpleQueue[LinkEvent] = SimpleQueue()
        link = Link(broker, number=number, client_id=client_id, report=events.put, v5=v5)
        link.connect()
        with closing(link):
            event = _first(events)
        if isinstance(event, Up):
            return f"{broker.host}:{broker.port}, MQTT {'5' if v5 else '3.1.1'}"
        if isinstance(event, Down):
            last = event.reason
            if event.refused:
                raise BrokerRefusedError(
                    f"the broker at {broker.host}:{broker.port} refuses us: {last}",
                    hint="check `broker.username` and the password file, and the broker's own users and ACL",
                )
    raise BrokerAwayError(
        f"the broker at {broker.host}:{broker.port} does not answer: {last}", hint="is it an MQTT broker? see its log"
    )


def _first(events: SimpleQueue[LinkEvent]) -> LinkEvent | None:
    try:
        return events.get(timeout=ANSWER_S)
    except Empty:
        return None
