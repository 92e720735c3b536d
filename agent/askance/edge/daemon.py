"""The composition root of the agent: configuration to objects to threads, and their ordered stop."""

import logging
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from queue import Queue
from typing import Final

from askance import __version__
from askance.edge.config import EdgeConfig
from askance.edge.courier import Courier
from askance.edge.health import Health
from askance.edge.parts import (
    boot_id,
    build_line,
    build_sync,
    open_store,
    read_detector,
    read_labels,
    read_policy,
    today,
)
from askance.edge.pipeline import Pipeline, Stages
from askance.edge.rules import Policy
from askance.edge.source import Source, open_source
from askance.edge.store import Recovery
from askance.edge.store.lifecycle import State
from askance.edge.workers import HandOver, Pulse, Worker, carry, process, read
from askance.errors import ConfigError, StoreFullError
from askance.logs import set_up
from askance.notify import notify, watchdog_interval_s
from askance.wire.identity import CameraId
from askance.wire.receipts import Status

STOP_S: Final = 4.5
LOOK_S: Final = 0.25
SILENT_S: Final = 45.0
MAX_LEDGERS: Final = 16

logger = logging.getLogger(__name__)


def run(config: EdgeConfig, *, until_delivered: bool = False) -> None:
    """Run the agent until SIGTERM or SIGINT.

    Args:
        config: everything it is told.
        until_delivered: stop by itself when every recording was played and the centre holds every frame.

    Raises:
        AskanceError: something that the configuration names cannot be used, or a worker failed.
    """
    set_up(config.log)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _stack: stop.set())
    with ExitStack() as resources:
        agent = Agent(config, resources, stop=stop)
        if until_delivered and not agent.only_recordings():
            raise ConfigError(
                "a camera never ends: nothing is ever delivered for good", hint="leave --until-delivered out"
            )
        agent.start()
        notify("READY=1")
        agent.watch(until_delivered=until_delivered)
        notify("STOPPING=1")
        agent.join()


def _say_findings(policy: Policy, recovery: Recovery) -> None:
    """Log what a start has found: rules that no longer count, and what the store had to put right."""
    for rule in policy.expired(today()):
        logger.warning("rule %s has expired", rule)
    repaired = recovery.describe()
    if repaired is not None:
        logger.warning("store: %s", repaired)


class Agent:
    """All parts of the agent, from their construction to their end; what it opens is closed by ``resources``."""

    def __init__(self, config: EdgeConfig, resources: ExitStack, *, stop: threading.Event) -> None:
        self._config = config
        self._stop = stop
        self._health = Health()
        labels = read_labels(config)
        policy = read_policy(config, labels)
        detector = read_detector(config, labels)
        self._boot_id = boot_id()
        self._store = resources.enter_context(open_store(config))
        _say_findings(policy, self._store.recovery)
        self._sources: dict[CameraId, Source] = {}
        for camera in config.cameras:
            self._sources[camera.id] = open_source(camera, jitter=random.random)
            resources.callback(self._sources[camera.id].close)
        self._line = build_line(config)
        stages = Stages(
            gate=config.gate,
            detector=detector,
            policy=policy,
            store=self._store,
            labels={label.id: label.name for label in labels.labels},
            poses={camera.id: camera.pose for camera in config.cameras},
            jpeg_quality=config.store.jpeg_quality,
        )
        self._pipeline = Pipeline(stages, self._health, draw=random.random, now_ns=time.monotonic_ns())
        ceiling = self._store.chunk_ceiling(self._line.address)
        self._courier = Courier(
            self._line,
            build_sync(config.sync, keepalive_s=config.broker.keepalive.total_seconds(), ceiling=ceiling),
            shelf=self._store,
            device=config.device.id,
            status=self._status,
            status_every_s=config.sync.status_every.total_seconds(),
            health=self._health,
            clock=time.monotonic,
        )
        self._workers = self._hire()

    def only_recordings(self) -> bool:
        """Whether every source ends by itself."""
        return not any(source.live for source in self._sources.values())

    def start(self) -> None:
        """Start every worker."""
        for worker in self._workers:
            worker.start()

    def watch(self, *, until_delivered: bool) -> None:
        """Wait for the end; until then tell systemd that all is well, as long as it is."""
        feed_every_s = watchdog_interval_s()
        fed = time.monotonic()
        while not self._stop.wait(LOOK_S):
            self._say_trouble()
            if until_delivered and self._delivered():
                self._stop.set()
            now = time.monotonic()
            if feed_every_s is not None and now - fed >= feed_every_s / 3 and not self._silent(now):
                notify("WATCHDOG=1")
                fed = now

    def join(self) -> None:
        """Stop all workers, and wait ``STOP_S`` seconds for them at most.

        Raises:
            Exception: the failure of the first worker that failed.
        """
        self._stop.set()
        for source in self._sources.values():
            source.close()
        self._line.wake()
        deadline = time.monotonic() + STOP_S
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        for worker in self._workers:
            if worker.failure is not None:
                raise worker.failure

    def _hire(self) -> list[Worker]:
        frames: HandOver = Queue(maxsize=1)
        readers = [
            self._worker(f"camera {camera}", partial(read, source=source, camera=camera, frames=frames))
            for camera, source in self._sources.items()
        ]
        looks = partial(process, pipeline=self._pipeline, frames=frames, cameras=len(readers), kept=self._line.wake)
        self._looking = self._worker("pipeline", looks)
        return [*readers, self._looking, self._worker("courier", partial(carry, courier=self._courier))]

    def _worker(self, part: str, work: Callable[[Pulse], None]) -> Worker:
        return Worker(Pulse(part, self._stop, self._health), work)

    def _delivered(self) -> bool:
        """Whether every recording has been played and the store holds nothing that waits for the centre."""
        if self._looking.is_alive():
            return False
        try:
            return not self._store.usage().counts.get(State.PENDING, 0)
        except StoreFullError as error:
            self._health.trouble("store", str(error))
            return False

    def _silent(self, now: float) -> tuple[str, ...]:
        """Parts without progress; a camera that is away but being looked for is none."""
        looking = {f"camera {camera}": source.beat() for camera, source in self._sources.items()}
        return self._health.vitals().silent(now, longer_than_s=SILENT_S, elsewhere=looking)

    def _say_trouble(self) -> None:
        """Log what has newly gone wrong, or right."""
        for camera, source in self._sources.items():
            self._health.trouble(f"camera {camera}", source.trouble)
        for part, what in self._health.news():
            if what is None:
                logger.info("%s: well again", part)
            else:
                logger.warning("%s: %s", part, what)

    def _status(self) -> Status:
        """Say how the device is; ``online`` as long as nobody has asked it to stop."""
        try:
            ledgers = self._store.ledgers()[:MAX_LEDGERS]
        except StoreFullError as error:
            self._health.trouble("store", str(error))
            ledgers = ()
        vitals = self._health.vitals()
        counts = dict(vitals.counts)
        for camera, source in self._sources.items():
            counts |= {f"camera {camera} {name}": count for name, count in source.counts.items()}
        return Status(
            device=self._config.device.id,
            online=not self._stop.is_set(),
            agent=__version__,
            boot_id=self._boot_id,
            monotonic_ns=time.monotonic_ns(),
            wall_ms=time.time_ns() // 10**6,
            ledgers=ledgers,
            counters=counts,
            trouble=tuple(f"{part}: {what}"[:240] for part, what in vitals.trouble.items())[:16],
        )
