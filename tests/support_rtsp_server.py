"""The camera of ``support_rtsp``, run by Debian's Python: a staged scene as H.264 or H.265, behind a login.

python3 support_rtsp_server.py PORT CODEC, then on standard input: a user, a password, and one command a line:

scene NAME          moving, frozen, black, green, grey or snow
size WIDTH HEIGHT   from the next frame on
fps NUMBER
end                 the stream is over
"""

import os
import sys
import threading
import time
from importlib import import_module
from typing import Any, Final

CLOCK_BITS: Final = 24
"""The monotonic clock in milliseconds stands on top, as blocks of white and black, greatest bit first."""

BLOCKS: Final = 26
STRIPS: Final = 15
"""The frame is so many blocks wide, and so many strips high, the first of which is the clock's."""

_ENCODERS: Final = {  # one thread each: more would keep frames back, or cut them into slices that get lost
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast threads=1 pass=quant quantizer=24 key-int-max=30"
    " ! rtph264pay",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast qp=24 key-int-max=30"
    " option-string=pools=none:frame-threads=1 ! rtph265pay",
}
_FLAT: Final = {"black": (16, 128, 128), "green": (0, 0, 0), "grey": (126, 128, 128)}


class Scene:
    """What the lens sees: a wall of bricks, a square that moves, and the clock."""

    def __init__(self) -> None:
        self.name = "moving"
        self.size: tuple[int, int] = (320, 240)
        self.fps = 15.0
        self._walls: dict[tuple[int, int], bytes] = {}
        self._frozen: bytes | None = None

    def draw(self) -> bytes:
        """Return a frame, I420."""
        width, height = self.size
        pixels, colours = width * height, width * height // 4
        if self.name in _FLAT:
            y, u, v = _FLAT[self.name]
            return bytes([y]) * pixels + bytes([u]) * colours + bytes([v]) * colours
        if self.name == "snow":
            return os.urandom(pixels) + bytes([128]) * 2 * colours
        if self.name != "frozen":
            self._frozen = None
        frame = self._frozen or self._lively() + bytes([110]) * colours + bytes([150]) * colours
        if self.name == "frozen":
            self._frozen = frame
        return frame

    def _lively(self) -> bytes:
        width, height = self.size
        strip, side = height // STRIPS, width // 6
        luma, now_ms = bytearray(self._wall()), time.monotonic_ns() // 10**6
        left = now_ms // 15 % (width - side)
        for row in range(2 * strip, 5 * strip):
            luma[row * width + left : row * width + left + side] = b"\xf0" * side
        block = width // BLOCKS
        bits = [now_ms >> bit & 1 for bit in reversed(range(CLOCK_BITS))]
        line = b"".join((b"\xeb" if bit else b"\x10") * block for bit in bits)
        for row in range(strip):
            luma[row * width : row * width + len(line)] = line
        return bytes(luma)

    def _wall(self) -> bytes:
        width, height = self.size
        if self.size not in self._walls:
            across, down = width // 20, height // 30
            bricks = ((x // across + y // down % 2, y // down) for y in range(height) for x in range(width))
            self._walls[self.size] = bytes(60 + (31 * x + 17 * y) % 120 for x, y in bricks)
        return self._walls[self.size]


def library(name: str, version: str) -> Any:  # noqa: ANN401 (introspected: there are no types)
    """Load a library of GObject's."""
    import_module("gi").require_version(name, version)
    return import_module(f"gi.repository.{name}")


def obey(scene: Scene, lens: list[Any]) -> None:
    """Change the picture as standard input says, until it ends."""
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "end":
            lens[0].emit("end-of-stream")
        elif word == "size":
            scene.size = (int(rest[0]), int(rest[1]))
        elif word == "fps":
            scene.fps = float(rest[0])
        else:
            scene.name = rest[0]
    os._exit(0)


def serve(port: str, codec: str) -> None:
    """Serve until standard input ends."""
    gst, rtsp, glib = library("Gst", "1.0"), library("GstRtspServer", "1.0"), library("GLib", "2.0")
    gst.init(None)
    scene, lens = Scene(), list[Any]()

    def configure(_factory: object, media: Any) -> None:  # noqa: ANN401 (as of ``library``)
        lens[:] = [media.get_element().get_child_by_name("lens")]

    def push() -> bool:
        if lens:
            width, height = scene.size
            form = f"video/x-raw,format=I420,width={width},height={height},framerate=15/1"
            lens[0].set_property("caps", gst.Caps.from_string(form))
            lens[0].emit("push-buffer", gst.Buffer.new_wrapped(scene.draw()))
        glib.timeout_add(int(1000 / scene.fps), push)
        return False

    factory = rtsp.RTSPMediaFactory()
    factory.set_launch(
        "( appsrc name=lens is-live=true format=time do-timestamp=true max-buffers=2 leaky-type=downstream"
        f" ! {_ENCODERS[codec]} config-interval=-1 name=pay0 pt=96 )"
    )
    factory.connect("media-configure", configure)
    server = rtsp.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    guard(server, factory, gst=gst, rtsp=rtsp)
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    threading.Thread(target=obey, args=(scene, lens), daemon=True).start()
    glib.timeout_add(1, push)
    glib.MainLoop().run()


def guard(server: Any, factory: Any, *, gst: Any, rtsp: Any) -> None:  # noqa: ANN401 (as of ``library``)
    """Let in who says the first two lines of standard input."""
    user, password = (sys.stdin.readline().rstrip("\n") for _ in range(2))
    auth, token = rtsp.RTSPAuth(), rtsp.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_basic(rtsp.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    may = "viewer,media.factory.access=true,media.factory.construct=true"
    factory.add_role_from_structure(gst.Structure.from_string(may)[0])


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2])
