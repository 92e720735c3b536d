"""The centre as a whole: begins, receives, and ends when told to."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from askance.central import daemon
from askance.central.config import CentralConfig, StorageSection
from askance.central.receiver import Receiver
from askance.central.schema import CATALOG
from askance.errors import AskanceError, ConfigError
from askance.sections import BrokerSection, TlsSection
from support_broker import free_port
from support_polling import until


def make_config(folder: Path, **broker: object) -> CentralConfig:
    section = BrokerSection.model_validate({"port": free_port(), "keepalive": timedelta(seconds=5), **broker})
    return CentralConfig(storage=StorageSection(path=folder), broker=section)


def test_it_stands_without_a_broker_and_ends_within_five_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(daemon, "notify", said.append)
    stop = threading.Event()
    centre = threading.Thread(target=daemon.serve, args=(make_config(tmp_path), stop))
    centre.start()
    assert until(lambda: "WATCHDOG=1" in said)

    stop.set()
    centre.join(5.0)

    assert not centre.is_alive()
    assert ("READY=1", "STOPPING=1") == (said[0], said[-1])
    assert (tmp_path / CATALOG).is_file()


def test_the_watchdog_goes_hungry_when_the_receiver_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    hang, stop = threading.Event(), threading.Event()
    monkeypatch.setattr(daemon, "notify", said.append)
    monkeypatch.setattr(daemon, "BEAT_S", 0.01)

    def silent(_receiver: Receiver, _timeout_s: float) -> None:
        hang.wait(10)

    monkeypatch.setattr(Receiver, "step", silent)
    centre = threading.Thread(target=daemon.serve, args=(make_config(tmp_path), stop))
    centre.start()
    assert until(lambda: "WATCHDOG=1" in said)

    assert not until(lambda: said.count("WATCHDOG=1") > 1, within_s=0.3)

    stop.set()
    hang.set()
    centre.join(5.0)


def test_a_broken_certificate_ends_it_with_a_word(tmp_path: Path) -> None:
    config = make_config(tmp_path, tls=TlsSection(ca=tmp_path / "none.pem"))

    with pytest.raises(ConfigError, match="certificates") as caught:
        daemon.serve(config, threading.Event())

    assert isinstance(caught.value, AskanceError)
