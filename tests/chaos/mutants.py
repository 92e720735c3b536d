"""Programs of ours that break their promise on purpose: whoever counts frames has to notice.

python tests/chaos/mutants.py believes-the-broker carrier --config edge.yaml --frames 20
python tests/chaos/mutants.py forgets-what-it-confirmed askance central run --config central.yaml
"""

import sqlite3
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.central import intake
from askance.cli import main as run_askance
from askance.database import transaction
from askance.edge import parts
from askance.edge.store.envelopes import Envelopes
from askance.edge.sync import Sync
from askance.wire.identity import FrameId
from chaos import carrier
from support_mutants import Eager

HERE: Final = Path(__file__)


@contextmanager
def forgotten(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """Take everything back when it was said to be there."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    finally:
        connection.execute("ROLLBACK")


def believe_the_broker() -> None:
    """Have the device do so."""
    setattr(parts, Sync.__name__, Eager)


def forget_what_is_confirmed() -> None:
    """Have the centre do so."""
    setattr(intake, transaction.__name__, forgotten)


def keep_every_frame() -> None:
    """Have the device hold on to a picture's worth of memory with each frame that it keeps."""
    held: list[bytes] = []
    write = Envelopes.write

    def hold(self: Envelopes, frame_id: FrameId, envelope: bytes) -> None:
        held.append(b"\x01" * 921_600)
        write(self, frame_id, envelope)

    Envelopes.write = hold  # type: ignore[method-assign]  # another one in the place of the first


MUTANTS: Final[dict[str, Callable[[], None]]] = {
    "believes-the-broker": believe_the_broker,
    "forgets-what-it-confirmed": forget_what_is_confirmed,
    "keeps-every-frame": keep_every_frame,
}
PROGRAMS: Final[dict[str, Callable[[], object]]] = {"carrier": carrier.main, "askance": run_askance}

if __name__ == "__main__":
    mutant, program = sys.argv[1], sys.argv[2]
    sys.argv[:3] = [program]
    MUTANTS[mutant]()
    PROGRAMS[program]()
