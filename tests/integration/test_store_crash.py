"""A process that captures as fast as it can is killed at random moments, and nothing it reported is missing."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from askance.wire.codec import digest
from askance.wire.identity import FrameId
from support_store import index_of, open_store

KILLS = 20
QUOTA = 10**9
TESTS = Path(__file__).parents[1]

# Every third frame is delivered and every fifth quarantined, so that kills meet each kind of transaction; a line is
# written only after the store has promised.
WRITER = f"""
import os, sys
sys.path.insert(0, {str(TESTS)!r})
from pathlib import Path
from support_store import keep, make_draft, open_store
with open_store(Path(sys.argv[1]), quota=int(sys.argv[2])) as store:
    number = 0
    while True:
        number += 1
        frame_id = keep(store, make_draft(), size=20_000)
        (due,) = [due for due in store.due(10**6, exclude=()) if due.frame_id == frame_id]
        os.write(1, f"kept {{frame_id}} {{due.sha256}}\\n".encode())
        if number % 3 == 0:
            store.deliver(frame_id, due.sha256)
            os.write(1, f"delivered {{frame_id}} {{due.sha256}}\\n".encode())
        if number % 5 == 0:
            store.quarantine(frame_id, "schema")
"""


def killed_writer(path: Path, *, quota: int, after_s: float) -> list[list[str]]:
    """Start a writer, kill it ``after_s`` seconds after its first frame; returns the whole lines it wrote."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(quota)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        first = writer.stdout.readline()
        time.sleep(after_s)  # not a wait for anything: the moment of the kill is what varies
        writer.kill()
        output = first + writer.stdout.read()
        assert writer.stderr.read() == b""
    assert writer.returncode == -signal.SIGKILL
    return [line.split() for line in output.decode().split("\n")[:-1]]


@pytest.mark.timeout(300)
def test_every_frame_that_was_reported_survives_twenty_kills(tmp_path: Path) -> None:
    moments = random.Random(7)  # noqa: S311 (moments, no secret)
    kept: dict[str, str] = {}
    delivered: set[str] = set()
    for _ in range(KILLS):
        for word, frame_id, sha in killed_writer(tmp_path / "store", quota=QUOTA, after_s=moments.uniform(0, 0.3)):
            kept[frame_id] = sha
            if word == "delivered":
                delivered.add(frame_id)

    with open_store(tmp_path / "store") as store:
        (ledger,) = store.ledgers()
        contents = {frame_id: store.read(FrameId(frame_id), 0, length=10**6) for frame_id in kept}
        pending = {due.frame_id for due in store.due(10**6, exclude=())}
    with index_of(tmp_path / "store") as index:
        seqs = [row["seq"] for row in index.execute("SELECT seq FROM captures ORDER BY seq")]

    assert {frame_id: digest(content or b"") for frame_id, content in contents.items()} == kept
    assert ledger.unaccounted == 0
    assert dict(ledger.evicted) == {}
    assert len(kept) <= ledger.captured <= len(kept) + KILLS
    assert len(delivered) <= ledger.stored <= len(delivered) + KILLS
    assert pending.isdisjoint(delivered)
    assert seqs == list(range(ledger.captured))


@pytest.mark.timeout(300)
def test_kills_in_the_midst_of_eviction_leave_no_file_and_no_row_behind(tmp_path: Path) -> None:
    moments = random.Random(8)  # noqa: S311 (moments, no secret)
    evicted: set[str] = set()
    for _ in range(KILLS // 2):
        killed_writer(tmp_path / "store", quota=10**6, after_s=moments.uniform(0.1, 0.4))

        with open_store(tmp_path / "store", quota=10**6) as store:
            (ledger,) = store.ledgers()
            usage = store.usage()
            files = [file.stat().st_size for file in tmp_path.rglob("*.askf")]
            assert ledger.unaccounted == 0
            assert (store.recovery.lost, store.recovery.damaged) == (0, 0)
            assert (usage.bytes, sum(usage.counts.values())) == (sum(files), len(files))
            evicted |= set(ledger.evicted)
    assert evicted == {"quota"}
