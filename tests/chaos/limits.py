"""Limits of a mosquitto under which every frame gets through, whether it announces them or not."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from askance.edge.sync import Command, Deliver, Event, SendRange, Settled, Sync, Window
from chaos.bout import ARRIVE_S, Bout, Outcome, bout
from support_broker import Mosquitto
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
            on.arrived()
            on.says(*limit.says, within_s=0.0)
            on.recovers()
            return on.outcome()
    finally:
        broker.stop()


def trusting(folder: Path, random: Random) -> Outcome:
    """Give frames to a device that lets go of them when the broker has taken them: the account has to miss them."""
    with on_blind_broker(folder, random, Credulous.of) as on:
        on.give()
        until(lambda: on.site.account().lost, within_s=ARRIVE_S)
        return on.outcome()


def stubborn(folder: Path, random: Random) -> Outcome:
    """Give frames to a device that sends no shorter messages: they are not there when all have been sent thrice."""
    with on_blind_broker(folder, random, Stubborn.of) as on:
        on.give()
        until(lambda: on.device.counts["sync.sent_frames"] >= 3 * on.given, within_s=ARRIVE_S)
        return on.outcome()


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


class Credulous(Sync):
    """A machine that lets go of a frame as soon as the broker has acknowledged its end."""

    def receive(self, event: Event, now: float) -> list[Command]:
        """Believe the broker."""
        done = self._ends.pop(event.ticket, None) if isinstance(event, Settled) and event.problem is None else None
        commands = super().receive(event, now)
        for command in commands:
            if isinstance(command, SendRange) and command.offset + command.length == command.frame.size:
                self._ends[command.ticket] = command
        if done is None or self._transfers.pop(done.frame.frame_id, None) is None:
            return commands
        return [*commands, Deliver(done.frame.frame_id, done.frame.sha256)]

    @classmethod
    def of(cls, sync: Sync) -> Sync:
        """Turn a machine into one of these."""
        made = cls(sync._window, frames=16, patience=sync._patience, draw=sync._draw)
        made._ends = {}
        return made

    _ends: dict[int, SendRange]


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
