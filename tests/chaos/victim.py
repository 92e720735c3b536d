"""A centre in a process of its own, without a broker: takes batches from standard input, says what became of them.

Catalog, blobs and checks are the real ones. ``MUTANTS`` take one check out each, so that the scenario shows that it
would notice. What the process writes outside its folder, it says too.

python tests/chaos/victim.py FOLDER DEAD_LETTERS [MUTANT]
"""

import hashlib
import json
import os
import pickle
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.central import batch, catalog, letters, staging
from askance.central.batch import Letter
from askance.central.blobs import BLOBS, Blobs
from askance.central.config import StorageSection
from askance.central.inbox import Admitted, Bounds, Incoming, Refusal, Whole, admit, read
from askance.central.intake import Intake
from askance.central.parcel import Parcel
from askance.central.schema import create_catalog
from askance.codecs import header
from askance.wire import codec
from askance.wire.identity import DeviceId
from support_mutants import admit_any_hash
from support_process import megabytes

HERE: Final = Path(__file__)
BOUNDS: Final = Bounds(None, 8 * 2**20, unfinished=32)
_CHANGES: Final = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}


def _unasked(_: DeviceId, whole: Whole, *, bounds: Bounds, parcel: Parcel | None = None) -> Admitted:
    return admit(codec.unpack(whole.envelope).manifest.device, whole, bounds=bounds, parcel=parcel)


def _nothing(*_: object, **__: object) -> int:
    return 0


MUTANTS: Final[dict[str, Callable[[], None]]] = {
    "duplicate keys are accepted": lambda: setattr(codec, "_unique", dict),
    "the hash of chunks is not checked": lambda: setattr(batch, "admit", admit_any_hash),
    "a manifest's device is believed": lambda: setattr(batch, "admit", _unasked),
    "half a surrogate pair is accepted": lambda: setattr(codec, "_check", _nothing),
    "any number of frames is begun": lambda: setattr(staging, "make_room", _nothing),
    "complete frames pile up in memory": lambda: setattr(batch, "AT_ONCE", 2**40),
    "a JPEG has any number of markers": lambda: setattr(header, "MAX_MARKERS", 10**9),
    "refusals leave no letter": lambda: setattr(letters, "bury", _nothing),
}
"""What each takes out of the centre."""


@dataclass
class Found:
    """What a victim says at its end.

    Attributes:
        crashes: what went wrong beyond a refusal, one line each.
        strays: paths outside the folder that were written, and files in it that have no place there.
        at_the_door: messages that were refused before anything else looked at them.
        counts: as the intake counted.
        stored: how often each envelope's hash stands in the catalog with its bytes in the blobs and one task.
        letters: mark of each dead letter, in the order of arrival.
        letter_bytes: length of all letters.
        most_staged: most unfinished frames of one device, at any time looked at.
        longest_s: the longest batch, in seconds of the processor.
        rss_mb: the most memory.
        decoders: what could decode an image in this process: nobody has to, to receive one.
    """

    crashes: list[str] = field(default_factory=list[str])
    strays: list[str] = field(default_factory=list[str])
    at_the_door: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    stored: dict[str, int] = field(default_factory=dict[str, int])
    letters: list[str] = field(default_factory=list[str])
    letter_bytes: int = 0
    most_staged: int = 0
    longest_s: float = 0.0
    rss_mb: float = 0.0
    decoders: list[str] = field(default_factory=list[str])


def mark(code: str, topic: str, *, payload: bytes) -> str:
    """Name a refused message by what a dead letter keeps of it."""
    kept = f"{code}\n{topic[:256]}\n".encode() + payload[: letters.FIRST_BYTES]
    return hashlib.sha256(kept).hexdigest()[:16]


