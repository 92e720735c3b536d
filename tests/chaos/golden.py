"""The messages of the first release, said again to today's centre and to today's sync machine."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, Final

from askance.central.batch import Letter
from askance.central.schema import CATALOG
from askance.edge.sync import (
    Ask,
    Command,
    Connected,
    Deliver,
    Due,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Waiting,
)
from askance.wire.codec import digest, dump_json, load_json
from askance.wire.identity import FrameId, Sha256
from askance.wire.receipts import Receipts
from askance.wire.topics import Up
from chaos.backlog import GOLDEN
from chaos.legacy import contents
from support_central import Clock, open_intake, topic
from support_world import machine

EFFECTS: Final = Path(__file__).with_name("effects-0.1.0.json")
SAID: Final = {
    "everything": (
        ("chunk.bin", Up.CHUNK),
        ("query.json", Up.QUERY),
        ("envelope.bin", Up.FRAME),
        ("envelope.bin", Up.FRAME),
        ("status.json", Up.STATUS),
        ("rules.json", Up.STATUS),
        ("will.json", Up.STATUS),
        ("notice.json", Up.EVENT),
    ),
    "every kind": (("kinds.bin", Up.FRAME), ("envelope.bin", Up.FRAME)),
}
"""What a device says to a centre that knows nothing yet; the two envelopes are of one id, which is a conflict."""
HEARD: Final = ("miss.json", "stored.json", "dup.json", "rej.json", "hello.json")
WAITING: Final = (
    Waiting(FrameId("01HF7YAT00EMBCRV1C4Z9X7K2Q"), Sha256("0123456789abcdef" * 4), 100_000),
    Waiting(FrameId("01HF7YAT00000000000000000A"), Sha256("0123456789abcdef" * 4), 1),
)


def messages() -> dict[str, bytes]:
    """Read them; a text file ends a line, a message does not."""
    return {path.name: path.read_bytes().removesuffix(b"\n") for path in GOLDEN.iterdir()}


def effects(folder: Path, golden: Mapping[str, bytes]) -> dict[str, Any]:
    """Say everything that there is to say, and return what comes of it as JSON values."""
    there = {name: _at_centre(folder / name, golden, said) for name, said in SAID.items()}
    return {"centre": there, "device": {name: _on_device(golden[name]) for name in HEARD}}


def _at_centre(folder: Path, golden: Mapping[str, bytes], said: Sequence[tuple[str, Up]]) -> dict[str, Any]:
    """Say messages to a centre, and return its answers and all that stands in its catalog."""
    intake = open_intake(folder, clock=Clock())
    with closing(intake._connection):
        answers = [
            [json.loads(dump_json(receipt)) for receipt in receipts]
            for name, kind in said
            for receipts in intake.take([Letter(topic(kind), golden[name])]).values()
        ]
        return {"answers": answers, "catalog": json.loads(json.dumps(contents(folder / CATALOG), default=digest))}


def _on_device(heard: bytes) -> list[str]:
    """Say receipts to a machine that has asked about two frames, and return what it has done."""
    sync = machine(Random(0))  # noqa: S311 (waits, no secret)
    for event in (Connected(None, None), Due(WAITING, more=False), Settled(1)):
        sync.receive(event, 0.0)
    commands = sync.receive(Received(load_json(Receipts, heard)), 0.1)
    return [words for command in commands if (words := _words(command))]


def _words(command: Command) -> str:
    match command:
        case SendRange(frame=frame, offset=offset, length=length):
            return f"send {length} bytes at {offset} of {frame.frame_id}"
        case Deliver(frame_id=frame_id, sha256=sha256):
            return f"let go of {frame_id} {sha256}"
        case Quarantine(frame_id=frame_id, reason=reason):
            return f"set {frame_id} aside: {reason}"
        case Ask(frames=frames):
            return f"ask about {' '.join(frame.frame_id for frame in frames)}"
        case _:
            return ""


def differences(before: Any, now: Any, *, where: str = "") -> list[str]:  # noqa: ANN401 (JSON values)
    """Name what of an effect is not as it was; what is new beside it may be."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [one for key in before for one in differences(before[key], now.get(key), where=f"{where}/{key}")]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [one for at in range(len(before)) for one in differences(before[at], now[at], where=f"{where}/{at}")]
    return [] if before == now else [where]
