"""The centre as a whole: begins, receives, and ends when told to."""

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from askance.central import daemon, devices
from askance.central.config import CentralConfig, StorageSection
from askance.central.receiver import Receiver
from askance.central.schema import CATALOG, WAY_BACK, create_catalog
from askance.errors import AskanceError, ConfigError, StoreError
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
    assert ("READY=1", "STOPPING=1") == (said[1], said[-1])
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


def spoil(folder: Path, name: str) -> None:
    """Write nonsense over the root of a table or an index."""
    with closing(create_catalog(folder)) as connection:
        row = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with (folder / CATALOG).open("r+b") as file:
        file.seek((row["rootpage"] - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.parametrize("name", ["devices", "captures_by_boot"])
def test_a_damaged_catalog_ends_it_before_it_receives_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said: list[str] = []
    monkeypatch.setattr(daemon, "notify", said.append)
    spoil(tmp_path, name)

    with pytest.raises(StoreError, match="the catalog is damaged") as caught:
        daemon.serve(make_config(tmp_path), threading.Event())

    assert WAY_BACK == caught.value.hint
    assert "READY=1" not in said


def test_a_catalog_that_is_damaged_while_it_receives_ends_it_with_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(tmp_path / "ruined", "devices")

    def stumble(_receiver: Receiver, _timeout_s: float) -> None:
        with closing(create_catalog(tmp_path / "ruined")) as connection:
            devices.known(connection)

    monkeypatch.setattr(Receiver, "step", stumble)

    with pytest.raises(StoreError, match=r"the catalog is damaged: .*malformed") as caught:
        daemon.serve(make_config(tmp_path), threading.Event())

    assert WAY_BACK == caught.value.hint


def test_any_other_error_of_the_receiver_is_told_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_receiver: Receiver, _timeout_s: float) -> None:
        raise sqlite3.InterfaceError("something else")

    monkeypatch.setattr(Receiver, "step", stumble)

    with pytest.raises(sqlite3.InterfaceError, match="something else"):
        daemon.serve(make_config(tmp_path), threading.Event())


def test_a_disk_that_does_not_give_the_catalog_back_is_not_called_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_connection: sqlite3.Connection) -> bool:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(daemon, "sound", failing)

    with pytest.raises(StoreError, match=r"cannot read the catalog .*disk I/O error") as caught:
        daemon.serve(make_config(tmp_path), threading.Event())

    assert "check the disk" == caught.value.hint


def test_systemd_waits_for_a_large_catalog_to_be_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    stop = threading.Event()
    stop.set()
    monkeypatch.setattr(daemon, "notify", said.append)
    create_catalog(tmp_path).close()
    monkeypatch.setattr(daemon, "CHECKED_BYTES_PER_S", (tmp_path / CATALOG).stat().st_size // 1000)

    daemon.serve(make_config(tmp_path), stop)

    name, _, microseconds = said[0].partition("=")
    assert "EXTEND_TIMEOUT_USEC" == name
    assert 1120 <= int(microseconds) / 1_000_000 <= 1121
