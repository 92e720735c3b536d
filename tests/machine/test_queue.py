"""Labelers, crashes and a passing clock walk over the labeling queue: it never gives one frame to two people."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from askance.central import tasks
from askance.central.batch import Letter
from askance.central.config import QueueSection
from askance.central.lifecycle import State
from askance.central.queue import Lease, Queue
from askance.central.schema import open_catalog
from askance.central.tasks import Filter, Task, TaskId
from askance.errors import QueueError
from askance.wire.topics import Up
from support_central import Clock, make_envelope, open_intake, topic

VALUES = (0.3, 0.9, 0.9, 0.1)
ATTEMPTS = 2
LEASE_S = 1800.0
YEAR_S = 365.0 * 24 * 3600
PROCESS = st.integers(0, 1)


class Desk(RuleBasedStateMachine):
    """Two processes over one catalog, against a model of plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        intake = open_intake(self.folder)
        intake.take([Letter(topic(Up.FRAME), make_envelope(n, value=value)) for n, value in enumerate(VALUES)])
        intake._connection.close()
        self.minted = 0
        self.connections = [open_catalog(self.folder, readonly=False) for _ in range(2)]
        self.queues = [
            Queue(connection, QueueSection(attempts=ATTEMPTS), clock=self.clock, mint=self.mint)
            for connection in self.connections
        ]
        self.state = {TaskId(n + 1): State.OPEN for n in range(len(VALUES))}
        self.expired = dict.fromkeys(self.state, 0)
        self.leases: list[Lease] = []
        self.holder: dict[TaskId, Lease] = {}
        self.until: dict[TaskId, float] = {}

    def mint(self) -> str:
        self.minted += 1
        return f"token-{self.minted}"

    @rule(process=PROCESS)
    def somebody_claims(self, process: int) -> None:
        for task in list(self.holder):
            self.until[task] = min(self.until[task], self.clock.now + LEASE_S)
            if self.until[task] <= self.clock.now:
                self.expired[task] += 1
                self.state[task] = State.PARKED if self.expired[task] >= ATTEMPTS else State.OPEN
                del self.holder[task]
        waiting = [task for task, state in self.state.items() if state is State.OPEN]

        lease = self.queues[process].claim(f"labeler-{process}")

        if not waiting:
            assert lease is None
            return
        best = min(waiting, key=lambda task: (-VALUES[task - 1], task))
        assert lease is not None
        assert best == lease.task.id
        self.state[best] = State.LEASED
        self.holder[best] = lease
        self.until[best] = lease.until
        self.leases.append(lease)

    @precondition(lambda self: self.leases)
    @rule(process=PROCESS, pick=st.integers(0, 99), how=st.sampled_from(["submit", "skip", "release"]))
    def somebody_finishes(self, process: int, pick: int, how: str) -> None:
        lease = self.leases[pick % len(self.leases)]
        task = lease.task.id
        good = self.holder.get(task) is lease and self.until[task] > self.clock.now
        queue = self.queues[process]
        try:
            match how:
                case "submit":
                    queue.submit(lease.token, [], seconds=1.0)
                case "skip":
                    queue.skip(lease.token, reason="dark")
                case _:
                    queue.release(lease.token)
        except QueueError:
            assert not good
            return
        assert good
        del self.holder[task]
        self.state[task] = {"submit": State.DONE, "skip": State.SKIPPED}.get(how, State.OPEN)

    @rule(pick=st.integers(0, len(VALUES) - 1))
    def operator_reopens(self, pick: int) -> None:
        task = TaskId(pick + 1)
        settled = self.state[task] not in (State.OPEN, State.LEASED)
        try:
            self.queues[0].reopen(task)
        except QueueError:
            assert not settled
            return
        assert settled
        self.state[task] = State.OPEN
        self.expired[task] = 0

    @rule(seconds=st.sampled_from([1.0, LEASE_S / 2, LEASE_S]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(years=st.sampled_from([-10, 10]))
    def the_clock_is_set(self, years: int) -> None:
        self.clock.now += years * YEAR_S

    @invariant()
    def the_catalog_is_the_model(self) -> None:
        found: list[Task] = list(tasks.find(self.connections[0], Filter()))
        assert self.state == {task.id: task.state for task in found}
        assert self.expired == {task.id: task.expired for task in found}

    def teardown(self) -> None:
        for connection in self.connections:
            connection.close()
        shutil.rmtree(self.folder)


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
