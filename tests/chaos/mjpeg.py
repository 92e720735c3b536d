"""An HTTP camera as a program of its own, for places where the test's process is not: photos, over and over.

python mjpeg.py PORT FPS FOLDER
"""

import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def parts(folder: Path, *, fps: float) -> Iterator[bytes]:
    """Return the pieces of a stream that never ends, each at its time."""
    photos = [file.read_bytes() for file in sorted(folder.glob("*.jpg"))]
    while True:
        for photo in photos:
            time.sleep(1 / fps)
            yield b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(photo), photo)


def main() -> None:
    """Serve until killed."""
    port, fps, folder = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            try:
                for part in parts(folder, fps=fps):
                    self.wfile.write(part)
            except (BrokenPipeError, ConnectionResetError):
                return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
