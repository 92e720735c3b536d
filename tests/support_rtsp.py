"""A real RTSP camera on loopback: GStreamer's server with a moving ball, H.264 over TCP; run by Debian's Python."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Final, Self

SYSTEM_PYTHON: Final = "/usr/bin/python3"  # gi is Debian's, and not in any wheel
PACKAGES: Final = "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{base,good,bad,ugly}"
_NEEDS: Final = "import gi; gi.require_version('GstRtspServer', '1.0')"
_PICTURE: Final = (
    "( videotestsrc is-live=1 pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1"
    " ! x264enc tune=zerolatency key-int-max=15 ! rtph264pay name=pay0 pt=96 )"
)


def missing() -> str | None:
    """Say what has to be installed; None when everything is there."""
    if Path(SYSTEM_PYTHON).exists():
        tried = subprocess.run([SYSTEM_PYTHON, "-c", _NEEDS], capture_output=True, check=False)
        if tried.returncode == 0:
            return None
    return f"no RTSP server on this machine: apt-get install {PACKAGES}"


class RtspCamera:
    """The camera as a process of its own, to be killed and brought back on the same port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"rtsp://viewer:s3cret@127.0.0.1:{self.port}/camera"

    def start(self) -> None:
        self._process = subprocess.Popen([SYSTEM_PYTHON, __file__, str(self.port)])
        from support_broker import listening  # noqa: PLC0415 (the server, in Debian's Python, has no such module)
        from support_polling import until  # noqa: PLC0415 (the same)

        assert until(lambda: listening(self.port), within_s=20), "the RTSP server does not listen"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def _serve(port: str) -> None:
    import_module("gi").require_version("GstRtspServer", "1.0")
    gst, rtsp = import_module("gi.repository.Gst"), import_module("gi.repository.GstRtspServer")
    gst.init(None)
    server = rtsp.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = rtsp.RTSPMediaFactory()
    factory.set_launch(_PICTURE)
    factory.set_shared(True)
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    import_module("gi.repository.GLib").MainLoop().run()


if __name__ == "__main__":
    _serve(sys.argv[1])
