"""The centre and the agent as the processes that a user would start, with their logs in files."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, Self

from askance.errors import AskanceError
from askance.settings import bare_environment

STOP_S: Final = 15.0


class Program:
    """An `askance` command in a process of its own that ends with the ``with`` block.

    Args:
        arguments: after `askance`.
        log: the file its output goes to.
    """

    def __init__(self, *arguments: str, log: Path) -> None:
        self._arguments = arguments
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own command)
                [sys.executable, "-m", "askance", *self._arguments],
                stdout=log,
                stderr=log,
                env=bare_environment(),  # a demo on a real device must not touch its store or its broker
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Ask it to stop; after ``STOP_S`` seconds make it."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def running(self) -> bool:
        """Whether it is still at work.

        Raises:
            AskanceError: it ended with an error; the message has its last words.
        """
        code = None if self._process is None else self._process.poll()
        if code is None:
            return True
        if code != 0:
            words = self._log.read_text(errors="replace").strip().splitlines()[-3:]
            raise AskanceError(
                f"`askance {' '.join(self._arguments[:2])}` ended with {code}: {' / '.join(words) or 'without a word'}",
                hint=f"see {self._log}",
            )
        return False
