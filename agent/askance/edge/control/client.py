"""Speaks to a running agent from another process."""

import socket
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from askance.edge.control.address import short
from askance.edge.control.messages import Answer, Request, write
from askance.errors import ControlError

ANSWER_S: Final = 10.0
LONGEST_ANSWER: Final = 2**24
_PIECE: Final = 2**16


def ask(folder: Path, request: Request) -> Answer:
    """Tell or ask the agent whose store lies in a folder; its answer, which is no error.

    Raises:
        ControlError: no agent runs there, or it may not be spoken to, or does not answer, or refuses.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(ANSWER_S)
            with short(folder) as address:
                channel.connect(address)
            channel.sendall(write(request))
            line = _line(channel)
    except PermissionError as error:
        raise ControlError(
            f"the agent with the store {folder} may not be spoken to: {error.strerror}",
            hint="run the command as root, or as the agent's user",
        ) from error
    except TimeoutError as error:
        raise ControlError(
            f"the agent with the store {folder} does not answer", hint="see its log: journalctl -u askance-edge"
        ) from error
    except OSError as error:
        raise ControlError(
            f"no agent runs with the store {folder}: {error.strerror}",
            hint="start it: askance edge run --config FILE; or name its configuration: --config FILE",
        ) from error
    return _read(line)


def _line(channel: socket.socket) -> bytes:
    """Receive up to the end of a line, or of the connection."""
    received = bytearray()
    while not received.endswith(b"\n") and len(received) < LONGEST_ANSWER:
        piece = channel.recv(_PIECE)
        if not piece:
            break
        received += piece
    return bytes(received)


def _read(line: bytes) -> Answer:
    try:
        answer = Answer.model_validate_json(line)
    except ValidationError as error:
        raise ControlError(
            "the agent's answer is not understood",
            hint="the command and the agent are of different versions: restart the agent",
        ) from error
    if answer.error is not None:
        raise ControlError(answer.error, hint=answer.hint)
    return answer
