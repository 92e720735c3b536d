"""Calls that have no end of their own: they get one, and what they bring too late is closed."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar


class Closable(Protocol):
    """What is closed when nobody waits for it any more."""

    def close(self) -> object:
        """Give it back."""
        ...


_Made = TypeVar("_Made", bound=Closable)


def by_deadline(make: Callable[[], _Made], *, within_s: float) -> _Made:
    """Return what ``make`` makes, or raise what it raises; on a thread of its own, which is left behind if it is late.

    Args:
        make: called once.
        within_s: seconds to wait for it.

    Raises:
        TimeoutError: it has not come to an end.
    """
    awaited: Future[_Made] = Future()
    thread = threading.Thread(target=_attempt, args=(make, awaited), name="attempt", daemon=True)
    thread.start()
    thread.join(within_s)
    if awaited.cancel():
        raise TimeoutError(f"no answer within {within_s:g} s")
    try:
        return awaited.result()
    finally:
        del awaited  # it holds the error, and the error by its traceback whoever holds it: all that was at work


def _attempt(make: Callable[[], _Made], awaited: "Future[_Made]") -> None:
    try:
        made = make()
    except Exception as error:  # noqa: BLE001 (raised to the one who waits)
        if awaited.set_running_or_notify_cancel():
            awaited.set_exception(error)
    else:
        if awaited.set_running_or_notify_cancel():
            awaited.set_result(made)
        else:
            made.close()
    finally:
        del awaited  # the same
