"""What a frame's life costs a flash card, on a disk of its own; the verdict goes to stdout as JSON.

Run it in a mount and process namespace of its own (see ``confined``): python tests/chaos/wear.py FOLDER
"""

import json
import sys
import time
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.edge.store import Store
from chaos.disk import Disk
from chaos.verdict import Verdict
from support_polling import until
from support_store import keep, open_store, sha_of

JPEG_BYTES: Final = 100_000
QUOTA: Final = 256 * JPEG_BYTES
"""Frames go in batches of four; with the shipped quota in larger ones, which costs less."""

MOST_WRITTEN: Final = 1.25
"""Bytes that the store writes for a byte of payload, from the capture to the eviction."""

MOST_ON_DEVICE: Final = 2.6
"""The same where it reaches the device: ext4's journal and inodes, whole blocks of 4 KiB, are as much again."""

_FRAMES: Final = 300
_IDLE_S: Final = 4.0


def live(store: Store, frames: int) -> int:
    """Capture and deliver frames, each of which drives an old one out; returns the bytes of their envelopes."""
    payload = 0
    for _ in range(frames):
        frame_id = keep(store, size=JPEG_BYTES)
        (size,) = [due.size for due in store.due(1, exclude=())]
        store.deliver(frame_id, sha_of(store, frame_id))
        payload += size
    return payload


def look(store: Store) -> None:
    """Do what an idle agent does with its store."""
    store.budget_now(time.monotonic_ns())
    store.due(16, exclude=())
    store.ledgers()
    store.usage()


def rests(store: Store, disk: Disk) -> bool:
    """Whether an idle agent leaves the device alone; its first look marks its place in the log, once."""
    look(store)
    before = disk.written()

    def disturbed() -> bool:
        look(store)
        return disk.written() != before

    return not until(disturbed, within_s=_IDLE_S)


def main(folder: str) -> None:
    """Measure."""
    with Disk(Path(folder), mib=128) as disk, open_store(disk.path / "store", quota=QUOTA) as store:
        live(store, QUOTA // JPEG_BYTES + 100)
        device, called = disk.written(), _called()
        payload = live(store, _FRAMES)
        figures = {
            "bytes written in a frame's life / payload": (_called() - called) / payload,
            "the same on the device, with ext4's journal": (disk.written() - device) / payload,
        }
        resting = rests(store, disk)
    bars = dict(zip(figures, (MOST_WRITTEN, MOST_ON_DEVICE), strict=True))
    wrong = [f"{name}: {figures[name]:.2f}, and may be {bar}" for name, bar in bars.items() if figures[name] > bar]
    wrong += ["something was written while nothing was captured"] * (not resting)
    verdict = Verdict("R3", "bytes written", 1, wrong=tuple(wrong), figures=figures)
    sys.stdout.write(json.dumps(verdict.as_json()) + "\n")


def _called() -> int:
    """Bytes that this process has handed to calls that write."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["wchar"])


if __name__ == "__main__":
    main(*sys.argv[1:])
