"""The composition root of the agent: configuration to objects to threads, and their ordered stop."""

import logging
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import Queue
from typing import Final

from askance.edge.assembly import build_stages
from askance.edge.config import EdgeConfig
from askance.edge.courier import Courier
from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.findings import say_findings, say_repairs
from askance.edge.gauge import Gauge
from askance.edge.governor import Strain, govern
from askance.edge.health import Health
from askance.edge.knowledge import read_lore, survey
from askance.edge.parts import (
    boot_id,
    build_line,
    build_sync,
    open_store,
    read_labels,
    read_panel,
    read_second_look,
    share_the_cores,
    stands,
)
from askance.edge.pipeline import Pipeline
from askance.edge.reception import Reception
from askance.edge.rules import Policy
from askance.edge.status import report
from askance.edge.store.lifecycle import State
from askance.edge.streams import Streams
from askance.edge.tidy import TIDY_S, settle, tidy
from askance.edge.workers import HandOver, Pulse, Worker, carry, fetch, process, read
from askance.errors import ConfigError, StoreFullError
from askance.labels import LabelMap
from askance.logs import set_up
from askance.notify import notify, watchdog_interval_s
from askance.wire.receipts import Status

STOP_S: Final = 4.5
LOOK_S: Final = 0.25
SILENT_S: Final = 45.0
GOVERN_S: Final = 2.0
SLOW: Final = "the machine is too busy or too hot: cameras are looked at less often, see `governor.cpu`"

logger = logging.getLogger(__name__)


def run(config: EdgeConfig, *, until_delivered: bool = False) -> None:
    """Run the agent until SIGTERM or SIGINT; SIGHUP has it read its rule files.

    Args:
        config: everything it is told.
        until_delivered: stop by itself when every recording was played and the centre holds every frame.

    Raises:
        AskanceError: something that the configuration names cannot be used, or a worker failed.
    """
    set_up(config.log)
    share_the_cores()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _stack: stop.set())
    with ExitStack() as resources:
        agent = Agent(config, resources, stop=stop)
        if until_delivered and not agent.only_recordings():
            raise ConfigError(
                "a camera never ends: nothing is ever delivered for good", hint="leave --until-delivered out"
            )
        signal.signal(signal.SIGHUP, lambda _number, _stack: agent.reception.rules.reload())
        agent.start()
        notify("READY=1")
        agent.watch(until_delivered=until_delivered)
        notify("STOPPING=1")
        agent.join()


