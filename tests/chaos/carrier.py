"""A device without a camera: the real store, sync machine, courier and line, and frames of any size out of nothing.

python tests/chaos/carrier.py --config edge.yaml --frames 300 --largest 2000000

Each run goes on where the last one was killed, until the store has captured so many frames, and then only carries. To
the centre its frames are those of an agent; no detector keeps it from filling every line.
"""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import cv2
import numpy as np

from askance import settings
from askance.edge.config import EdgeConfig
from askance.edge.courier import Courier
from askance.edge.health import Health
from askance.edge.parts import boot_id, build_line, build_sync, open_store
from askance.edge.status import report
from askance.edge.store import Store
from askance.edge.sync import Sync
from askance.edge.workers import Pulse, Worker, carry
from askance.line import Line
from askance.logs import set_up
from askance.wire.receipts import Status
from support_store import make_draft

HERE: Final = Path(__file__)
PICTURE: Final = (480, 640, 3)  # of the drafts


def photo(index: int, *, smallest: int, largest: int) -> bytes:
    """Make the JPEG of a frame: all sizes between the bounds are found, short ones more often than long ones."""
    random = Random(index)  # noqa: S311 (sizes, no secret)
    size = int(smallest * (largest / smallest) ** random.random())
    picture = np.full(PICTURE, index % 256, np.uint8)
    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
    return jpeg + random.randbytes(max(0, size - len(jpeg)))  # as phones do, behind the end of the image


def build_courier(
    config: EdgeConfig,
    store: Store,
    *,
    line: Line,
    health: Health,
    mutate: Callable[[Sync], Sync] = lambda sync: sync,
) -> Courier:
    """Put the courier together as the agent does; ``mutate`` is done to its sync machine."""
    section, keepalive_s = config.sync, config.broker.keepalive.total_seconds()

    def status() -> Status:
        return report(
            config.device.id, store, online=True, boot_id=boot_id(), health=health, gauges={}, rules={}, last=()
        )

    return Courier(
        line,
        mutate(build_sync(section, keepalive_s=keepalive_s, ceiling=store.chunk_ceiling(line.address))),
        shelf=store,
        device=config.device.id,
        status=status,
        status_every_s=section.status_every.total_seconds(),
        health=health,
        clock=time.monotonic,
    )


def run(config: EdgeConfig, options: argparse.Namespace, stop: threading.Event) -> None:
    """Keep frames until there are enough, and carry them until told to stop."""
    health = Health()
    with open_store(config) as store:
        line = build_line(config)
        courier = build_courier(config, store, line=line, health=health)
        worker = Worker(Pulse("courier", stop, health), lambda pulse: carry(pulse, courier))
        worker.start()
        captured = sum(ledger.captured for ledger in store.ledgers())
        for index in range(captured, options.frames):
            if stop.wait(options.every):
                break
            store.keep(make_draft(), photo(index, smallest=options.smallest, largest=options.largest))
            line.wake()
        stop.wait()
        line.wake()
        worker.join()
    if worker.failure is not None:
        raise worker.failure


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--frames", type=int, required=True, help="how many to capture, over all runs")
    parser.add_argument("--smallest", type=int, default=50_000, help="bytes")
    parser.add_argument("--largest", type=int, default=2_000_000, help="bytes")
    parser.add_argument("--every", type=float, default=0.0, help="seconds between two frames")
    options = parser.parse_args()
    config = settings.load(EdgeConfig, options.config)
    set_up(config.log)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _stack: stop.set())
    run(config, options, stop)


if __name__ == "__main__":
    main()
