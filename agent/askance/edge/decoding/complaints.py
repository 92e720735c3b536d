"""What the decoder complains about: libav says so on standard error, and nowhere else."""

import os
import re
from typing import Final, Self

_STDERR: Final = 2
_PART: Final = 65536
SILENT: Final = "no answer in time"
UNKNOWN: Final = "it sends nothing that can be decoded"
_REFUSALS: Final = (
    (re.compile(rb"\b(401|403)\b"), "it refuses the login"),
    (re.compile(rb"\b404\b"), "it has no such stream"),
    (re.compile(rb"\b(453|503)\b"), "it is busy, or has no picture itself"),
    (re.compile(rb"Connection refused"), "nobody listens at its port"),
    (re.compile(rb"Failed to resolve"), "nobody knows its name"),
    (re.compile(rb"No route to host|unreachable"), "no way leads there"),
)
_COMPLAINT: Final = re.compile(rb"(?m)^\[\w+ @ 0x[0-9a-f]+\] (.*)|^(?:Corrupt JPEG data|Premature end of JPEG).*")


class Complaints:
    """Listens at this process's standard error; nothing of it is shown to anybody: it may hold passwords.

    Both ends never block: what nobody could listen to in time is dropped.
    """

    def __init__(self) -> None:
        self._ear, mouth = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._before = os.dup(_STDERR)
        os.dup2(mouth, _STDERR)
        os.close(mouth)

    def heard(self) -> bool:
        """Whether there has been a complaint since this was last asked."""
        return _COMPLAINT.search(self._read()) is not None

    def refusal(self) -> str:
        """Say why a camera could not be opened, in words of our own."""
        said = b"\n".join(_COMPLAINT.findall(self._read()))
        given = UNKNOWN if said else SILENT
        return next((words for sign, words in _REFUSALS if sign.search(said)), given)

    def _read(self) -> bytes:
        said = b""
        while True:
            try:
                said += os.read(self._ear, _PART)
            except BlockingIOError:
                return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give standard error back."""
        os.dup2(self._before, _STDERR)
        os.close(self._before)
        os.close(self._ear)
