"""What a parent and its decoding child say to each other: one JSON object a line."""

import json
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

from askance.edge.decoding.address import Kind


@dataclass(frozen=True, slots=True)
class Job:
    """What the child has to decode; it comes over its standard input, because a command line is public.

    Attributes:
        kind: what the target is.
        target: path, address or V4L2 index.
        fps: frames a second to analyse, by the source's time; None: all.
        start: the position of the first frame to deliver, for a child that takes over from a dead one.
        open_timeout_s: how long the target may take to open.
        read_timeout_s: how long a read may take.
        max_side: larger frames are refused, pixels.
        on_request: of a camera, deliver the first frame and then only those that the parent wants.
        damaged: of a camera, deliver also frames of which the decoder had to guess parts.
    """

    kind: Kind
    target: str
    fps: float | None
    start: int
    open_timeout_s: float
    read_timeout_s: float
    max_side: int
    on_request: bool = False
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The target is open; frames follow."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The frame at ``position`` cannot be decoded."""

    position: int
    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The recording is over.

    Attributes:
        total: frames seen, skipped and unreadable ones counted.
        missing: frames that its header promises beyond those; 0 when it is whole.
    """

    total: int
    missing: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The target cannot be decoded, or no longer."""

    why: str


Message: TypeAlias = Opened | Unreadable | Ended | Failed

_MESSAGES: Final[dict[str, type[Message]]] = {kind.__name__: kind for kind in (Opened, Unreadable, Ended, Failed)}


def write_message(message: Message) -> bytes:
    """Return the message as a line."""
    return json.dumps([type(message).__name__, asdict(message)]).encode() + b"\n"


def read_message(line: bytes) -> Message:
    """Return the message of a line that ``write_message`` wrote."""
    name, fields = json.loads(line)
    return _MESSAGES[name](**fields)


def write_job(job: Job) -> bytes:
    """Return the job as a line."""
    return json.dumps(asdict(job)).encode() + b"\n"


def read_job(line: bytes) -> Job:
    """Return the job of a line that ``write_job`` wrote."""
    fields = json.loads(line)
    return Job(**fields | {"kind": Kind(fields["kind"])})
