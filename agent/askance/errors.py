"""Every error raised on purpose: who is to blame, what to do next, and the exit code it ends a command with.

The tree; exit codes are those of sysexits.h (``os.EX_*``)::

    AskanceError
    ├── ConfigError          the operator's file is wrong                      EX_CONFIG 78
    ├── SourceError          a video, folder or camera cannot be read          EX_NOINPUT 66
    ├── ModelError           a model, its card or its hash is wrong            EX_DATAERR 65
    ├── MissingPartError     a program or optional library is not installed    EX_UNAVAILABLE 69
    ├── StoreError           the capture store or the catalog is unusable      EX_IOERR 74
    │   ├── StoreLockedError another program holds it                          EX_TEMPFAIL 75
    │   └── StoreFullError   no space, read-only, or the disk fails: transient EX_IOERR 74
    ├── LinkError            the connection to the broker                      EX_UNAVAILABLE 69
    │   ├── BrokerAwayError  it cannot be reached: transient                   EX_TEMPFAIL 75
    │   └── BrokerRefusedError it refused us: terminal until configured        EX_NOPERM 77
    ├── WireError            a peer sent something that breaks the protocol    EX_PROTOCOL 76
    ├── QueueError           a claim, submit or release that is not possible   EX_UNAVAILABLE 69
    └── ControlError         the running agent cannot be asked, or refuses     EX_UNAVAILABLE 69
"""

import os
from typing import ClassVar

from askance.redaction import redact


class AskanceError(Exception):
    """Base of every error raised on purpose.

    Args:
        message: lower case, no full stop, the culprit's value after a colon; secrets of addresses are taken out.
        hint: the next step, naming a command or a configuration key.
    """

    exit_code: ClassVar[int] = os.EX_SOFTWARE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(redact(message))
        self.hint = hint

    @property
    def advice(self) -> str:
        """The message and the next step in one line, for a status or a log."""
        return str(self) if self.hint is None else f"{self}; {self.hint}"


class ConfigError(AskanceError):
    """A configuration, rule or label file is wrong; the message names file, line and key."""

    exit_code: ClassVar[int] = os.EX_CONFIG


class SourceError(AskanceError):
    """A video, image folder or camera cannot be read."""

    exit_code: ClassVar[int] = os.EX_NOINPUT


class ModelError(AskanceError):
    """A model file, its card or its output is not what it says it is."""

    exit_code: ClassVar[int] = os.EX_DATAERR


class MissingPartError(AskanceError):
    """A program, library or shipped file that this command needs is not installed."""

    exit_code: ClassVar[int] = os.EX_UNAVAILABLE


class StoreError(AskanceError):
    """The capture store or the central catalog cannot be used."""

    exit_code: ClassVar[int] = os.EX_IOERR


class StoreLockedError(StoreError):
    """Another process holds the store."""

    exit_code: ClassVar[int] = os.EX_TEMPFAIL


class StoreFullError(StoreError):
    """The disk is full, read-only or failing; transient: the agent stops capturing and goes on syncing."""


class LinkError(AskanceError):
    """The connection to the broker failed."""

    exit_code: ClassVar[int] = os.EX_UNAVAILABLE


class BrokerAwayError(LinkError):
    """The broker cannot be reached; transient."""

    exit_code: ClassVar[int] = os.EX_TEMPFAIL


class BrokerRefusedError(LinkError):
    """The broker answered and refused: login, authorisation or protocol; terminal until somebody changes it."""

    exit_code: ClassVar[int] = os.EX_NOPERM


class WireError(AskanceError):
    """A peer sent something that breaks the protocol.

    Args:
        message: what was wrong.
        code: one word for receipts and dead letters, e.g. ``sha``, ``schema``, ``jpeg``.
        permanent: False when sending the same bytes again may succeed.
        hint: the next step.
    """

    exit_code: ClassVar[int] = os.EX_PROTOCOL

    def __init__(self, message: str, *, code: str, permanent: bool = True, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.permanent = permanent


class QueueError(AskanceError):
    """A claim, submit, skip or release that the queue cannot grant."""

    exit_code: ClassVar[int] = os.EX_UNAVAILABLE


class ControlError(AskanceError):
    """No agent runs that could be told or asked something, or it refuses."""

    exit_code: ClassVar[int] = os.EX_UNAVAILABLE