class Victim:
    """An intake that takes whatever comes, and goes on after it has fallen."""

    def __init__(self, folder: Path, *, dead_letters: int) -> None:
        self.found: Final = Found()
        self._folder: Final = folder
        setattr(batch, "read", self._read)  # noqa: B010 (a name that the module has for itself)
        self._connection: Final = create_catalog(folder)
        self._intake: Final = Intake(
            self._connection,
            Blobs(folder / BLOBS),
            storage=StorageSection(path=folder, dead_letters=dead_letters),
            bounds=BOUNDS,
            clock=time.time,
        )

    def take(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Take one batch."""
        begun = time.process_time()
        try:
            self._intake.take([Letter(*message) for message in messages])
        except Exception as error:  # noqa: BLE001 (whatever it is, it ends a receiver)
            at = traceback.extract_tb(error.__traceback__)[-1]
            self.found.crashes.append(f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno}: {error}"[:300])
        self.found.longest_s = max(self.found.longest_s, time.process_time() - begun)
        self.found.most_staged = max(self.found.most_staged, self._value(_MOST_STAGED) or 0)

    def _read(self, topic: str, payload: bytes, *, bounds: Bounds) -> Incoming | Refusal:
        """Read a message as the centre does, and count what is refused at once."""
        said = read(topic, payload, bounds=bounds)
        self.found.at_the_door += isinstance(said, Refusal)
        return said

    def finish(self) -> Found:
        """Look at what there is."""
        self.found.counts = dict(self._intake.counts)
        take_stock(self._connection, self._folder, found=self.found)
        self.found.rss_mb = megabytes("self", "VmHWM")
        self.found.decoders = sorted({"cv2", "PIL"} & set(sys.modules))
        return self.found

    def _value(self, question: str) -> Any:  # noqa: ANN401 (whatever SQLite holds)
        return self._connection.execute(question).fetchone()[0]


def take_stock(connection: sqlite3.Connection, folder: Path, *, found: Found) -> None:
    """Note what stands in a catalog and beside it; of a capture without its bytes, or its task, there are none."""
    summary = catalog.summary(connection)
    for row in connection.execute(_STORED):
        path = blob(folder, row["sha256"])
        whole = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        found.stored[row["sha256"]] = found.stored.get(row["sha256"], 0) + (row["tasks"] if whole else 0)
    rows = connection.execute("SELECT code, topic, payload FROM dead_letters ORDER BY id").fetchall()
    found.letters = [mark(row["code"], row["topic"], payload=row["payload"]) for row in rows]
    found.letter_bytes = sum(len(row["payload"]) for row in rows)
    files = [path for path in folder.rglob("*") if path.is_file()]
    found.strays += [str(path) for path in files if path.stem != "catalog" and path != blob(folder, path.stem)]
    assert summary.captures == connection.execute("SELECT count(*) FROM tasks").fetchone()[0]


def blob(folder: Path, sha256: str) -> Path:
    """Where an envelope belongs."""
    return folder / BLOBS / "sha256" / sha256[:2] / sha256[2:4] / f"{sha256}.askf"


_MOST_STAGED: Final = """
SELECT max(frames) FROM (SELECT count(*) AS frames FROM (SELECT DISTINCT device, frame_id, sha256, total FROM staging)
GROUP BY device)
"""
_STORED: Final = """
SELECT sha256, count(tasks.id) AS tasks FROM captures LEFT JOIN tasks ON tasks.capture = captures.id
GROUP BY captures.id
"""


def watch(folder: Path, strays: list[str]) -> None:
    """Note every path outside ``folder`` that this process writes from now on."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or event in _CHANGES:
            touched = arguments[:1] if writes else arguments[:2]
            paths = [Path(each).resolve() for each in touched if isinstance(each, str | Path)]
            strays.extend(f"{event} {path}" for path in paths if not path.is_relative_to(folder))

    sys.addaudithook(hear)


def batches(stream: BinaryIO) -> Iterator[list[tuple[str, bytes]]]:
    """Read what the scenario sends, to the end."""
    while True:
        try:
            yield pickle.load(stream)  # noqa: S301 (our own parent's)
        except EOFError:
            return


def main() -> None:
    """Take batches until standard input ends, then print one JSON object."""
    folder, dead_letters, *mutants = sys.argv[1:]
    for mutant in mutants:
        MUTANTS[mutant]()
    victim = Victim(Path(folder).resolve(), dead_letters=int(dead_letters))
    watch(Path(folder).resolve(), victim.found.strays)
    for messages in batches(sys.stdin.buffer):
        victim.take(messages)
    sys.stdout.write(json.dumps(asdict(victim.finish())))


if __name__ == "__main__":
    main()
