"""One demo from the clip to the contact sheet, with its progress while it runs and its figures at the end."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import random
from typing import Any, Final

import yaml

from askance import shipped
from askance.demo.broker import LoopbackBroker, find_mosquitto
from askance.demo.programs import Program
from askance.errors import AskanceError
from askance.line import Line
from askance.mqtt import Received, Up
from askance.sections import BrokerSection
from askance.settings import bare_environment
from askance.wire.codec import load_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Status
from askance.wire.topics import Up as UpKind
from askance.wire.topics import up

DEVICE: Final = DeviceId("demo-camera")
LONGEST_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the frames are, as the device's last status had it."""

    seen: int = 0
    unsure: int = 0
    kept: int = 0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a demo leaves behind."""

    progress: Progress
    seconds: float
    broker: str
    status: Mapping[str, Any]
    queue: list[Mapping[str, Any]]
    coco: Path
    sheet: Path


def run(clip: Path, out: Path, *, show: Callable[[Progress], None]) -> Outcome:
    """Play ``clip`` through the real programs.

    Args:
        clip: a video.
        out: an empty folder for everything that is made.
        show: called with each news of the progress.

    Raises:
        AskanceError: a program failed.
    """
    began = time.monotonic()
    with LoopbackBroker(out, mosquitto=find_mosquitto()) as broker:
        edge, central = configure(clip, out, port=broker.port)
        with (
            Program("central", "run", "--config", str(central), log=out / "central.log") as centre,
            Program("edge", "run", "--config", str(edge), "--until-delivered", log=out / "edge.log") as agent,
        ):
            progress = _follow(broker.port, lambda: centre.running() and agent.running(), show=show)
    status = _askance_json("central", "status", "--config", str(central), "--json")
    queue = _askance_json("queue", "ls", "--config", str(central), "--json")
    coco, sheet = out / "coco", out / "contact-sheet.html"
    _askance("queue", "export", "--config", str(central), "--format", "coco", "--out", str(coco))
    _askance("queue", "export", "--config", str(central), "--format", "sheet", "--out", str(sheet))
    return Outcome(progress, time.monotonic() - began, broker.name, status, queue, coco, sheet)


def configure(clip: Path, out: Path, *, port: int) -> tuple[Path, Path]:
    """Write both programs' configurations: what differs from the defaults."""
    rules = shipped.folder("config") / "rules" / "demo.yaml"
    broker = {"host": "127.0.0.1", "port": port}
    edge: dict[str, object] = {
        "device": {"id": DEVICE},
        "cameras": [{"id": "street", "url": str(clip.absolute())}],
        "rules": [str(rules)],
        "store": {"path": str(out.absolute() / "device")},
        "sync": {"in_flight_bytes": "512KiB", "status_every": "500ms"},
        "broker": broker,
    }
    central: dict[str, object] = {"storage": {"path": str(out.absolute() / "central")}, "broker": broker}
    paths = out / "edge.yaml", out / "central.yaml"
    for path, content in zip(paths, (edge, central), strict=True):
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return paths


def _follow(port: int, at_work: Callable[[], bool], *, show: Callable[[Progress], None]) -> Progress:
    """Listen to the device's status until the agent has done its work.

    Raises:
        AskanceError: it took longer than ``LONGEST_S`` seconds.
    """
    line = Line(
        BrokerSection(port=port),
        client_id="askance-demo",
        will=None,
        receive_maximum=None,
        longest_wait_s=1.0,
        clock=time.monotonic,
        draw=random,
    )
    progress = Progress()
    deadline = time.monotonic() + LONGEST_S
    ended = False
    try:
        while not ended:
            ended = not at_work()  # and then one more look, for the last word
            if time.monotonic() > deadline:
                raise AskanceError(f"the demo took longer than {LONGEST_S:.0f} s", hint="try a shorter video")
            while (event := line.next(0.2)) is not None:
                if isinstance(event, Up):
                    line.subscribe(up(DEVICE, UpKind.STATUS))
                elif isinstance(event, Received):
                    line.acknowledge(event.mid)
                    progress = read_progress(load_json(Status, event.payload)) or progress
                    show(progress)
    finally:
        line.close()
    return progress


def read_progress(status: Status) -> Progress | None:
    """Read the progress out of a status; None in a device's last word, which has no counters."""
    if not status.counters:
        return None
    counts = status.counters
    return Progress(
        seen=counts.get("seen", 0),
        unsure=counts.get("unsure", 0),
        kept=counts.get("kept", 0),
        sent=counts.get("sync.sent_frames", 0),
        received=sum(ledger.stored for ledger in status.ledgers),
    )


def _askance(*arguments: str) -> str:
    """Run a command as a user would, and return what it prints."""
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "askance", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=bare_environment(),
    )
    if done.returncode != 0:
        raise AskanceError(f"`askance {' '.join(arguments[:2])}` failed: {done.stderr.strip()}")
    return done.stdout


def _askance_json(*arguments: str) -> Any:  # noqa: ANN401 (JSON is whatever the command prints)
    return json.loads(_askance(*arguments))
