"""A real mosquitto on a free loopback port, to be killed and brought back on the same port."""

import base64
import getpass
import hashlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from support_polling import until


def find_mosquitto() -> str | None:
    """Return the path of the mosquitto program; None where there is none."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int) -> bool:
    """Whether somebody accepts connections on ``port``."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Mosquitto:
    """A broker without persistence that lets everybody in, unless its configuration says otherwise.

    Attributes:
        port: where it listens; the same from one start to the next.
        folder: for files that the configuration names; also holds ``mosquitto.log``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What all runs have logged so far."""
        path = self.folder / "mosquitto.log"
        return path.read_text(errors="replace") if path.is_file() else ""

    def start(self, extra_config: str = "") -> None:
        """Start it with ``extra_config`` after the listener's lines; returns when it accepts connections."""
        lines = [f"listener {self.port} 127.0.0.1", f"user {getpass.getuser()}", "log_type all", "log_dest stderr"]
        if "allow_anonymous" not in extra_config:
            lines.append("allow_anonymous true")
        self.start_with("\n".join([*lines, extra_config]))

    def start_with(self, config: str) -> None:
        """Start it with ``config`` and nothing else, which has to name its ``port``."""
        (self.folder / "mosquitto.conf").write_text(f"{config}\n")
        self.restart()

    def restart(self) -> None:
        """Start it again as it was last configured, on the same port."""
        self.stop()
        program = find_mosquitto()
        assert program is not None, "mosquitto is not installed"
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([program, "-c", self.folder / "mosquitto.conf"], stderr=log)
        assert until(lambda: listening(self.port) or not self.running), "mosquitto does not listen"
        assert self.running, f"mosquitto ended at once:\n{self.log}"

    def kill(self) -> None:
        """Kill it with SIGKILL; whoever is connected finds the line cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def kill_and_restart(self) -> None:
        """Kill it and bring it back on the same port."""
        self.kill()
        self.restart()

    def reload(self) -> None:
        """Have it read its files again, without a restart."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Stop it with SIGSTOP for the block: connections stand and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def with_user(self, name: str, password: str) -> str:
        """Return the configuration that lets only this user in; the file is written as mosquitto_passwd does."""
        salt = b"twelve bytes"
        key = base64.b64encode(hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)).decode()
        path = self.folder / "passwords"
        path.write_text(f"{name}:$7$101${base64.b64encode(salt).decode()}${key}\n")
        return f"allow_anonymous false\npassword_file {path}"

    def stop(self) -> None:
        """End it in order; nothing when it does not run."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
