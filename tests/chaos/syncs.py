"""A strict disk, that is only thought of: of all that a program did, a power cut leaves what it synced, and no more.

ext4 keeps more than it has to (one fsync takes the whole journal along), so cuts on ext4 alone find no folder that was
never synced. Here the system calls of a program are traced, and each promise is held against them. A sync that failed
has synced nothing, nor does another one: what had not been written is taken for written by then.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from askance.edge.store.envelopes import SUFFIX

LOG_OF_INDEX: Final = "-wal"
OPTIONS: Final = ("--decode-fds=path", "--string-limit=200")
"""strace's, for a log that ``judge`` can read; where promises are sent, ``sendto`` has to be among its calls."""

NEVER: Final = sys.maxsize
"""When that will be synced whose sync has failed."""

_CALLS: Final = "mkdir,openat,rename,unlink,write,pwrite64,fsync,fdatasync"
_LINE: Final = re.compile(r"(\d+) +(.*)")
_CUT: Final = re.compile(r" <unfinished \.\.\.>$")
_RESUMED: Final = re.compile(r"<\.\.\. \w+ resumed>")
_CALL: Final = re.compile(r"(\w+)\((.*)\) += (-?)\d")
_NAMED: Final = re.compile(r'"(/[^"]*)"')
_OPENED: Final = re.compile(r"\d+<([^>]*)>")
_SAID: Final = re.compile(r'(?:1<[^>]*>|\d+<socket[^>]*>), "([^"]*)\\n"')
_CHANCE: Final = re.compile(r"[0-9A-Z]{26}|[0-9a-f]{32,64}|\b[0-9a-z]{2}\b")
_HERE: Final = Path(__file__).parent
_LONGEST_S: Final = 120


def trace(script: str, *arguments: object, log: Path) -> None:
    """Run a script of this folder until it ends; its calls are appended to ``log``."""
    options = ["--follow-forks", "--seccomp-bpf", "--output-append-mode"]
    command = [
        "strace",
        *options,
        *OPTIONS,
        f"--output={log}",
        f"--trace={_CALLS}",
        sys.executable,
        str(_HERE / script),
    ]
    subprocess.run([*command, *map(str, arguments)], stdout=subprocess.DEVNULL, check=False, timeout=_LONGEST_S)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that succeeded, or did not; it is done at ``ended``, a sync covers what was done before it had begun."""

    name: str
    text: str
    failed: bool
    begun: int
    ended: int


def calls(log: Iterable[str]) -> Iterator[Call]:
    """Read a trace; calls of several threads are told apart."""
    waiting: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(log):
        parts = _LINE.match(line)
        if parts is None:
            continue
        thread, text = parts.groups()
        before, begun = waiting.pop(thread, ("", number))
        text = before + _RESUMED.sub("", text)
        if _CUT.search(text):
            waiting[thread] = (_CUT.sub("", text), begun)
        elif call := _CALL.match(text):
            yield Call(call[1], call[2], bool(call[3]), begun, number)


@dataclass(slots=True)
class Strict:
    """What would be lost now, of the files and folders under ``top``, which itself is safe.

    Attributes:
        top: see there.
        files: every file by its last name.
        data: when a file was written whose bytes are not synced; NEVER where a sync of them has failed.
        names: when a name was made or taken away in a folder that is not synced; NEVER likewise.
    """

    top: Path
    files: set[Path] = field(default_factory=set[Path])
    data: dict[Path, int] = field(default_factory=dict[Path, int])
    names: dict[Path, int] = field(default_factory=dict[Path, int])

    def take(self, call: Call) -> Iterator[str]:
        """Do what a call did; complains about what may not be done at this moment."""
        named = [Path(name) for name in _NAMED.findall(call.text) if self.top in Path(name).parents]
        opened = _OPENED.match(call.text)
        file = Path(opened[1]) if opened else Path()
        match call.name, named:
            case (("fsync" | "fdatasync"), _) if call.failed:
                self.data |= {path: NEVER for path in self.data if path == file}
                self.names |= {name: NEVER for name in self.names if name.parent == file}
            case _ if call.failed:
                pass
            case "mkdir", [folder]:
                self.names[folder] = call.ended
            case "openat", [path]:
                self._open(path, makes="O_CREAT" in call.text, at=call.ended)
            case "rename", [old, new]:
                yield from self._rename(old, new, at=call.ended)
            case "unlink", [path]:
                yield from self._unlink(path, at=call.ended)
            case (("write" | "pwrite64"), _) if self.top in file.parents:
                self.data[file] = call.ended
            case (("fsync" | "fdatasync"), _):
                yield from self._sync(file, before=call.begun)
            case _:
                pass

    def loose(self, path: Path) -> Iterator[str]:
        """Say why a file would not be there, whole, after a power cut now."""
        if path in self.data:
            yield f"bytes of {self.brief(path)}"
        for part in (path, *path.parents):
            if part in self.names:
                yield f"name of {self.brief(part)}"

    def brief(self, path: Path) -> str:
        """Name a path without what chance put into it."""
        return _CHANCE.sub("*", str(path.relative_to(self.top)))

    def _open(self, path: Path, *, makes: bool, at: int) -> None:
        """Make a file; a folder that is opened anew can be synced again."""
        self.names |= {name: at for name, when in self.names.items() if name.parent == path and when == NEVER}
        if makes and path not in self.files:
            self.files.add(path)
            self.names[path] = at

    def _rename(self, old: Path, new: Path, *, at: int) -> Iterator[str]:
        if new.suffix == SUFFIX and old in self.data:
            yield f"named before its bytes were synced: {self.brief(new)}"
        self.files = self.files - {old} | {new}
        self.names |= {old: at, new: at}
        if old in self.data:
            self.data[new] = self.data.pop(old)

    def _unlink(self, path: Path, *, at: int) -> Iterator[str]:
        logs = [file for file, when in self.data.items() if file.name.endswith(LOG_OF_INDEX) and when != NEVER]
        if path.suffix == SUFFIX and logs:
            yield f"unlinked before its row said so: {self.brief(path)}"
        self.files.discard(path)
        self.data.pop(path, None)
        self.names[path] = at

    def _sync(self, path: Path, *, before: int) -> Iterator[str]:
        if path.name.endswith(LOG_OF_INDEX):
            gone = {self.brief(file) for file in self.names if file.suffix == SUFFIX and file not in self.files}
            yield from (f"its row gone before its name was: {file}" for file in gone)
        elif self.data.get(path) == NEVER:  # a log is synced once more before it is copied, a void commit and all
            yield f"synced again what had failed: {self.brief(path)}"
        self.data = {file: at for file, at in self.data.items() if file != path or at > before}
        self.names = {name: at for name, at in self.names.items() if name.parent != path or at > before}


def judge(log: Iterable[str], top: Path, *, promised: re.Pattern[str]) -> tuple[int, set[str]]:
    """Read a trace, count what was promised, and say what a power cut could have broken.

    Args:
        log: lines of one life or of several, one after the other.
        top: the folder under which everything was made.
        promised: of a line that was said; its group is in the name of the file that has to be whole.
    """
    disk, wrong, promises = Strict(top), set[str](), 0
    for call in calls(log):
        said = _SAID.match(call.text) if call.name in {"write", "sendto"} else None
        promise = promised.match(said[1]) if said else None
        if promise:
            promises += 1
            kept = [file for file in disk.files if promise[1] in file.name or file.name.endswith(LOG_OF_INDEX)]
            wrong |= {f"promised without the {part}" for file in kept for part in disk.loose(file)}
        wrong.update(disk.take(call))
    return promises, wrong
