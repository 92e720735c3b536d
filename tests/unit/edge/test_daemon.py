"""The agent from its configuration to its ordered stop, as systemd sees it."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Never

import pytest

from askance.edge.config import CameraSection, EdgeConfig, StoreSection
from askance.edge.daemon import SLOW, Agent, run
from askance.edge.governor import Strain
from askance.edge.store import Store
from askance.errors import ConfigError, SourceError, StoreFullError
from askance.sections import BrokerSection
from askance.wire.identity import CameraId
from support_broker import free_port
from support_polling import until


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The end of systemd of the notification socket, with a watchdog that bites after a second."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as received:
        received.bind(str(tmp_path / "notify"))
        received.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        yield received


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Signals are pytest's again after the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def config(tmp_path: Path, url: str) -> EdgeConfig:
    return EdgeConfig(
        cameras=(CameraSection(id=CameraId("street"), url=url),),
        store=StoreSection(path=tmp_path / "device", min_free=0),
        broker=BrokerSection(port=free_port()),
    )


def test_ready_alive_and_stopping_are_said_and_the_store_is_left_whole(
    tmp_path: Path, assets: Path, systemd: socket.socket
) -> None:
    said: list[str] = []

    def stop_when_alive() -> None:
        while "WATCHDOG=1" not in said:
            said.append(systemd.recv(100).decode())
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop_when_alive)
    watcher.start()
    run(config(tmp_path, str(assets / "video" / "crossing" / "img")))
    watcher.join(5)

    assert "READY=1" == said[0]
    assert "STOPPING=1" == systemd.recv(100).decode()
    (ledger,) = Store.peek(tmp_path / "device").ledgers
    assert 0 == ledger.unaccounted


def test_a_worker_that_fails_ends_the_agent_with_its_error(tmp_path: Path) -> None:
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"no video")

    with pytest.raises(SourceError, match=r"broken\.mp4"):
        run(config(tmp_path, str(video)))


def test_a_camera_that_fails_does_not_stop_the_others(
    tmp_path: Path, assets: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The broken recording is trouble at once; the other is looked at to its end, and then nothing is left."""
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"no video")
    whole = config(tmp_path, str(assets / "video" / "crossing" / "img"))
    both = whole.model_copy(update={"cameras": (CameraSection(id=CameraId("broken"), url=str(video)), *whole.cameras)})

    with pytest.raises(SourceError, match=r"broken\.mp4"):
        run(both)

    assert "camera broken: cannot be decoded" in capfd.readouterr().err
    (ledger,) = Store.peek(tmp_path / "device").ledgers
    assert ledger.captured > 0


def test_a_camera_that_failed_does_not_make_an_ordered_stop_a_failure(tmp_path: Path) -> None:
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"no video")
    whole = config(tmp_path, str(video))
    live = CameraSection(id=CameraId("live"), url="rtsp://127.0.0.1:9/none", open_timeout=timedelta(seconds=1))
    stop = threading.Event()
    with ExitStack() as resources:
        agent = Agent(whole.model_copy(update={"cameras": (live, *whole.cameras)}), resources, stop=stop)
        agent.start()
        assert until(lambda: any(worker.failure for worker in agent._workers))
        stop.set()
        agent.watch(until_delivered=False)
        agent.join()


def test_the_status_tells_how_often_cameras_are_looked_at(tmp_path: Path, assets: Path) -> None:
    with ExitStack() as resources:
        agent = Agent(config(tmp_path, str(assets / "video" / "bikes.mp4")), resources, stop=threading.Event())
        before = agent._status()
        for second in range(3):
            agent._govern(Strain(1.0, 95.0), now_s=float(second))
        after = agent._status()

    assert (0, ()) == (before.counters["governor.interval_ms"], before.trouble)
    assert 113 == after.counters["governor.interval_ms"]
    assert (f"governor: {SLOW}",) == after.trouble


def test_a_store_that_cannot_be_measured_is_trouble_until_it_can(
    tmp_path: Path, assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_store: Store) -> Never:
        raise StoreFullError("no space left")

    with ExitStack() as resources:
        agent = Agent(config(tmp_path, str(assets / "video" / "bikes.mp4")), resources, stop=threading.Event())
        with monkeypatch.context() as broken:
            broken.setattr(Store, "usage", failing)
            assert not agent._delivered()
        assert ("delivery: no space left",) == agent._status().trouble
        assert agent._delivered()
        assert () == agent._status().trouble


def test_what_the_store_had_to_put_right_is_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    strange = tmp_path / "device" / "frames" / "notes.txt"
    strange.parent.mkdir(parents=True)
    strange.touch()

    with pytest.raises(ConfigError, match="never ends"):
        run(config(tmp_path, "rtsp://127.0.0.1:9/away"), until_delivered=True)

    assert "store: damaged files set aside: 1" in capfd.readouterr().err
