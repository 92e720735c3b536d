"""What a trace tells of promises: nothing is promised before the disk has said that it is there, once and at first."""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

OPTIONS: Final = ("-y", "-s", "80")
"""strace's, for a log that ``broken_promises`` can read; ``sendto`` has to be among its calls."""

_ON_A_FILE: Final = re.compile(r"(pwrite64|write|ftruncate|fsync|fdatasync)\(\d+<([^>]*)>.*\) += (-?\d+)")
_RENAMED: Final = re.compile(r'rename\("[^"]*", "([^"]*)"\) += 0')
_PROMISED: Final = re.compile(r'sendto\(.*"kept (\w+) ')


def broken_promises(calls: Sequence[str]) -> list[str]:
    """Read a trace in order, and tell each promise that was made too early, and each sync that was only repeated."""
    unsynced: dict[str, bool] = {}
    failed: set[str] = set()
    broken: list[str] = []
    for line in calls:
        if renamed := _RENAMED.search(line):
            # the name is the folder's; the content is that of the unfinished file
            unsynced[str(PurePath(renamed[1]).parent)] = True
            failed.discard(str(PurePath(renamed[1]).parent))
        elif found := _ON_A_FILE.search(line):
            call, path, result = found[1], found[2], int(found[3])
            if "sync" not in call:
                unsynced[path] = True
                failed.discard(path)
            elif result < 0 and unsynced.get(path):
                failed.add(path)
            elif result >= 0:
                # a folder is opened anew, and a log is synced once more before it is copied, a void commit and all
                if path in failed and "." in PurePath(path).name and not path.endswith("-wal"):
                    broken.append(f"synced again what had failed: {path}")
                unsynced[path] = path in failed
        elif promised := _PROMISED.search(line):
            broken += [f"promised {promised[1]} before {path} was durable" for path in _needed(promised[1], unsynced)]
    return broken


def _needed(frame_id: str, unsynced: dict[str, bool]) -> list[str]:
    """The files and folders that a promise rests on and that are not durable."""
    shard = frame_id[-2:].lower()
    return [
        path
        for path, waits in unsynced.items()
        if waits
        and (path.endswith((f".tmp-{frame_id}", "captures.db-wal")) or PurePath(path).parts[-2:] == ("frames", shard))
    ]
