"""A loopback web server that serves one content as asked: whole, in ranges, cut off, redirected."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from askance.models.https import HttpsOnly


class Web:
    """What the server does, to be set by a test.

    Attributes:
        content: the file.
        cut: bytes after which the connection breaks; None: never.
        ranges: whether it understands ranges.
        redirect: where it sends who asks for /moved.
        seen: the Range header of each request; None where there was none.
    """

    def __init__(self, port: int, content: bytes) -> None:
        self.address = f"https://127.0.0.1:{port}/file"
        self.content = content
        self.cut: int | None = None
        self.ranges = True
        self.redirect = self.address
        self.seen: list[str | None] = []


class _Plain(HTTPSHandler):
    """Speaks HTTP to https addresses: the loopback server has no certificate."""

    def https_open(self, req: Request) -> Any:  # noqa: ANN401 (the signature is the standard library's)
        """Open without encryption."""
        return self.do_open(HTTPConnection, req)


def plain_way() -> OpenerDirector:
    """Build a way to the loopback server that follows the same rule for redirects as the real one."""
    return build_opener(ProxyHandler({}), _Plain(), HttpsOnly())


@contextmanager
def serve(content: bytes) -> Generator[Web]:
    """Run the server for the length of a block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.seen.append(self.headers["Range"])
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", web.redirect)
                self.end_headers()
            elif self.path == "/file":
                self._file()
            else:
                self.send_error(404)

        def _file(self) -> None:
            size = len(web.content)
            wanted = self.headers["Range"] if web.ranges else None
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            if start >= size:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{size}")
                self.end_headers()
                return
            self.send_response(206 if wanted else 200)
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            self.send_header("Content-Length", str(size - start))
            self.end_headers()
            self.wfile.write(web.content[start : size if web.cut is None else start + web.cut])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature is the library's)
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web = Web(server.server_port, content)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
