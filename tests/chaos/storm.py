"""A site behind two bad lines, and the storm over it: one fault after the other, drawn by chance, each undone again."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from chaos.proxy import CALM, Conditions, Ending, Proxy
from chaos.site import Site
from support_broker import Mosquitto
from support_programs import Program, write_yaml

KEEPALIVE: Final = "3s"
DEVICE_SYNC: Final[Mapping[str, Any]] = {"ack_timeout": "1s", "ack_timeout_max": "8s", "reconnect_max": "1s"}
BREATH_S: Final = (0.3, 1.2)  # between two faults
DOWN_S: Final = (0.2, 1.0)  # how long who was killed stays away
HELD_S: Final = (0.5, 2.5)  # how long anything else lasts

POOR: Final[Mapping[str, Conditions]] = {
    "slow": Conditions(latency_s=0.05, jitter_s=0.05, bytes_per_s=200_000.0),
    "stalled": Conditions(stalled=True),
    "away": Conditions(away=True),
    "cut early": Conditions(cut=(2_000, 60_000)),
    "cut late": Conditions(cut=(100_000, 2_000_000)),
}


@dataclass(frozen=True, slots=True)
class Network:
    """A site, its broker, and the proxies through which device and centre reach it."""

    site: Site
    broker: Mosquitto
    near: Proxy
    far: Proxy


@contextmanager
def networked(
    folder: Path,
    broker: Mosquitto,
    random: Random,
    *,
    photos: str = "nowhere",
    receivers: int = 1,
    patient: bool = False,
) -> Generator[Network]:
    """Build a site whose lines go through proxies; everything that was started is ended behind the block.

    Device and centre wait for seconds where the shipped settings (``patient``) wait for tens of them.
    """
    with Proxy(broker.port, random=random) as near, Proxy(broker.port, random=random) as far:
        line = {} if patient else {"keepalive": KEEPALIVE}
        sync = {} if patient else {"sync": dict(DEVICE_SYNC)}
        device = {"broker": {"port": near.port, **line}, **sync}
        site = Site(folder, broker.port, photos=photos, sections=device, receivers=receivers)
        centre = {"storage": {"path": str(site.catalog)}, "broker": {"port": far.port, **line}}
        write_yaml(site.central_yaml, centre)
        try:
            yield Network(site, broker, near, far)
        finally:
            site.close()


class Storm:
    """Faults of a network, drawn one after the other.

    Args:
        network: what they happen to.
        random: draws which, when and for how long.
        agent_too: whether the device is killed as well.
        watch: called after every fault.
    """

    def __init__(
        self, network: Network, random: Random, *, agent_too: bool, watch: Callable[[], object] = lambda: None
    ) -> None:
        self.happened: Counter[str] = Counter()
        self._network = network
        self._random = random
        self._watch = watch
        self._faults: dict[str, Callable[[], None]] = {
            "broker killed": self._kill_broker,
            "broker frozen": self._freeze_broker,
            "receiver killed": lambda: self._kill(random.choice(network.site.centres)),
            "receiver frozen": lambda: self._freeze(random.choice(network.site.centres)),
        }
        if agent_too:
            self._faults["agent killed"] = lambda: self._kill(network.site.agent)
        for side, proxy in (("device", network.near), ("centre", network.far)):
            for ending in Ending:
                self._faults[f"{side}: {ending.name.lower()}"] = self._ends(proxy, ending)
            for name, conditions in POOR.items():
                self._faults[f"{side}: {name}"] = self._poor(proxy, conditions)

    def rage(self, for_s: float) -> None:
        """Let faults happen for so many seconds, every kind once before any comes again; then it is calm."""
        deadline, due = time.monotonic() + for_s, list[str]()
        while time.monotonic() < deadline:
            if not due:
                due = self._random.sample(sorted(self._faults), len(self._faults))
            name = due.pop()
            self._faults[name]()
            self.happened[name] += 1
            self._hold(BREATH_S)
            self._watch()

    def _hold(self, bounds: tuple[float, float]) -> None:
        time.sleep(self._random.uniform(*bounds))

    def _ends(self, proxy: Proxy, ending: Ending) -> Callable[[], None]:
        return lambda: proxy.end(ending)

    def _poor(self, proxy: Proxy, conditions: Conditions) -> Callable[[], None]:
        def apply() -> None:
            proxy.conditions = replace(conditions)
            if conditions.away or conditions.cut is not None:
                proxy.end(Ending.SILENCE if conditions.away else Ending.RESET)
            self._hold(HELD_S)
            proxy.conditions = CALM
            if conditions.away:
                proxy.end(Ending.RESET)

        return apply

    def _kill_broker(self) -> None:
        self._network.broker.kill()
        self._hold(DOWN_S)
        self._network.broker.restart()

    def _freeze_broker(self) -> None:
        with self._network.broker.frozen():
            self._hold(HELD_S)

    def _kill(self, program: Program) -> None:
        program.kill()
        self._hold(DOWN_S)
        program.start()

    def _freeze(self, program: Program) -> None:
        program.signal(signal.SIGSTOP)
        try:
            self._hold(HELD_S)
        finally:
            program.signal(signal.SIGCONT)
