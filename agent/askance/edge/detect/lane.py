"""The thread that runs forward passes one after the other, while another prepares, reads and decides."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final, TypeAlias

from askance.edge.detect.decode import Outputs

ForwardPass: TypeAlias = Callable[[], Outputs]

_LAST_S: Final = 1.0


class Lane:
    """One forward pass at a time, in the order of asking; the runtime leaves Python's lock alone meanwhile.

    Not an executor of the standard library: those wait for their threads at the end of the program, and a forward pass
    that hangs must not keep the agent from ending.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[tuple[ForwardPass, Future[Outputs]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="forward", daemon=True)
        self._thread.start()

    def ask(self, forward: ForwardPass) -> Future[Outputs]:
        """Have a forward pass run; whatever it raises is raised to the one who takes the result."""
        future: Future[Outputs] = Future()
        self._asked.put((forward, future))
        return future

    def close(self) -> None:
        """End the thread when it has run what was asked for, and wait a second for it; again is harmless."""
        self._asked.put(None)
        self._thread.join(_LAST_S)

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            forward, future = asked
            try:
                future.set_result(forward())
            except Exception as error:  # noqa: BLE001 (handed to the one who waits, who would wait for ever)
                future.set_exception(error)
            del asked, forward, future  # the outputs are the waiter's: kept here they would live until the next pass
