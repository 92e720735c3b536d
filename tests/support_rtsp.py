"""A real RTSP camera on loopback: GStreamer's server with a staged scene behind a login; run by Debian's Python."""

import signal
import subprocess
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias
from urllib.parse import quote

import support_rtsp_server as server
from askance.edge.values import Image
from support_broker import listening
from support_polling import until

SYSTEM_PYTHON: Final = "/usr/bin/python3"  # gi is Debian's, and not in any wheel
PACKAGES: Final = "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{base,good,bad,ugly}"
_NEEDS: Final = "import gi; gi.require_version('GstRtspServer', '1.0')"

Codec: TypeAlias = Literal["h264", "h265"]


def missing() -> str | None:
    """Say what has to be installed; None when everything is there."""
    if Path(SYSTEM_PYTHON).exists():
        tried = subprocess.run([SYSTEM_PYTHON, "-c", _NEEDS], capture_output=True, check=False)
        if tried.returncode == 0:
            return None
    return f"no RTSP server on this machine: apt-get install {PACKAGES}"


class RtspCamera:
    """The camera as a process of its own, to be killed and brought back on the same port."""

    def __init__(self, port: int, *, codec: Codec = "h264", login: tuple[str, str] = ("viewer", "s3cret")) -> None:
        self.port = port
        self._codec = codec
        self._login = login
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return self.address(self.port)

    def address(self, port: int) -> str:
        """Return where it is seen by way of another port."""
        user, password = (quote(part, safe="") for part in self._login)
        return f"rtsp://{user}:{password}@127.0.0.1:{port}/camera"

    def start(self, *, login: tuple[str, str] | None = None) -> None:
        """Let in who has this login; None: as the address says."""
        command = [SYSTEM_PYTHON, server.__file__, str(self.port), self._codec]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1)
        for line in login or self._login:
            self.tell(line)
        assert until(lambda: listening(self.port), within_s=20), "the RTSP server does not listen"

    def tell(self, command: str) -> None:
        """Give it a command of ``support_rtsp_server``."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, to stop it or to let it go on."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def age_ms(image: Image, at_ns: int) -> int:
    """Return how long before a moment of the monotonic clock a picture was drawn, as it says itself; milliseconds."""
    height, width = image.shape[:2]
    row, block = image[height // server.STRIPS // 2, :, 1], width // server.BLOCKS
    shown = 0
    for bit in range(server.CLOCK_BITS):
        shown = 2 * shown + int(row[block * bit + block // 2] > 128)
    half = 1 << server.CLOCK_BITS - 1
    return (at_ns // 10**6 - shown + half) % (2 * half) - half
