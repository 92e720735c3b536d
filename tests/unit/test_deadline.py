"""A call that may hang brings its result, its error, or nothing in time."""

import gc
import threading
import weakref
from dataclasses import dataclass, field

import pytest

from askance.deadline import by_deadline
from support_polling import until


@dataclass(frozen=True)
class Door:
    """Stays open until somebody closes it."""

    closed: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        self.closed.set()


def test_what_is_made_in_time_is_returned_open() -> None:
    door = Door()

    assert door is by_deadline(lambda: door, within_s=10)
    assert not door.closed.is_set()


def test_what_goes_wrong_is_raised_to_the_one_who_waits() -> None:
    def fail() -> Door:
        raise ConnectionRefusedError("nobody there")

    with pytest.raises(ConnectionRefusedError, match="nobody there"):
        by_deadline(fail, within_s=10)


def test_what_comes_too_late_is_closed() -> None:
    door, go_on = Door(), threading.Event()

    def hesitate() -> Door:
        go_on.wait(10)
        return door

    with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
        by_deadline(hesitate, within_s=0.05)
    assert not door.closed.is_set()
    go_on.set()

    assert door.closed.wait(10)


def test_what_goes_wrong_too_late_is_nobodys_affair() -> None:
    go_on, at_work = threading.Event(), list[threading.Thread]()

    def fail_late() -> Door:
        at_work.append(threading.current_thread())
        go_on.wait(10)
        raise ConnectionRefusedError

    with pytest.raises(TimeoutError):
        by_deadline(fail_late, within_s=0.05)
    go_on.set()
    at_work[0].join(10)

    assert not at_work[0].is_alive()


def test_an_error_holds_nothing_that_was_at_work_for_longer_than_itself() -> None:
    """Sockets that wait for the collector of cycles are closed some day."""
    gc.collect()
    door = Door()
    gone = weakref.ref(door)

    def fail(held: Door = door) -> Door:
        raise ConnectionRefusedError(str(held.closed.is_set()))

    del door
    gc.disable()
    try:
        with pytest.raises(ConnectionRefusedError):
            by_deadline(fail, within_s=10)
        del fail
        assert until(lambda: gone() is None)
    finally:
        gc.enable()
