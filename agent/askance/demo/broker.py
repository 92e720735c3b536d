"""A broker on a free loopback port for the length of a demo: mosquitto where it is installed, else amqtt."""

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

from askance.errors import BrokerAwayError, MissingPartError

START_S: Final = 15.0
STOP_S: Final = 5.0

_MOSQUITTO_CONFIG: Final = """listener {port} 127.0.0.1
allow_anonymous true
persistence false
"""


def find_mosquitto() -> str | None:
    """Return the path of the mosquitto broker; Debian puts it where only root's PATH looks."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class LoopbackBroker:
    """A broker process that lives as long as the ``with`` block.

    Args:
        folder: where its configuration and log go.
        mosquitto: the program, see ``find_mosquitto``; None: amqtt takes its place.

    Raises:
        MissingPartError: neither is installed.
    """

    def __init__(self, folder: Path, *, mosquitto: str | None) -> None:
        self.port: Final = _free_port()
        self.name: Final = "amqtt" if mosquitto is None else "mosquitto"
        self._log = folder / "broker.log"
        if mosquitto is not None:
            config = folder / "mosquitto.conf"
            config.write_text(_MOSQUITTO_CONFIG.format(port=self.port))
            self._command = [mosquitto, "-c", str(config)]
        elif find_spec("amqtt") is not None:
            self._command = [sys.executable, "-m", "askance.demo.broker", str(self.port)]
        else:
            raise MissingPartError(
                "no MQTT broker on this machine", hint="apt-get install mosquitto, or pip install 'askance[demo]'"
            )
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it accepts connections.

        Raises:
            BrokerAwayError: it did not start.
        """
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)  # noqa: S603 (our own command)
        process = self._process
        if not _wait(lambda: _accepts(self.port) or process.poll() is not None) or process.poll() is not None:
            self.__exit__()
            raise BrokerAwayError(f"{self.name} did not start on port {self.port}", hint=f"see {self._log}")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_S
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


async def _serve(port: int) -> None:
    """Run amqtt until the process is told to stop."""
    from amqtt.broker import Broker  # noqa: PLC0415 (optional, and only in the process that is the broker)

    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await broker.start()
    await stopped.wait()
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
