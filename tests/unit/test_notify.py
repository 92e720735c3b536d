"""What systemd is told, heard on a socket that stands where systemd's would."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from askance.notify import notify, watchdog_interval_s


@pytest.fixture
def systemd() -> Iterator[socket.socket]:
    """A datagram socket without an address; the test binds it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(5)
        yield listener


def test_a_state_arrives_at_a_socket_file(
    systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify")
    systemd.bind(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    assert notify("READY=1\nSTATUS=3 frames pending")
    assert systemd.recv(1024) == b"READY=1\nSTATUS=3 frames pending"


def test_a_state_arrives_at_an_abstract_socket(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"askance-test-{os.getpid()}"
    systemd.bind(f"\0{name}")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")

    assert notify("WATCHDOG=1")
    assert systemd.recv(1024) == b"WATCHDOG=1"


def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    assert not notify("READY=1")


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("/nowhere/notify", id="no such file"),
        pytest.param("vsock:2:1234", id="a family we do not speak"),
        pytest.param("", id="empty"),
        pytest.param(f"/{'long' * 64}", id="longer than an address may be"),
    ],
)
def test_an_address_that_does_not_answer_is_no_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    assert not notify("READY=1")


def test_a_listener_that_stopped_reading_does_not_hold_the_program_up(
    systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify")
    systemd.bind(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with suppress(BlockingIOError):
            while other.sendto(b"full", address):
                pass

    assert not notify("WATCHDOG=1")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, None, id="no watchdog"),
        pytest.param({"WATCHDOG_USEC": "60000000"}, 60.0, id="for whoever reads it"),
        pytest.param({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(os.getpid())}, 1.5, id="for this process"),
        pytest.param({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None, id="for another process"),
        pytest.param({"WATCHDOG_USEC": "soon"}, None, id="not a number"),
        pytest.param({"WATCHDOG_USEC": "-5"}, None, id="negative"),
        pytest.param({"WATCHDOG_USEC": "0"}, None, id="zero"),
    ],
)
def test_the_watchdog_interval_is_what_systemd_asks_of_this_process(
    environment: dict[str, str], expected: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert watchdog_interval_s() == expected
