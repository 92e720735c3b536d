"""An HTTP camera that sees the staged scene of the RTSP one, and may send half of each picture, or a spoilt one."""

from random import Random
from typing import Final

import cv2
import numpy as np

from support_camera import HttpCamera
from support_rtsp_server import Scene

_FPS: Final = 15.0
_QUALITY: Final = 90
_TABLES: Final = 1000  # bytes: what a decoder cannot guess stands before


class Webcam(HttpCamera):
    """Motion JPEG over HTTP, as of ``HttpCamera``.

    Attributes:
        scene: what the lens sees.
        sent: share of each picture's bytes that are sent.
        spoilt: share of each picture's bytes that are changed; its tables are not.
    """

    def __init__(self) -> None:
        super().__init__(fps=_FPS)
        self.scene = Scene()
        self.sent = 1.0
        self.spoilt = 0.0
        self._random = Random(0)  # noqa: S311 (faults, no secret)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def address(self, port: int) -> str:
        """Return where it is seen by way of another port."""
        return f"http://viewer:w3bcam-s3cret@127.0.0.1:{port}/video.mjpg"

    def part(self, level: int) -> bytes:
        """Return a frame as a part of the answer; it has no level."""
        del level
        width, height = self.scene.size
        planes = np.frombuffer(self.scene.draw(), np.uint8).reshape(height * 3 // 2, width)
        image = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420)
        whole = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
        jpeg = bytearray(whole[: round(len(whole) * self.sent)])
        for at in range(_TABLES, len(jpeg)):
            if self._random.random() < self.spoilt:
                jpeg[at] = self._random.randrange(255)
        return b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(jpeg), bytes(jpeg))
