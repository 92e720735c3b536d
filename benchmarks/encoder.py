"""Encodes raw frames from standard input as H.264 in an MP4 file; run by Debian's Python, which has GStreamer."""

import os
import sys
from importlib import import_module

SYSTEM_PYTHON = "/usr/bin/python3"  # gi is Debian's, and not in any wheel
ELEMENTS = ("fdsrc", "rawvideoparse", "videoconvert", "x264enc", "h264parse", "mp4mux", "filesink")
PACKAGES = "python3-gi gstreamer1.0-plugins-{base,good,bad,ugly}"
_PIPELINE = (
    "fdsrc fd=0 ! rawvideoparse format=bgr width={width} height={height} framerate={fps}/1 ! videoconvert"
    " ! video/x-raw,format=I420 ! x264enc bitrate={kbits} speed-preset=veryfast key-int-max=50"
    " ! h264parse ! mp4mux ! filesink location={out}"
)


def main() -> None:
    """Encode, or say by the exit status whether this machine could: ``--check``, or WIDTH HEIGHT FPS KBITS OUT."""
    import_module("gi").require_version("Gst", "1.0")
    gst = import_module("gi.repository.Gst")
    gst.init(None)
    if sys.argv[1] == "--check":
        sys.exit(not all(gst.ElementFactory.find(name) for name in ELEMENTS))
    width, height, fps, kbits, out = sys.argv[1:]
    pipeline = gst.parse_launch(_PIPELINE.format(width=width, height=height, fps=fps, kbits=kbits, out=out))
    pipeline.set_state(gst.State.PLAYING)
    ends = gst.MessageType.EOS | gst.MessageType.ERROR
    message = pipeline.get_bus().timed_pop_filtered(gst.CLOCK_TIME_NONE, ends)
    failed = message.type == gst.MessageType.ERROR
    if failed:
        os.write(2, f"{message.parse_error()}\n".encode())
    pipeline.set_state(gst.State.NULL)
    sys.exit(failed)


if __name__ == "__main__":
    main()
