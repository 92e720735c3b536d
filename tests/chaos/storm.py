"""A site behind two bad lines, and the storm over it: one fault after the other, drawn by chance, each undone again."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from chaos.proxy import CALM, Conditions, Ending, Proxy
from chaos.site import Site
from support_broker import Mosquitto
from support_polling import until
from support_programs import Program, write_yaml

KEEPALIVE: Final = "3s"
DEVICE_SYNC: Final[Mapping[str, Any]] = {"ack_timeout": "1s", "ack_timeout_max": "8s", "reconnect_max": "1s"}
BREATH_S: Final = (0.3, 1.2)  # between two faults
DOWN_S: Final = (0.2, 1.0)  # how long who was killed stays away
HELD_S: Final = (0.5, 2.5)  # how long anything else lasts
READY_S: Final = 30.0  # after it a line that does not stand again is not a matter of patience
ALWAYS: Final = (Ending.SILENCE, Ending.RESET)
FAILED: Final = "Traceback"
EXCERPT: Final = 2000

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
    near_random, far_random = (Random(random.getrandbits(64)) for _ in range(2))  # noqa: S311 (faults, no secret)
    with Proxy(broker.port, random=near_random) as near, Proxy(broker.port, random=far_random) as far:
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


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens to a network.

    Attributes:
        happens: from its begin to its end.
        ready: whether it would be felt.
        always: whether no storm may lack it.
    """

    happens: Callable[[], None]
    ready: Callable[[], bool]
    always: bool = False


class Storm:
    """Faults of a network, drawn one after the other.

    Attributes:
        site: the network's.
        happened: how often each of them did, by name.
        wrong: in words, faults that could not be made, and programs that failed without one.

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
        self.wrong: list[str] = []
        self._network = network
        self._random = random
        self._watch = watch
        self.site = network.site
        self._faults = self._of_programs(agent_too=agent_too)
        for side, proxy in (("device", network.near), ("centre", network.far)):
            self._faults |= {f"{side}: {name}": fault for name, fault in self._of_line(proxy).items()}

    def rage(self, for_s: float) -> None:
        """Let faults happen for so many seconds; then it is calm.

        Those that no storm may lack come first, however long they take, and each kind once before any comes again.
        """
        deadline = time.monotonic() + for_s
        for name in self._drawn(always=True):
            self._happen(name)
        due = self._drawn(always=False)
        while time.monotonic() < deadline:
            self._happen(due.pop())
            due = due or [*self._drawn(always=True), *self._drawn(always=False)]

    def _drawn(self, *, always: bool) -> list[str]:
        names = sorted(name for name, fault in self._faults.items() if fault.always is always)
        return self._random.sample(names, len(names))

    def _happen(self, name: str) -> None:
        fault = self._faults[name]
        if until(fault.ready, within_s=READY_S):
            fault.happens()
            self.happened[name] += 1
        else:
            self.wrong.append(f"{name}: had nothing to break for {READY_S:.0f} s")
        self.wrong += [what for what in failed(self.site) if what not in self.wrong]
        self._hold(BREATH_S)
        self._watch()

    def _of_programs(self, *, agent_too: bool) -> dict[str, Fault]:
        site, broker = self.site, self._network.broker
        faults = {
            "broker killed": Fault(self._kill_broker, lambda: broker.running, always=True),
            "broker frozen": Fault(self._freeze_broker, lambda: broker.running),
        }
        killed = {"receiver": site.centres, **({"agent": [site.agent]} if agent_too else {})}
        for name, programs in killed.items():
            faults[f"{name} killed"] = Fault(partial(self._kill, programs), partial(_run, programs), always=True)
        faults["receiver frozen"] = Fault(partial(self._freeze, site.centres), partial(_run, site.centres))
        return faults

    def _of_line(self, proxy: Proxy) -> dict[str, Fault]:
        def stands() -> bool:
            return proxy.stands

        return {
            **{
                ending.name.lower(): Fault(partial(proxy.end, ending), stands, always=ending in ALWAYS)
                for ending in Ending
            },
            **{name: Fault(partial(self._worsen, proxy, conditions), stands) for name, conditions in POOR.items()},
        }

    def _hold(self, bounds: tuple[float, float]) -> None:
        time.sleep(self._random.uniform(*bounds))

    def _worsen(self, proxy: Proxy, conditions: Conditions) -> None:
        before = len(proxy.passages)
        proxy.conditions = conditions
        if conditions.away:
            proxy.end(Ending.SILENCE)
        elif conditions.cut is not None:  # it is drawn when a connection begins
            proxy.end(Ending.RESET)
            if not until(lambda: len(proxy.passages) > before, within_s=READY_S):
                self.wrong.append(f"nobody dialled again within {READY_S:.0f} s")
        self._hold(HELD_S)
        proxy.conditions = CALM
        if conditions.away:
            proxy.end(Ending.RESET)

    def _kill_broker(self) -> None:
        self._network.broker.kill()
        self._hold(DOWN_S)
        self._network.broker.restart()

    def _freeze_broker(self) -> None:
        with self._network.broker.frozen():
            self._hold(HELD_S)

    def _kill(self, programs: Sequence[Program]) -> None:
        program = self._random.choice(programs)
        program.kill()
        self._hold(DOWN_S)
        program.start()

    def _freeze(self, programs: Sequence[Program]) -> None:
        program = self._random.choice(programs)
        program.signal(signal.SIGSTOP)
        try:
            self._hold(HELD_S)
        finally:
            program.signal(signal.SIGCONT)


def failed(site: Site) -> list[str]:
    """Say of the programs of a site that should run which do not, and which have said that something failed in them."""
    names = {"device": site.agent, **{f"receiver {at}": program for at, program in enumerate(site.centres)}}
    return [
        *(f"{name}: ended by itself" for name, program in names.items() if not program.running),
        *(
            f"{name}: {program.log[program.log.index(FAILED) :][:EXCERPT]}"
            for name, program in names.items()
            if FAILED in program.log
        ),
    ]


def _run(programs: Sequence[Program]) -> bool:
    return all(program.running for program in programs)
