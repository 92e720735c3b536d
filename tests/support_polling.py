"""Waiting in tests: a condition is polled until it holds or its time is over."""

import time
from collections.abc import Callable
from typing import Final

PAUSE_S: Final = 0.01


def until(condition: Callable[[], object], *, within_s: float = 10.0, every_s: float = PAUSE_S) -> bool:
    """Poll ``condition`` until it holds; False when it did not within ``within_s`` seconds.

    One that costs much is polled at greater intervals, so that it takes nothing from what it waits for.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every_s)
    return True
