"""The child process that decodes one source into a ring, and dies with its parent.

Its command line holds three descriptors and nothing else; what to decode comes over its standard input. The end of that
input is the end of its parent and ends the child at once, also while a native read blocks.
"""

import os
import sys
import threading
from typing import Final

from askance.codecs.header import MAX_PIXELS
from askance.edge.decoding.messages import Failed, Job, read_job
from askance.edge.decoding.outlet import Outlet
from askance.errors import SourceError

_STDIN: Final = 0
_STDOUT: Final = 1

# Read by OpenCV when it is loaded: UDP loses packets and shows them as grey smears, and no image may be a bomb.
_OPENCV: Final = {
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": "rtsp_transport;tcp",
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_PIXELS),
}
_LOUDER: Final = ("OPENCV_FFMPEG_LOGLEVEL", "OPENCV_FFMPEG_DEBUG")  # ``Complaints`` knows errors in libav's own form


def _read_job() -> Job:
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(_STDIN, 65536)
        if not part:
            sys.exit("no job on standard input")
        line += part
    return read_job(line)


def _die_with_parent() -> None:
    while os.read(_STDIN, 1):
        pass
    os._exit(os.EX_OK)


def _decode(job: Job, outlet: Outlet) -> None:
    for name, value in _OPENCV.items():
        os.putenv(name, value)
    for name in _LOUDER:
        os.unsetenv(name)
    try:
        from askance.edge.decoding.reader import play  # noqa: PLC0415 (OpenCV reads its settings when it is loaded)

        play(job, outlet)
    except ImportError as error:
        outlet.say(Failed(f"OpenCV cannot be loaded, see `askance doctor`: {error}"))
    except SourceError as error:
        outlet.say(Failed(str(error)))


def main() -> None:
    """Decode what the job on standard input names until it ends or the parent does."""
    memory, ready, free = (int(descriptor) for descriptor in sys.argv[1:])
    job = _read_job()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _decode(job, Outlet(memory=memory, ready=ready, free=None if job.kind.live else free, says=_STDOUT))


if __name__ == "__main__":
    main()
