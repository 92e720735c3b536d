"""The control socket answers everybody, and lets nobody hold it up."""

import socket
import stat
import threading
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from askance.edge.control.address import NAME, short
from askance.edge.control.server import BUSY, LONGEST_LINE, MOST_CONNECTIONS, PATIENCE_S, TOO_LONG, Server, serve
from askance.edge.health import Health
from askance.edge.workers import Pulse, Worker
from support_clock import Clock
from support_polling import until


def echo(line: bytes) -> bytes:
    return line.upper() + b"\n"


class Door:
    """A server that takes its steps by hand, on a clock of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.server = Server(folder, echo, clock=self.clock)

    @contextmanager
    def caller(self) -> Generator[socket.socket]:
        with closing(socket.socket(socket.AF_UNIX)) as channel, short(self.folder) as address:
            channel.connect(address)
            channel.settimeout(5)
            self.steps()
            yield channel

    def steps(self, count: int = 20) -> None:
        for _ in range(count):
            self.server.step(0.0)

    def said_to(self, channel: socket.socket, length: int = 2**16) -> bytes:
        self.steps()
        return channel.recv(length)


@pytest.fixture
def door(tmp_path: Path) -> Generator[Door]:
    made = Door(tmp_path)
    yield made
    made.server.close()


def test_each_line_is_answered_in_its_order(door: Door) -> None:
    with door.caller() as channel:
        channel.sendall(b"one\n\n  \ntwo\nthr")
        assert b"ONE\nTWO\n" == door.said_to(channel)
        channel.sendall(b"ee\n")
        assert b"THREE\n" == door.said_to(channel)


def test_the_last_line_may_lack_its_end(door: Door) -> None:
    with door.caller() as channel:
        channel.sendall(b"one\ntwo")
        channel.shutdown(socket.SHUT_WR)
        assert b"ONE\nTWO\n" == door.said_to(channel)
        assert b"" == door.said_to(channel)


def test_a_line_that_is_too_long_is_refused_and_the_next_caller_is_heard(door: Door) -> None:
    with door.caller() as channel:
        channel.sendall(b"x" * LONGEST_LINE)
        door.steps()
        channel.sendall(b"y")
        assert TOO_LONG == door.said_to(channel)
        assert b"" == door.said_to(channel)
    with door.caller() as channel:
        channel.sendall(b"x" * (LONGEST_LINE - 10) + b"\nnext\n")
        assert b"X" * (LONGEST_LINE - 10) + b"\n" == door.said_to(channel, LONGEST_LINE - 9)
        assert b"NEXT\n" == door.said_to(channel)


def test_when_all_places_are_taken_the_caller_goes_that_has_been_silent_for_longest(door: Door) -> None:
    with ExitStack() as callers:
        channels = [callers.enter_context(door.caller()) for _ in range(MOST_CONNECTIONS)]
        door.clock.now += 100 * PATIENCE_S
        for channel in channels[1:] + channels[:1]:
            door.clock.now += 1
            channel.sendall(b"here\n")
            assert b"HERE\n" == door.said_to(channel)

        with door.caller() as one_more:
            one_more.sendall(b"me\n")
            assert b"ME\n" == door.said_to(one_more)
        assert b"" == door.said_to(channels[1])
        channels[0].sendall(b"still here\n")
        assert b"STILL HERE\n" == door.said_to(channels[0])


def test_who_speaks_up_just_when_its_place_is_taken_disturbs_nobody(door: Door) -> None:
    with ExitStack() as callers:
        channels = [callers.enter_context(door.caller()) for _ in range(MOST_CONNECTIONS)]
        one_more = callers.enter_context(closing(socket.socket(socket.AF_UNIX)))
        with short(door.folder) as address:
            one_more.connect(address)
        for channel in channels:
            channel.sendall(b"me too\n")

        one_more.sendall(b"me\n")
        assert b"ME\n" == door.said_to(one_more)
        assert [b"ME TOO\n"] * 7 == [door.said_to(channel) for channel in channels[1:]]
        with pytest.raises(ConnectionResetError):
            door.said_to(channels[0])


def test_when_everybody_is_in_the_middle_of_a_line_one_more_is_told_to_try_again(door: Door) -> None:
    with ExitStack() as callers:
        for _ in range(MOST_CONNECTIONS):
            callers.enter_context(door.caller()).sendall(b"half a li")
        door.steps()

        with door.caller() as one_more:
            assert (BUSY, b"") == (door.said_to(one_more), door.said_to(one_more))


def test_who_takes_long_over_a_line_is_hung_up_on_and_who_is_silent_is_not(door: Door) -> None:
    with door.caller() as silent, door.caller() as dripping:
        for _ in range(4):
            door.clock.now += PATIENCE_S / 2.5
            with suppress(BrokenPipeError):
                dripping.sendall(b"x")
            door.steps()

        assert b"" == door.said_to(dripping)
        silent.sendall(b"at last\n")
        assert b"AT LAST\n" == door.said_to(silent)


def test_who_does_not_take_its_answers_is_not_listened_to_and_hung_up_on(door: Door) -> None:
    """It holds no more than one answer, one piece and what the kernel takes, and nobody else waits for it."""
    with door.caller() as greedy, door.caller() as other:
        greedy.setblocking(False)
        with suppress(BlockingIOError):  # at last the kernel takes no more of it
            for _ in range(1000):
                greedy.sendall(b"x" * 60_000 + b"\n")
                door.steps(3)
        other.sendall(b"me\n")
        assert b"ME\n" == door.said_to(other)
        (held,) = [caller for caller in door.server._callers if caller.outbox]
        assert len(held.inbox) + len(held.outbox) < 4 * LONGEST_LINE

        door.clock.now += PATIENCE_S / 2
        other.sendall(b"me\n")
        assert b"ME\n" == door.said_to(other)
        door.clock.now += PATIENCE_S / 2 + 1
        door.steps()
        assert 1 == len(door.server._callers)


def test_who_hangs_up_in_the_middle_disturbs_nobody(door: Door) -> None:
    for _ in range(3 * MOST_CONNECTIONS):
        with door.caller() as channel:
            channel.sendall(b"x" * 1000 + b"\nhalf a li")
    door.steps()

    assert [] == door.server._callers


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])  # one server hears them all
@given(pieces=st.lists(st.binary(max_size=200), max_size=5))
@example(pieces=[b"\r\x00"])
def test_whatever_comes_is_cut_into_lines_and_answered(door: Door, pieces: list[bytes]) -> None:
    with door.caller() as channel:
        for piece in pieces:
            channel.sendall(piece)
            door.steps(2)
        channel.shutdown(socket.SHUT_WR)
        door.steps(200)
        heard = b""
        while piece := channel.recv(2**16):
            heard += piece

    said = b"".join(pieces).split(b"\n")
    assert b"".join(echo(line.lstrip(b"\r")) for line in said if line.strip()) == heard


def test_the_socket_is_for_its_user_and_group_and_goes_with_the_server(tmp_path: Path) -> None:
    stale = socket.socket(socket.AF_UNIX)
    with short(tmp_path) as address:
        stale.bind(address)
    stale.close()  # as a killed agent leaves it

    with Server(tmp_path, echo, clock=Clock()):
        found = (tmp_path / NAME).stat()
        assert stat.S_ISSOCK(found.st_mode)
        assert 0 == stat.S_IMODE(found.st_mode) & ~0o660
        assert 0o600 == stat.S_IMODE(found.st_mode) & 0o600
    assert [] == list(tmp_path.iterdir())


def test_a_socket_that_cannot_be_made_is_trouble_and_made_as_soon_as_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askance.edge.control.server.AGAIN_S", 0.01)
    monkeypatch.setattr("askance.edge.control.server.LOOK_S", 0.01)
    stop, health = threading.Event(), Health()
    worker = Worker(
        Pulse("control", stop, health),
        lambda pulse: serve(pulse, echo, folder=tmp_path / "later", health=health, clock=Clock()),
    )
    worker.start()
    assert until(lambda: "nobody can tell" in health.vitals().trouble.get("control", ""))

    (tmp_path / "later").mkdir()
    assert until(lambda: not health.vitals().trouble)
    assert (tmp_path / "later" / NAME).is_socket()

    stop.set()
    worker.join(5)
    assert (None, []) == (worker.failure, list((tmp_path / "later").iterdir()))
