"""Sources under test, and a real HTTP camera on loopback that can freeze, hang up or change its size."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from askance.edge.config import CameraSection
from askance.edge.source import Source, open_source
from askance.edge.values import Frame


def source(url: object, **fields: object) -> Source:
    """Open a source as a configuration with these fields would, with short waits between attempts."""
    section = CameraSection.model_validate({"id": "main", "url": str(url), **fields})
    return open_source(section, jitter=lambda: 0.05)


def closing(opened: Source) -> Iterator[Frame]:
    """Iterate, and close whatever happens."""
    try:
        yield from opened.frames()
    finally:
        opened.close()


def children(pid: int) -> list[int]:
    """Return the process ids of a process's living decoders."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes()
            except FileNotFoundError:
                continue
            if b"askance.edge.decoding.child" in command:
                found.append(int(child))
    return found


class HttpCamera:
    """Serves ``fps`` frames a second; each frame's grey level counts up, so that one can tell them apart."""

    def __init__(self, *, fps: float = 25) -> None:
        self.frozen = threading.Event()
        self.hang_up = threading.Event()
        self.size: tuple[int, int] = (160, 120)
        self.connections = 0
        self.shown = 0
        self._stopped = threading.Event()
        self._period_s = 1 / fps
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.serve(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://viewer:s3cret@127.0.0.1:{self._server.server_port}/video.mjpg"

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        self.connections += 1
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        level = 0
        try:
            while not self._stopped.wait(self._period_s) and not self.hang_up.is_set():
                if not self.frozen.is_set():
                    level = (level + 1) % 250
                    request.wfile.write(self.part(level))
                    self.shown += 1
        except (BrokenPipeError, ConnectionResetError):
            return

    def part(self, level: int) -> bytes:
        """Return a frame of this level as a part of the answer."""
        width, height = self.size
        picture = np.full((height, width, 3), level, np.uint8)
        picture[:, : width // 8] = min(level + 20, 255)  # a picture of one colour would be a faulty one
        picture[:, width // 8 : width // 4] = max(level - 20, 0)
        jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        return head.encode() + jpeg + b"\r\n"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
