"""Brokers that let nobody in, take nothing or answer nothing, until somebody mends them."""

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Final

from chaos.bout import CUT_AT, Bout, Outcome, bout
from chaos.limits import start
from chaos.quota import Quota
from chaos.site import DEVICE
from support_broker import Mosquitto, free_port

SIZES: Final = (0, 3000, 60_000, 150_000, 400_000)
OURS: Final = f"askance/1/d/{DEVICE}"
EVERYTHING: Final = "user central\ntopic readwrite #\n"
MAY: Final = f"{EVERYTHING}user {DEVICE}\ntopic read {OURS}/dn/#\ntopic write {OURS}/up/#\n"
MANY: Final = 6  # breaks: more than it takes to blame a message
BLAME: Final = ("sync.chunk_halved", "sync.quarantined")


def mend(on: Bout) -> Outcome:
    """Count when everything has been mended: all frames are in, and the device is well."""
    on.arrives()
    on.recovers()
    return on.outcome()


def bad_login(folder: Path, random: Random) -> Outcome:
    """The broker knows another password, until its operator corrects it."""
    broker = start(folder, "")
    users = {"central": "secret", DEVICE: "another"}
    broker.start(passwords(broker, users))
    device, centre = login(broker, DEVICE), login(broker, "central")
    with ended(broker), bout("bad login", folder / "site", random, device=device, centre=centre) as on:
        on.give(SIZES)
        on.says("broker: refused: Not authorized", "`broker.password`")
        passwords(broker, {**users, DEVICE: "secret"})
        broker.restart()
        return mend(on)


def acl(name: str, may: str, *, says: tuple[str, ...]) -> Callable[[Path, Random], Outcome]:
    """Make a case of an ACL that is too narrow, until it is read again: nobody is thrown out for that."""

    def case(folder: Path, random: Random) -> Outcome:
        broker = start(folder, "")
        file = folder / "acl"
        file.write_text(may)
        file.chmod(0o600)
        broker.start(f"acl_file {file}")
        device, centre = ({"port": broker.port, "username": user} for user in (DEVICE, "central"))
        with ended(broker), bout(name, folder / "site", random, device=device, centre=centre) as on:
            on.give(SIZES)
            on.says(*says)
            file.write_text(MAY)
            broker.reload()
            return mend(on)

    return case


def quota(code: int, says: tuple[str, ...], *, hangs_up: bool) -> Callable[[Path, Random], Outcome]:
    """Make a case of a broker that refuses everything for a while, or hangs up on it, with a reason code of MQTT 5."""

    def case(folder: Path, random: Random) -> Outcome:
        broker = start(folder, "")
        name = f"reason code {code:#x}"
        with (
            ended(broker),
            Quota(broker.port) as way,
            bout(name, folder / "site", random, device={"port": way.port}, centre={"port": broker.port}) as on,
        ):
            way.code, way.hangs_up = code, hangs_up
            on.give(SIZES)
            on.says(*says)
            if hangs_up:
                on.does("sync.line_lost", MANY)
                on.wrong += [f"{name}: {what}" for what in BLAME if on.device.counts[what]]
            way.code = None
            return mend(on)

    return case


def too_many(folder: Path, random: Random) -> Outcome:
    """The broker takes two connections, which is enough for ours, and others have them until they leave."""
    broker = start(folder, "max_connections 2")
    with ended(broker), ExitStack() as others:
        assert any(_turned_away(others.enter_context(reached(broker))) for _ in range(MANY))  # mosquitto 2.0 miscounts
        with bout("max_connections", folder / "site", random, device={"port": broker.port}) as on:
            on.give(SIZES)
            on.says("hung up on CONNECT", "see its log")
            others.close()
            return mend(on)


def reached(broker: Mosquitto) -> socket.socket:
    """Connect to a broker, and say nothing."""
    return socket.create_connection(("127.0.0.1", broker.port), timeout=1.0)


def _turned_away(channel: socket.socket) -> bool:
    """Whether a broker that was told nothing has hung up within the socket's time."""
    try:
        return channel.recv(1) == b""
    except TimeoutError:
        return False


def outages(folder: Path, random: Random) -> Outcome:
    """The broker keeps nothing, and is killed, frozen and stopped while frames are on the way."""
    broker = start(folder, "persistence false")
    with ended(broker), bout("kill -9, SIGSTOP, stop", folder / "site", random, device={"port": broker.port}) as on:
        on.give()
        on.does("sync.sent_messages", random.randrange(*CUT_AT))
        broker.kill_and_restart()
        on.give()
        with broker.frozen():
            on.complains("broker")
        on.give()
        broker.stop()
        on.says("cannot reach the broker", "`broker.port`")
        broker.restart()
        return mend(on)


def silent_port(folder: Path, random: Random) -> Outcome:
    """Somebody else listens on the port and never says a word; then the broker does."""
    port = free_port()
    with bout("not a broker", folder / "site", random, device={"port": port}) as on:
        with deaf(port):
            on.give(SIZES)
            on.says("no answer to CONNECT", "`broker.port`")
        broker = start(folder, "", port=port)
        with ended(broker):
            return mend(on)


@contextmanager
def deaf(port: int) -> Generator[None]:
    """Take connections, and do nothing with them."""
    channels: list[socket.socket] = []

    def take(server: socket.socket) -> None:
        try:
            while True:
                channels.append(server.accept()[0])
        except OSError:  # closed
            return

    with socket.create_server(("127.0.0.1", port)) as server:
        thread = threading.Thread(target=take, args=[server], daemon=True)
        thread.start()
        yield
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for channel in channels:
        channel.close()


@contextmanager
def ended(broker: Mosquitto) -> Generator[None]:
    """Have a broker stopped behind the block."""
    try:
        yield
    finally:
        broker.stop()


def login(broker: Mosquitto, user: str) -> dict[str, object]:
    """Return the section by which a user logs in."""
    return {"port": broker.port, "username": user, "password": "secret"}


def passwords(broker: Mosquitto, users: dict[str, str]) -> str:
    """Write the broker's users, and return its configuration."""
    lines, config = "", ""
    for user, password in users.items():
        config = broker.with_user(user, password)
        lines += (broker.folder / "passwords").read_text()
    (broker.folder / "passwords").write_text(lines)
    return config


CASES: Final = (
    bad_login,
    too_many,
    outages,
    silent_port,
    acl("may publish nothing", f"{EVERYTHING}user {DEVICE}\ntopic read {OURS}/dn/#\n", says=("Not authorized", DEVICE)),
    acl(
        "may hear nothing", f"{EVERYTHING}user {DEVICE}\ntopic write {OURS}/up/#\n", says=("no answer", f"{OURS}/dn/a")
    ),
    acl(
        "may publish no chunks",
        MAY.replace(f"{OURS}/up/#", f"{OURS}/up/f") + f"topic write {OURS}/up/q\ntopic write {OURS}/up/s\n",
        says=(f"{OURS}/up/c", "Not authorized"),
    ),
    quota(0x97, ("Quota exceeded", "`sync.in_flight_messages`"), hangs_up=False),
    quota(0x96, ("Message rate too high", "`sync.in_flight_messages`"), hangs_up=True),
    quota(0x8E, ("Session taken over", "`device.id`"), hangs_up=True),
)
