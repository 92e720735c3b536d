"""The agent's watchdog is fed as long as every part makes progress, and starves when any one of them hangs."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from askance import shipped, transport
from askance.edge import daemon
from askance.edge.config import CameraSection, EdgeConfig, StoreSection
from askance.edge.daemon import Agent
from askance.edge.decoding.ring import RingReader
from askance.edge.detect import Detector
from askance.edge.store.lifecycle import State
from askance.line import Line
from askance.sections import BrokerSection
from askance.wire.identity import CameraId
from support_broker import free_port
from support_camera import HttpCamera
from support_polling import until
from support_units import settings

INTERVAL_S: Final = 1.0
SILENT_S: Final = 2.0
STARVED_S: Final = 3 * INTERVAL_S

Hang = Callable[[Agent, threading.Event, pytest.MonkeyPatch], None]


@pytest.fixture
def fed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[list[float]]:
    """When the watchdog was fed, on the monotonic clock; it bites after a second, and parts may be silent for two."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", str(int(INTERVAL_S * 1e6)))
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    monkeypatch.setattr(daemon, "SILENT_S", SILENT_S)
    times: list[float] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))

        def hear() -> None:
            while said := systemd.recv(100):
                if said == b"WATCHDOG=1":
                    times.append(time.monotonic())

        listener = threading.Thread(target=hear, daemon=True)
        listener.start()
        yield times
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", str(tmp_path / "notify"))
        listener.join(5)


class Street(HttpCamera):
    """Shows photos, over and over."""

    def __init__(self, photos: list[Path]) -> None:
        super().__init__(fps=10)
        self._parts = cycle(photo.read_bytes() for photo in photos)

    def part(self, level: int) -> bytes:  # noqa: ARG002 (a photo has its own)
        jpeg = next(self._parts)
        return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg)


@contextmanager
def watching(tmp_path: Path, url: str) -> Generator[Agent]:
    """An agent that keeps whatever a camera shows, and has nobody to send it to."""
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: everything, when: {random: {probability: 1.0}}}\n")
    config = EdgeConfig(
        rules=(rules,),
        cameras=(CameraSection(id=CameraId("street"), url=url),),
        store=StoreSection(path=tmp_path / "device", min_free=0),
        broker=BrokerSection(port=free_port()),
    )
    stop = threading.Event()
    with ExitStack() as resources:
        agent = Agent(config, resources, stop=stop)
        agent.start()
        watcher = threading.Thread(target=agent.watch, kwargs={"until_delivered": False})
        watcher.start()
        try:
            yield agent
        finally:
            stop.set()
            watcher.join(10)
            agent.join()


def stuck(release: threading.Event, done: Callable[..., Any]) -> Callable[..., Any]:
    """Let a call hang until it is released, and be done then."""

    def hang(*given: object, **named: object) -> Any:  # noqa: ANN401 (whatever it returns)
        release.wait(60)
        return done(*given, **named)

    return hang


def hang_model(_agent: Agent, release: threading.Event, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Detector, "forward", stuck(release, Detector.forward))


def hang_store(agent: Agent, release: threading.Event, _patch: pytest.MonkeyPatch) -> None:
    def hold() -> None:
        with agent._store._lock:
            release.wait(60)

    threading.Thread(target=hold, daemon=True).start()


def hang_courier(_agent: Agent, release: threading.Event, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Line, "next", stuck(release, Line.next))


def hang_reader(_agent: Agent, release: threading.Event, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RingReader, "read", stuck(release, RingReader.read))


@pytest.mark.parametrize("hang", [hang_model, hang_store, hang_courier, hang_reader])
def test_it_starves_when_a_part_hangs(
    tmp_path: Path, assets: Path, fed: list[float], monkeypatch: pytest.MonkeyPatch, hang: Hang
) -> None:
    release = threading.Event()
    with (
        Street(sorted((assets / "video" / "crossing" / "img").glob("*.jpg"))[:8]) as camera,
        watching(tmp_path, camera.url) as agent,
    ):
        assert until(lambda: agent._store.usage().counts.get(State.PENDING, 0) > 1, within_s=60)
        assert until(lambda: fed, within_s=60)
        hang(agent, release, monkeypatch)
        try:
            assert until(lambda: time.monotonic() - fed[-1] > STARVED_S, within_s=60)
        finally:
            release.set()


def test_it_is_fed_while_camera_and_broker_are_away(tmp_path: Path, fed: list[float]) -> None:
    """They are looked for, and that is progress."""
    with watching(tmp_path, f"rtsp://127.0.0.1:{free_port()}/none") as agent:
        assert until(lambda: fed, within_s=60)
        begun = time.monotonic()
        until(lambda: time.monotonic() - begun > SILENT_S + STARVED_S, within_s=60)

        assert agent._health.vitals().trouble.keys() >= {"broker", "camera street"}
        gaps = [after - before for before, after in pairwise(fed)]
        assert max(gaps) < STARVED_S
        assert time.monotonic() - fed[-1] < STARVED_S


def test_the_watchdogs_have_more_patience_than_a_dial_takes() -> None:
    systemd = shipped.folder("systemd")
    watchdogs = [float(settings(systemd / f"askance-{part}.service")["WatchdogSec"]) for part in ("edge", "central")]

    assert transport.REACH_S + transport.STOP_S < min(daemon.SILENT_S, *watchdogs)
