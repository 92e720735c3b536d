"""Composition root of the centre: configuration to objects, one receiving thread, signals, an ordered stop."""

import logging
import random
import secrets
import signal
import sqlite3
import threading
import time
from pathlib import Path
from typing import Final

from askance.central.blobs import BLOBS, Blobs
from askance.central.config import CentralConfig
from askance.central.inbox import Bounds
from askance.central.intake import Intake
from askance.central.receiver import Receiver
from askance.central.schema import CATALOG, create_catalog, damaged, is_damage
from askance.database import sound
from askance.errors import StoreError
from askance.line import Line
from askance.logs import set_up
from askance.notify import notify, watchdog_interval_s

log = logging.getLogger(__name__)

LONGEST_WAIT_S: Final = 30.0
SHORTEST_START_S: Final = 120
CHECKED_BYTES_PER_S: Final = 2_000_000  # of a slow and busy disk
STEP_S: Final = 1.0
SWEEP_S: Final = 600.0
STOP_S: Final = 4.5
BEAT_S: Final = 1.0
ABANDONED: Final = 2  # a device has `credit` frames under way; as many may have been given up halfway


def run(config: CentralConfig) -> None:
    """Receive until SIGTERM or SIGINT, which end it within five seconds.

    Raises:
        AskanceError: the catalog, the blobs or the certificates cannot be used.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    serve(config, stop)


def serve(config: CentralConfig, stop: threading.Event) -> None:
    """Receive until ``stop`` is set.

    Raises:
        AskanceError: the catalog, the blobs or the certificates cannot be used.
    """
    set_up(config.log)
    worker = _worker(config, _sound_catalog(config.storage.path))
    worker.start()
    notify("READY=1")
    _supervise(worker, stop)
    notify("STOPPING=1")
    worker.stop()
    if is_damage(worker.error):
        raise damaged(config.storage.path, str(worker.error)) from worker.error
    if worker.error is not None:
        raise worker.error


def _sound_catalog(folder: Path) -> sqlite3.Connection:
    """Open the catalog, and look through all of it: systemd is told how long that may take.

    Raises:
        StoreError: the catalog cannot be used, or is damaged.
    """
    connection = create_catalog(folder)
    path = folder / CATALOG
    try:
        notify(f"EXTEND_TIMEOUT_USEC={1_000_000 * (SHORTEST_START_S + path.stat().st_size // CHECKED_BYTES_PER_S)}")
        whole = sound(connection)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot read the catalog {path}: {error}", hint="check the disk") from error
    if not whole:
        raise damaged(folder, "its integrity check fails")
    return connection


class Worker(threading.Thread):
    """The receiving thread; it owns line, catalog and blobs.

    Attributes:
        progress: grows with every turn of the loop.
        error: what ended the loop, unless it was ``stop``.
    """

    def __init__(self, line: Line, receiver: Receiver, *, intake: Intake, connection: sqlite3.Connection) -> None:
        super().__init__(name="receiver", daemon=True)
        self.progress = 0
        self.error: Exception | None = None
        self._line: Final = line
        self._receiver: Final = receiver
        self._intake: Final = intake
        self._connection: Final = connection
        self._stopping: Final = threading.Event()
        self._sweep_at = 0.0
        self._told: str | None = None

    def run(self) -> None:
        """Receive until told to stop."""
        try:
            while not self._stopping.is_set():
                self._receiver.step(STEP_S)
                self._say_trouble()
                self._sweep()
                self.progress += 1
            self._line.close()
            self._connection.close()
        except Exception as error:
            log.exception("the receiver ended")
            self.error = error

    def stop(self) -> None:
        """End the loop; a thread that hangs in a dial or a disk is left behind, its work is safe to cut anywhere."""
        self._stopping.set()
        self._line.wake()
        self.join(STOP_S)
        log.info("received: %s; sent: %s", _listed(self._intake.counts), _listed(self._receiver.counts))

    def _say_trouble(self) -> None:
        """Log what is newly wrong with the line: a broker that is not there gives no event."""
        if self._line.trouble not in {None, self._told}:
            log.warning("broker %s: %s", self._line.address, self._line.trouble)
        self._told = self._line.trouble

    def _sweep(self) -> None:
        now = time.monotonic()
        if now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP_S
        try:
            self._intake.sweep()
        except (sqlite3.Error, OSError) as error:
            log.warning("cannot sweep what was abandoned, trying again later: %s", error)


def _worker(config: CentralConfig, connection: sqlite3.Connection) -> Worker:
    receiver = config.receiver
    line = Line(
        config.broker,
        client_id=f"askance-central-{secrets.token_hex(6)}",
        will=None,
        receive_maximum=receiver.receive_maximum,
        longest_wait_s=LONGEST_WAIT_S,
        clock=time.monotonic,
        draw=random.random,
    )
    intake = Intake(
        connection,
        Blobs(config.storage.path / BLOBS),
        storage=config.storage,
        bounds=Bounds(
            None if receiver.devices is None else frozenset(receiver.devices),
            receiver.max_frame,
            unfinished=ABANDONED * receiver.credit,
        ),
        clock=time.time,
    )
    return Worker(
        line,
        Receiver(line, intake, section=receiver, clock=time.monotonic),
        intake=intake,
        connection=connection,
    )


def _supervise(worker: Worker, stop: threading.Event) -> None:
    """Wait for the end, and feed the watchdog only while the worker makes progress."""
    interval_s = watchdog_interval_s()
    beat_s = BEAT_S if interval_s is None else min(BEAT_S, interval_s / 4)
    fed = -1
    while worker.is_alive() and not stop.wait(beat_s):
        if worker.progress != fed:
            fed = worker.progress
            notify("WATCHDOG=1")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or "nothing"
