"""The installed commands as processes: started, killed, started again, and asked for JSON."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from support_broker import free_port

COMMAND = [sys.executable, "-m", "askance"]
LONGEST_S = 120


def askance(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
        env={**os.environ, **(env or {})},
    )


def askance_json(*arguments: str) -> Any:  # noqa: ANN401 (JSON is whatever the command prints)
    """Run a command that has to succeed, and read the JSON it prints."""
    done = askance(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def write_yaml(path: Path, content: Mapping[str, Any]) -> Path:
    """Write a configuration file."""
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False))
    return path


def edge_config(tmp_path: Path, **sections: Any) -> Path:  # noqa: ANN401 (a section is any part of the tree)
    """A configuration whose store lies in the test's folder, and whose broker is nobody."""
    content: Mapping[str, Any] = {
        "device": {"id": "tried-camera"},
        "store": {"path": str(tmp_path / "device")},
        "broker": {"port": free_port()},
        **sections,
    }
    return write_yaml(tmp_path / "edge.yaml", content)


def refused(done: subprocess.CompletedProcess[str], *, code: int, says: list[str], hints: list[str]) -> None:
    """The command ended with ``code`` and two lines: the error, and what to do."""
    assert code == done.returncode, done.stderr
    error = next(line for line in done.stderr.splitlines() if line.startswith("error: "))
    hint = next(line for line in done.stderr.splitlines() if line.startswith("hint: "))
    assert [] == [words for words in says if words not in error], error
    assert [] == [words for words in hints if words not in hint], hint
    assert "Traceback" not in done.stderr


class Program:
    """A long-running command that can be killed and started again; its output collects in one log.

    Args:
        log: for its output.
        arguments: of the command.
        command: what is run; usually ours.
    """

    def __init__(self, log: Path, *arguments: str, command: Sequence[str] = COMMAND) -> None:
        self._command = [*command, *arguments]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Everything said so far, by every run."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def running(self) -> bool:
        """Whether it is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def wait(self, timeout_s: float) -> int:
        """Wait for it to end by itself."""
        assert self._process is not None
        return self._process.wait(timeout=timeout_s)
