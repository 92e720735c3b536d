"""Downloads a file over https, and goes on where an earlier attempt was cut off."""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import IO, Final, TypeAlias

from askance.errors import MissingPartError, ModelError

Progress: TypeAlias = Callable[[int, int | None], None]

_SILENCE_S: Final = 30.0
_BLOCK: Final = 1 << 16
_PARTIAL: Final = 206
_UNSATISFIABLE: Final = 416
_RANGE: Final = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")


class HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https alone: the next host must not be allowed to drop the encryption."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Build the next request.

        Raises:
            ModelError: the redirect leaves https.
        """
        if not newurl.startswith("https://"):
            fp.close()
            raise ModelError(
                f"{req.full_url}: redirects to an address without encryption: {newurl}",
                hint="find an https address and give it with --from",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opener() -> urllib.request.OpenerDirector:
    """Build the way to the network: the system's certificates, the environment's proxies, https only."""
    return urllib.request.build_opener(HttpsOnly())


def download(url: str, part: Path, *, progress: Progress, way: urllib.request.OpenerDirector) -> None:
    """Fetch ``url`` into ``part``; bytes that are there already are asked for no more.

    Args:
        url: https.
        part: the unfinished file; it stays when the connection breaks.
        progress: told the bytes there are, and how many there will be if the server says so.
        way: how to open addresses, see ``opener``.

    Raises:
        MissingPartError: the server cannot be reached, refuses, or breaks off.
        ModelError: a redirect leaves https.
    """
    try:
        _attempt(url, part, progress=progress, way=way)
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise MissingPartError(
            f"cannot fetch {url}: {reason}",
            hint="run the same command again: it goes on where it stopped; behind a proxy set https_proxy; "
            "or bring the file and give it with --from",
        ) from error


def _attempt(url: str, part: Path, *, progress: Progress, way: urllib.request.OpenerDirector) -> None:
    there = part.stat().st_size if part.is_file() else 0
    headers = {"Range": f"bytes={there}-"} if there else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (the source's schema admits https alone)
    try:
        response = way.open(request, timeout=_SILENCE_S)
    except urllib.error.HTTPError as error:
        with error:
            if not there or error.code != _UNSATISFIABLE:
                raise
            if _total(error.headers) == there:  # cut after the last byte: nothing is missing
                return
        part.unlink()
        _attempt(url, part, progress=progress, way=way)
        return
    with response:
        resumed = response.status == _PARTIAL and _start(response.headers) == there
        done = there if resumed else 0
        total = done + response.length if response.length is not None else None
        with part.open("ab" if resumed else "wb") as stream:
            while block := response.read(_BLOCK):
                stream.write(block)
                done += len(block)
                progress(done, total)
    if total is not None and done < total:
        raise ConnectionError(f"cut off after {done} of {total} bytes")


def _start(headers: Message) -> int | None:
    match = _RANGE.fullmatch(headers.get("Content-Range", ""))
    return int(match[1]) if match and match[1] else None


def _total(headers: Message) -> int | None:
    match = _RANGE.fullmatch(headers.get("Content-Range", ""))
    return int(match[2]) if match else None
