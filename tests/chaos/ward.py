"""Two cameras on one real agent that keeps every frame its gate lets through, its centre, and all they say of them."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty
from random import Random
from typing import Final, Self

import cv2
import numpy as np

from askance.central.export.coco import ANNOTATIONS
from askance.central.schema import CATALOG
from askance.edge.store.schema import INDEX_NAME
from askance.mqtt import Received
from askance.wire.codec import Envelope, load_json, unpack
from askance.wire.identity import DeviceId
from askance.wire.receipts import Status
from chaos.account import rows
from chaos.cable import Cable
from chaos.site import DEVICE, EVERY_FRAME
from chaos.wall import Wall
from chaos.webcam import Webcam
from support_broker import Mosquitto, free_port
from support_camera import children
from support_link import Ear, linked, section
from support_polling import until
from support_programs import Program, askance, write_yaml
from support_rtsp import RtspCamera

TRIED: Final = "tried"
STEADY: Final = "steady"
FPS: Final = 5.0
LOGIN: Final = ("view er", "p@ss:w%rd/#?")
WRITTEN: Final[Mapping[str, tuple[bytes, ...]]] = {
    "edge.yaml": (b"p%40ss", b"rd%2F%23%3F", b"w3bcam-s3cret", b"qu3ry-s3cret", b"t0k3n-s3cret", b"br0ker-s3cret"),
    "central.yaml": (b"c3ntre-s3cret",),
}
SECRETS: Final = (b"p@ss:w", b"rd/#?", *WRITTEN["edge.yaml"], *WRITTEN["central.yaml"])
"""What nobody may hear: both ends of the password as it is, and everything as it is written in a configuration."""

LOOKED_AT: Final[Mapping[str, bytes]] = {
    "edge.log": b"source.restart",
    "central.log": b"message",
    **dict.fromkeys(
        (
            "mqtt",
            f"device/{INDEX_NAME}",
            f"central/{CATALOG}",
            f"exports/coco/{ANNOTATIONS}",
            "exports/sheet.html",
        ),
        DEVICE.encode(),
    ),
}
"""Where secrets are looked for, among others, and what has to be found there: it was written."""

_ON_THEIR_WAY: Final = 6  # in the pipeline's window, the models and the ring
_EXPORTED: Final = "20"
_AT_ONCE: Final = 4
_OF_A_PROCESS: Final = ("cmdline", "environ", "comm")


class Ward:
    """Agent, centre, broker and cameras; the tried one is not there yet, and hangs on a cable as the other does."""

    def __init__(self, folder: Path, broker: Mosquitto, *, random: Random, **gate: object) -> None:
        self.tried = RtspCamera(free_port(), login=LOGIN)
        self.webcam = Webcam()
        self.cables = {TRIED: Cable(self.tried.port, random=random), STEADY: Cable(self.webcam.port, random=random)}
        self.heard: list[bytes] = []
        self._port = broker.port
        self._over = threading.Event()
        self._folder = folder
        self._store = folder / "device"
        self._exports = folder / "exports"
        self._exports.mkdir()
        self._status = Status(device=DeviceId(DEVICE), online=False)
        (folder / "rules.yaml").write_text(EVERY_FRAME)
        steady = f"{self.webcam.address(self.cables[STEADY].port)}?user=a&password=qu3ry-s3cret&token=t0k3n-s3cret"
        urls = {TRIED: self.tried.address(self.cables[TRIED].port), STEADY: steady}
        patience = {"fps": FPS, "silence": "3s", "open_timeout": "3s"}
        self.config = write_yaml(
            folder / "edge.yaml",
            {
                "device": {"id": DEVICE},
                "cameras": [{"id": camera, "url": url, **patience} for camera, url in urls.items()],
                "gate": {"frozen": "3s", **gate},
                "governor": {"cpu": None},
                "second_look": None,
                "rules": [str(folder / "rules.yaml")],
                "store": {"path": str(self._store), "min_free": 0},
                "sync": {"status_every": "1s", "reconnect_max": "1s"},
                "broker": {"port": broker.port, "username": DEVICE, "password": "br0ker-s3cret"},
                "log": {"level": "debug", "form": "json"},
            },
        )
        login = {"port": broker.port, "username": "centre", "password": "c3ntre-s3cret"}
        self.central_config = write_yaml(
            folder / "central.yaml",
            {"storage": {"path": str(folder / "central")}, "broker": login, "log": {"level": "debug", "form": "json"}},
        )
        self.agent = Program(folder / "edge.log", "edge", "run", "--config", str(self.config))
        self.centre = Program(folder / "central.log", "central", "run", "--config", str(self.central_config))

    def counts(self) -> dict[str, int]:
        """Return how many frames of each camera are kept so far."""
        return dict(rows(self._store / INDEX_NAME, "SELECT camera, count(*) FROM captures GROUP BY camera"))

    def envelopes(self) -> Iterator[Envelope]:
        """Yield all that is kept."""
        for file in sorted(self._store.rglob("*.askf")):
            yield unpack(file.read_bytes())

    def comes(self, camera: str, *, within_s: float) -> float | None:
        """Wait for more frames to be kept than could be on their way; return the seconds, None if none were."""
        begun_s, before = time.monotonic(), self.counts().get(camera, 0)
        come = until(lambda: self.counts().get(camera, 0) > before + _ON_THEIR_WAY, within_s=within_s)
        return time.monotonic() - begun_s if come else None

    def rate(self, camera: str, *, for_s: float) -> float:
        """Measure how many frames a second of a camera are kept."""
        begun_s, before = time.monotonic(), self.counts().get(camera, 0)
        until(lambda: False, within_s=for_s)
        return (self.counts().get(camera, 0) - before) / (time.monotonic() - begun_s)

    def says(self, pattern: str, *, within_s: float) -> bool:
        """Wait until the device tells the fleet of a trouble that looks like this."""
        return until(lambda: any(re.search(pattern, trouble) for trouble in self.status.trouble), within_s=within_s)

    @property
    def status(self) -> Status:
        """The device's last word about itself."""
        return self._status

    def losses(self, *cameras: str) -> int:
        """Return how often the agent has lost cameras so far."""
        log = self.agent.log
        return sum(log.count(f"source.restart: camera {camera}: ") for camera in cameras)

    def false(self, camera: str) -> int:
        """Return how many kept frames of a camera show nothing that was there: old, torn, or no scene at all."""
        wall, false = Wall(), 0
        for envelope in self.envelopes():
            if envelope.manifest.camera == camera:
                image = np.asarray(cv2.imdecode(np.frombuffer(envelope.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
                false += not wall.sound(image, envelope.manifest.taken.monotonic_ns)
        return false

    def holds(self) -> dict[str, int]:
        """Return what the agent holds of the machine: descriptors, threads, children, rings, and MB of memory."""
        process = Path(f"/proc/{self.agent.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return {
            "descriptors": len(list((process / "fd").iterdir())),
            "threads": int(status["Threads"]),
            "children": len(children(self.agent.pid)),
            "rings": (process / "maps").read_text().count("memfd:askance-ring"),
            "MB": int(status["VmRSS"].split()[0]) // 1024,
        }

    def public(self) -> dict[str, bytes]:
        """Return everything that both programs, their children and our commands show to others, by where."""
        shown: dict[str, bytes] = {"mqtt": b"\n".join(self.heard)}
        with ThreadPoolExecutor(_AT_ONCE) as lanes:
            done = {" ".join(command): lanes.submit(askance, *command) for command in self._commands()}
        for command, each in done.items():
            shown[command] = (each.result().stdout + each.result().stderr).encode()
        processes = (self.agent.pid, self.centre.pid, *children(self.agent.pid))
        told = {f"{what} of {pid}": Path(f"/proc/{pid}/{what}") for pid in processes for what in _OF_A_PROCESS}
        kept = {str(file.relative_to(self._folder)): file for file in self._folder.rglob("*") if file.is_file()}
        for where, file in (told | kept).items():
            if file not in {self.config, self.central_config}:
                with suppress(FileNotFoundError, ProcessLookupError):  # a decoder that ended, a file that has moved
                    shown[where] = file.read_bytes()
        return shown

    def _commands(self) -> Iterator[tuple[str, ...]]:
        edge, central, exports = ("--config", str(self.config)), ("--config", str(self.central_config)), self._exports
        for command in ("status", "check", "why"):
            yield ("edge", command, *edge)
        for command in ("status", "check"):
            yield ("edge", command, *edge, "--json")
        yield ("config", "show", "edge", *edge, "--json")
        yield ("config", "show", "edge", *edge)
        yield ("config", "show", "central", *central)
        yield ("queue", "ls", *central, "--json")
        for form, to in (("coco", exports / "coco"), ("sheet", exports / "sheet.html")):
            yield ("queue", "export", *central, "--format", form, "--out", str(to), "--limit", _EXPORTED)
        yield ("doctor",)

    def _listen(self, ear: Ear) -> None:
        while not self._over.is_set():
            with suppress(Empty):
                event = ear.events.get(timeout=0.1)
                if isinstance(event, Received):
                    self.heard.append(event.payload)
                    if event.topic.endswith("/up/s"):
                        self._status = load_json(Status, event.payload)
                    ear.link.acknowledge(event.mid)

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            opened.enter_context(self.webcam)
            for cable in self.cables.values():
                opened.enter_context(cable)
            ear = opened.enter_context(linked(section(self._port), topic="#"))
            listening = threading.Thread(target=self._listen, args=(ear,), daemon=True)
            listening.start()
            opened.callback(listening.join)
            opened.callback(self._over.set)
            opened.callback(self.tried.kill)
            opened.callback(self.centre.kill)
            opened.callback(self.agent.kill)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()