class Agent:
    """All parts of the agent, from their construction to their end; what it opens is closed by ``resources``."""

    def __init__(self, config: EdgeConfig, resources: ExitStack, *, stop: threading.Event) -> None:
        self._config, self._stop, self._health = config, stop, Health()
        labels = read_labels(config)
        self.reception = Reception(config, labels, health=self._health)
        policy = self.reception.rules.policy
        self._streams = Streams(config.cameras, jitter=random.random)
        resources.callback(self._streams.close)
        resources.callback(stop.set)
        self._frames: HandOver = Queue(maxsize=1)
        self._workers = self._hire_readers()
        for worker in self._workers:
            worker.start()  # a decoder takes as long to start as a model to load
        lane = Lane()
        resources.callback(lane.close)
        panel = read_panel(config, labels, lane=lane, health=self._health)
        self._boot_id = boot_id()
        self._store = resources.enter_context(open_store(config))
        self._line = build_line(config)
        self._pipeline = self._build_pipeline(panel, policy, labels=labels, lane=lane)
        say_repairs(self._store.recovery)
        self._courier = self._build_courier()
        look = partial(process, pipeline=self._pipeline, frames=self._frames, cameras=self._streams.sources)
        self._looking = self._worker("pipeline", look)
        self._workers += [self._looking, self._worker("courier", partial(carry, courier=self._courier))]
        self._workers += [self._worker(part, work, vital=False) for part, work in self.reception.work.items()]
        self._nothing_left = False

    def only_recordings(self) -> bool:
        """Whether every source ends by itself."""
        return not self._streams.live

    def start(self) -> None:
        """Start to look, and to carry."""
        for worker in self._workers:
            if worker.ident is None:  # readers are at work already
                worker.start()
        settle()

    def watch(self, *, until_delivered: bool) -> None:
        """Wait for the end; until then tell systemd that all is well, as long as it is, and govern."""
        feed_every_s, gauge = watchdog_interval_s(), Gauge()
        fed = governed = tidied = time.monotonic()
        while not self._stop.wait(LOOK_S):
            self._say_trouble()
            if self._over(until_delivered=until_delivered):
                self._stop.set()
            now = time.monotonic()
            self.reception.look(now, self._pipeline.adopt, self._say_findings)
            if feed_every_s is not None and now - fed >= feed_every_s / 3 and not self._silent(now):
                notify("WATCHDOG=1")
                fed = now
            if self._streams.live and now - governed >= GOVERN_S:
                self._govern(gauge.read(), now_s=now)
                governed = now
            if now - tidied >= TIDY_S:
                tidy()
                tidied = now

    def join(self) -> None:
        """Stop all workers, and wait ``STOP_S`` seconds for them at most.

        Raises:
            Exception: the failure of the first worker that the agent cannot do without, or of any when nothing is left.
        """
        self._stop.set()
        self._streams.close()
        self._line.wake()
        deadline = time.monotonic() + STOP_S
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        for worker in self._workers:
            if worker.failure is not None and (worker.vital or self._nothing_left):
                raise worker.failure

    def _build_pipeline(self, panel: Panel, policy: Policy, *, labels: LabelMap, lane: Lane) -> Pipeline:
        config, health = self._config, self._health
        second = read_second_look(config, labels, panel=panel, lane=lane, health=health)
        lore = read_lore(panel, labels, health=health, second=second, counts=config.label_counts)
        self._say_findings = partial(say_findings, lore=lore, site=survey(panel, lore=lore, poses=stands(config)))
        self._say_findings(policy)
        stages = build_stages(config, panel, policy=policy, lore=lore, second=second, store=self._store, labels=labels)
        return Pipeline(
            replace(stages, live=self._streams.live, main_streams=self._streams.main, told=self.reception.told),
            health,
            draw=random.random,
            now_ns=time.monotonic_ns(),
            kept=self._line.wake,
            observer=self.reception.decisions,
        )

    def _build_courier(self) -> Courier:
        section, keepalive_s = self._config.sync, self._config.broker.keepalive.total_seconds()
        ceiling = self._store.chunk_ceiling(self._line.address)
        return Courier(
            self._line,
            build_sync(section, keepalive_s=keepalive_s, ceiling=ceiling),
            shelf=self._store,
            device=self._config.device.id,
            status=self._status,
            status_every_s=section.status_every.total_seconds(),
            health=self._health,
            clock=time.monotonic,
        )

    def _hire_readers(self) -> list[Worker]:
        streams, frames = self._streams, self._frames
        work: dict[str, Callable[[Pulse], None]] = {
            f"camera {camera}": partial(read, source=source, camera=camera, frames=frames)
            for camera, source in streams.sources.items()
        }
        work |= {f"main stream {camera}": partial(fetch, stream=stream) for camera, stream in streams.main.items()}
        return [self._worker(part, does, vital=False) for part, does in work.items()]

    def _worker(self, part: str, work: Callable[[Pulse], None], *, vital: bool = True) -> Worker:
        return Worker(Pulse(part, self._stop, self._health), work, vital=vital)

    def _over(self, *, until_delivered: bool) -> bool:
        """Whether there is nothing left to look at and either all is delivered or a camera has failed."""
        self._nothing_left = not self._looking.is_alive()
        if not self._nothing_left:
            return False
        return self._delivered() if until_delivered else any(worker.failure is not None for worker in self._workers)

    def _delivered(self) -> bool:
        """Whether the store holds nothing that waits for the centre."""
        with self._health.enduring(StoreFullError, "delivery"):
            return not self._store.usage().counts.get(State.PENDING, 0)
        return False

    def _govern(self, strain: Strain, *, now_s: float) -> None:
        """Look at cameras less often, or more often again."""
        throttle = govern(self._pipeline.throttle, strain, section=self._config.governor, now_s=now_s)
        self._pipeline.throttle = throttle
        self._health.trouble("governor", SLOW if throttle.interval_s else None)

    def _silent(self, now: float) -> tuple[str, ...]:
        """Parts without progress; a camera that is away but being looked for is none."""
        return self._health.vitals().silent(now, longer_than_s=SILENT_S, elsewhere=self._streams.beats())

    def _say_trouble(self) -> None:
        """Log what has newly gone wrong, or right."""
        for worker in self._workers:
            if worker.name in self._streams.parts:
                self._health.trouble(worker.name, worker.trouble or self._streams.parts[worker.name].trouble)
        for part, what in self._health.news():
            logger.log(logging.INFO if what is None else logging.WARNING, "%s: %s", part, what or "well again")

    def _status(self) -> Status:
        """Say how the device is; ``online`` as long as nobody has asked it to stop."""
        gauges = {**self._streams.counts(), "governor.interval_ms": round(self._pipeline.throttle.interval_s * 1000)}
        return report(
            self._config.device.id,
            self._store,
            online=not self._stop.is_set(),
            boot_id=self._boot_id,
            health=self._health,
            gauges=gauges,
            rules=self.reception.decisions.tallies(),
            last=self.reception.decisions.latest(),
        )
