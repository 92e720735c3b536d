"""Limits of a mosquitto under which every frame gets through, whether it announces them or not."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from askance.edge.sync import Sync, Window
from chaos.bout import ARRIVE_S, Bout, Outcome, bout
from chaos.toll import loses
from support_broker import Mosquitto
from support_mutants import Eager
from support_polling import until


@dataclass(frozen=True, slots=True)
class Limit:
    """One configuration.

    Attributes:
        name: of the case.
        config: mosquitto's, after the listener.
        older: the device speaks MQTT 3.1.1.
        says: what the device has to say on the way.
        sync: keys of the device's section.
    """

    name: str
    config: str
    older: bool = False
    says: tuple[str, ...] = ()
    sync: Mapping[str, Any] = field(default_factory=dict[str, Any])


TOO_LONG: Final = ("max_packet_size",)
SWALLOWED: Final = ("it misses what the broker took", "`sync.chunk`")

LIMITS: Final = (
    Limit("max_packet_size 4 KiB", "max_packet_size 4096"),
    Limit("max_packet_size 64 KiB", "max_packet_size 65536"),
    Limit("max_packet_size 128 KiB", "max_packet_size 131072", sync={"chunk": "1000KiB", "in_flight_bytes": "2MiB"}),
    Limit("max_packet_size 1 MiB", "max_packet_size 1048576", sync={"chunk": "1000KiB", "in_flight_bytes": "4MiB"}),
    Limit("message_size_limit 20000", "message_size_limit 20000", says=TOO_LONG),
    Limit("message_size_limit 4200", "message_size_limit 4200", says=TOO_LONG),
    Limit("message_size_limit 20000, MQTT 3.1.1", "message_size_limit 20000", older=True, says=SWALLOWED),
    Limit("message_size_limit 4200, MQTT 3.1.1", "message_size_limit 4200", older=True, says=SWALLOWED),
    Limit("MQTT 3.1.1", "", older=True),
    Limit("max_inflight_messages 1", "max_inflight_messages 1"),
    Limit("max_queued_messages 1", "max_queued_messages 1"),
    Limit("max_queued_bytes 100000", "max_queued_bytes 100000"),
    Limit("memory_limit 500000", "memory_limit 500000"),
)


def pass_under(limit: Limit, folder: Path, random: Random) -> Outcome:
    """Give frames to a device whose broker has a limit."""
    broker = start(folder, limit.config)
    try:
        with bout(
            limit.name, folder / "site", random, device={"port": broker.port}, older=limit.older, sync=limit.sync
        ) as on:
            on.give()
            on.arrives()
            on.says(*limit.says, within_s=0.0)
            on.recovers()
            return on.outcome()
    finally:
        broker.stop()


def trusting(folder: Path, random: Random) -> bool:
    """Give frames to a device that lets go of them when the broker has taken them; return whether they are missed."""
    with on_blind_broker(folder, random, turned_eager) as on:
        on.give()
        return loses(on.site, within_s=ARRIVE_S)


def stubborn(folder: Path, random: Random) -> bool:
    """Give frames to a device that sends no shorter messages; return whether it has them still, all sent thrice."""
    with on_blind_broker(folder, random, Stubborn.of) as on:
        on.give()
        sent = until(lambda: on.device.counts["sync.sent_frames"] >= 3 * on.given, within_s=ARRIVE_S)
        account = on.site.account()
        return sent and account.pending > 0 and account.lost == 0


CONTROLS: Final = {"a PUBACK counts as stored": trusting, "messages are never shortened": stubborn}


@contextmanager
def on_blind_broker(folder: Path, random: Random, mutate: Callable[[Sync], Sync]) -> Generator[Bout]:
    """Let a device carry that was broken on purpose, over a broker that acknowledges and throws away."""
    broker = start(folder, "message_size_limit 20000")
    try:
        with bout("control", folder / "site", random, device={"port": broker.port}, older=True, mutate=mutate) as on:
            yield on
    finally:
        broker.stop()


def start(folder: Path, config: str, *, port: int | None = None) -> Mosquitto:
    """Start a mosquitto of its own in a folder; without ``port`` on any that is free."""
    home = folder / "mosquitto"
    home.mkdir(parents=True)
    broker = Mosquitto(home)
    broker.port = port or broker.port
    broker.start(config)
    return broker


def turned_eager(sync: Sync) -> Sync:
    """Make a machine believe the broker."""
    sync.__class__ = Eager
    return sync


class Stubborn(Window):
    """A window that never sends anything shorter than it wanted."""

    @property
    def chunk(self) -> int:
        """The longest message that is wanted, whatever was learnt."""
        return self._chunk

    @classmethod
    def of(cls, sync: Sync) -> Sync:
        """Give a machine such a window."""
        sync._window.__class__ = cls
        return sync
