"""Brokers of other makes than mosquitto: each is a process of its own on loopback, with its own folder.

Their configurations are read from docs/brokers.md; places, ports and passwords are put in.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos.documented import PASSWORD, USERS, shown
from support_broker import free_port, listening
from support_polling import until

START_S: Final = 240.0
IDLE: Final = ("+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none")  # Erlang is not to wait by spinning
STOP_S: Final = 30.0
SBIN: Final = "/usr/sbin:/usr/local/sbin:/usr/lib/rabbitmq/bin"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a broker runs: its folder, and three ports of its own, of which it needs the first at least."""

    folder: Path
    mqtt: int
    second: int
    third: int


@dataclass(frozen=True, slots=True)
class Make:
    """How a broker is started.

    Attributes:
        name: of the program.
        needs: the program that has to be there.
        package: Debian's name of what brings it; None: it comes with the development environment.
        files: what has to stand in the folder, by name.
        commands: one or more processes, the broker the last of them.
        environment: of them all.
        logins: whether it wants to know who logs in.
    """

    name: str
    needs: str
    package: str | None
    files: Callable[[Setting], Mapping[str, str]]
    commands: Callable[[Setting], Sequence[Sequence[str]]]
    environment: Callable[[Setting], Mapping[str, str]] = lambda _: {}
    logins: bool = True

    @property
    def program(self) -> str | None:
        """The path of what it needs; None where that is not installed."""
        return shutil.which(self.needs, path=f"{os.environ.get('PATH', '')}:{SBIN}")


def _nats(on: Setting) -> Mapping[str, str]:
    change = {"port: 1883": f'host: "127.0.0.1", port: {on.mqtt}', "/var/lib/nats": f"{on.folder}/jetstream"}
    (config,) = shown("nats-server", change=change)
    return {"nats.conf": f'listen: "127.0.0.1:{on.second}"\n{config}'}


NATS: Final = Make(
    "nats-server",
    "nats-server",
    "nats-server",
    files=_nats,
    commands=lambda on: [["nats-server", "-c", f"{on.folder}/nats.conf"]],
)


def _rabbitmq(on: Setting) -> Mapping[str, str]:
    change = {"= 1883": f"= 127.0.0.1:{on.mqtt}", "/etc/rabbitmq": str(on.folder)}
    config, definitions = shown("RabbitMQ", change=change)
    places = f"""
listeners.tcp = none
distribution.listener.interface = 127.0.0.1
distribution.listener.port_range.min = {on.second}
distribution.listener.port_range.max = {on.second}
"""
    return {
        "enabled_plugins": "[rabbitmq_mqtt].\n",
        "empty": "",
        "rabbitmq.conf": config + places,
        "askance.json": definitions,
    }


RABBITMQ: Final = Make(
    "rabbitmq",
    "rabbitmq-server",
    "rabbitmq-server",
    files=_rabbitmq,
    # A name server of the node's own, so that none outlives the test or belongs to somebody else's node.
    commands=lambda on: [
        ["epmd", "-port", str(on.third), "-address", "127.0.0.1"],
        ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
    ],
    environment=lambda on: {
        "HOME": str(on.folder),
        "ERL_EPMD_PORT": str(on.third),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "tried@localhost",
        "RABBITMQ_MNESIA_BASE": f"{on.folder}/mnesia",
        "RABBITMQ_LOG_BASE": f"{on.folder}/log",
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": f"{on.folder}/pid",
        "RABBITMQ_CONFIG_FILE": f"{on.folder}/rabbitmq.conf",
        "RABBITMQ_CONF_ENV_FILE": f"{on.folder}/empty",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{on.folder}/enabled_plugins",
        "RABBITMQ_DIST_PORT": str(on.second),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": " ".join(IDLE),
        "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the node, so that its process id is the node's
    },
)


def _ejabberd(on: Setting) -> Mapping[str, str]:
    (config,) = shown("ejabberd", change={"port: 1883": f'port: {on.mqtt}, ip: "127.0.0.1"'})
    return {"ejabberd.yml": config}


def _registered() -> str:
    """Do in the broker itself what ``ejabberdctl register`` has it do, which finds a system's broker alone."""
    accounts = ", ".join(
        f'ok = ejabberd_auth:set_password(<<"{user}">>, <<"localhost">>, <<"{PASSWORD}">>)' for user in USERS
    )
    return f"{accounts}."


EJABBERD: Final = Make(
    "ejabberd",
    "ejabberdctl",
    "ejabberd",
    files=_ejabberd,
    commands=lambda on: [
        [
            *("erl", *IDLE, "-noinput", "-mnesia", "dir", f'"{on.folder}/spool"'),
            *("-s", "ejabberd", "-eval", _registered()),
        ]
    ],
    environment=lambda on: {
        "HOME": str(on.folder),
        "ERL_LIBS": "/usr/lib/x86_64-linux-gnu",
        "ERL_CRASH_DUMP": f"{on.folder}/crash",
        "EJABBERD_CONFIG_PATH": f"{on.folder}/ejabberd.yml",
        "EJABBERD_LOG_PATH": f"{on.folder}/ejabberd.log",
    },
)

AMQTT: Final = Make(
    "amqtt",
    sys.executable,
    None,
    files=lambda _: {},
    commands=lambda on: [[sys.executable, "-m", "askance.demo.broker", str(on.mqtt)]],
    logins=False,
)

MAKES: Final = (NATS, RABBITMQ, EJABBERD, AMQTT)


class Broker:
    """A broker, not started; what was started ends with ``stop`` or ``kill``.

    Attributes:
        port: where it listens; the same from one start to the next.
    """

    def __init__(self, make: Make, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.make = make
        self.folder = folder
        self._on = Setting(folder, free_port(), free_port(), free_port())
        self.port = self._on.mqtt
        self._processes: list[subprocess.Popen[bytes]] = []
        for name, content in make.files(self._on).items():
            (folder / name).write_text(content)

    def section(self, user: str) -> dict[str, object]:
        """Return the section ``broker`` of whoever logs in."""
        return {"port": self.port, **({"username": user, "password": PASSWORD} if self.make.logins else {})}

    @property
    def log(self) -> str:
        """What all runs have said so far."""
        path = self.folder / "log.txt"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def running(self) -> bool:
        """Whether all its processes live."""
        return bool(self._processes) and all(process.poll() is None for process in self._processes)

    def start(self) -> None:
        """Start it, without waiting for it."""
        environment = {**os.environ, **self.make.environment(self._on)}
        with (self.folder / "log.txt").open("ab") as log:
            self._processes = [
                subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.folder)
                for command in self.make.commands(self._on)
            ]

    def ready(self) -> None:
        """Wait until it accepts connections."""
        assert until(lambda: listening(self.port) or not self.running, within_s=START_S), self.log
        assert self.running, self.log

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order, and whatever came with it; killed where it takes too long."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        for process in reversed(self._processes):
            process.send_signal(how)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes = []

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Stop it with SIGSTOP for the block: connections stand and nothing answers."""
        broker = self._processes[-1]
        broker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            broker.send_signal(signal.SIGCONT)
