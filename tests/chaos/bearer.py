"""A device without a camera in this process: the real store, line and courier of a site, and frames of any size."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from random import Random
from typing import Final, Self

from askance import settings
from askance.edge.config import EdgeConfig
from askance.edge.health import Health
from askance.edge.parts import build_line, open_store
from askance.edge.sync import Sync
from askance.edge.workers import Pulse, Worker, carry
from chaos.carrier import build_courier
from chaos.site import Site
from support_central import make_jpeg
from support_store import make_draft

SIZES: Final = (0, 3000, 4096, 40_000, 60_000, 150_000, 1_000_000, 2_000_000)
"""Bytes behind the end of a small JPEG: what no decoder ever sees is carried all the same."""
JPEG: Final = make_jpeg(640, 480, noise=False)


class Bearer:
    """A device that runs for the length of a block; what it says of itself is there to be read.

    Args:
        site: whose configuration and store it takes; the site's own agent must not run.
        older: speak MQTT 3.1.1 alone.
        mutate: what is done to its sync machine.
    """

    def __init__(self, site: Site, *, older: bool = False, mutate: Callable[[Sync], Sync] = lambda sync: sync) -> None:
        self.health: Final = Health()
        self._said: list[str] = []
        self._site = site
        self._older = older
        self._mutate = mutate
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as resources:
            config = settings.load(EdgeConfig, self._site.edge_yaml)
            self._store = resources.enter_context(open_store(config))
            self._line = build_line(config)
            if self._older:
                self._line._v5, self._line._proven = False, True
            stop = threading.Event()
            courier = build_courier(config, self._store, line=self._line, health=self.health, mutate=self._mutate)
            worker = Worker(Pulse("courier", stop, self.health), partial(carry, courier=courier))
            worker.start()
            resources.callback(self._join, worker, stop)
            self._resources = resources.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._resources.close()

    @property
    def said(self) -> str:
        """Everything that was ever wrong, in its own words."""
        self._said += [f"{part}: {what}" for part, what in self.health.news() if what is not None]
        return "\n".join(self._said)

    @property
    def counts(self) -> Counter[str]:
        """How often each thing happened."""
        return Counter(self.health.vitals().counts)

    @property
    def well(self) -> bool:
        """Whether nothing is wrong now."""
        return not self.health.vitals().trouble

    def take(self, sizes: Iterable[int], random: Random) -> None:
        """Keep frames of these sizes and have them carried."""
        for size in sizes:
            self._store.keep(make_draft(), JPEG + random.randbytes(size))
        self._line.wake()

    def _join(self, worker: Worker, stop: threading.Event) -> None:
        stop.set()
        self._line.wake()
        worker.join(30)
        if worker.failure is not None:
            raise worker.failure
