"""A budget holds in every window of time, however often the power goes: the store is really opened again each time."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules import FrameContext, Memory, Policy, Rule, RuleId, decide, defray, remember, settle
from askance.edge.rules.budgets import Limits
from askance.edge.rules.conditions import Doubt
from askance.edge.rules.policy import Context
from askance.edge.store import Store
from askance.edge.values import Drop, Keep, Measure, Payer, Signal, Spending
from askance.units import Rate
from askance.wire.capture import Arm, Priority
from askance.wire.identity import CameraId
from support_scenes import SHARP, scene, still
from support_store import make_draft, open_store

RESTARTS: Final = 1000
SECOND: Final = 10**9
MINUTE: Final = 60 * SECOND
NEAR: Final = Measure("near_threshold", None, 0.2, 0.6)
LIMITS: Final = Limits(frames=Rate(5, timedelta(minutes=1)), bytes=Rate(30_000, timedelta(hours=1)))
POLICY: Final = Policy((Rule(RuleId("people"), "1-a", Doubt(NEAR, 0.0), limits=LIMITS),))

TIGHT: Final = Limits(frames=Rate(2, timedelta(seconds=3)), bytes=Rate(20, timedelta(seconds=2)))
AROUND: Final = Rule(
    RuleId("around"), "1-a", Doubt(NEAR, 0.0), limits=TIGHT, context=Context(5 * SECOND, 5 * SECOND, 1)
)
WAITING: Final = replace(AROUND, id=RuleId("waiting"), context=None, limits=Limits(), slot_ns=60 * SECOND)
BESIDE: Final = Policy((AROUND, WAITING))
KEEP: Final = Keep((), tuple(Payer(rule.id, 0.5, Arm.UNCERTAINTY, Priority.DOUBTFUL, None) for rule in BESIDE.rules))


@dataclass
class Device:
    """A device that is switched off and on, and a clock on the wall that sees all of it."""

    path: Path
    chance: random.Random
    wall_ns: int = 0
    paid: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def boot(self, number: int) -> None:
        """Run for a while, from some moment of the monotonic clock on, as a reboot or as another run of one boot."""
        began_ns = self.wall_ns if number % 3 else self.wall_ns - self.chance.randrange(10**15)
        with open_store(self.path, boot_id=f"boot-{number // 3}", quota=10**9) as store:
            spent = [spending for history in store.spent().values() for spending in history]
            memory = remember(POLICY, spent, now_ns=store.budget_now(self.wall_ns - began_ns))
            for _ in range(self.chance.randrange(6)):
                self.wall_ns += self.chance.randrange(20 * SECOND)
                memory = self._look(store, memory, monotonic_ns=self.wall_ns - began_ns)
            after = self.path
            if number % 50 == 0:  # the power goes before anything is closed
                after = shutil.copytree(self.path, self.path.with_name(f"store-{number}"))
        self.path = after
        self.wall_ns += self.chance.choice([0, 0, SECOND, MINUTE])

    def _look(self, store: Store, memory: Memory, *, monotonic_ns: int) -> Memory:
        now_ns, value = store.budget_now(monotonic_ns), self.chance.random()
        signals = {NEAR: Signal("near_threshold", value, (), "")}
        what = FrameContext(CameraId("gate"), monotonic_ns, now_ns, signals, SHARP, still(scene()), 0.9)
        memory, decided = decide(POLICY, memory, context=what)
        decision = decided.outcome
        if isinstance(decision, Drop):
            return memory
        size = self.chance.randrange(100, 3000)
        paid, settled = settle(POLICY, memory, keep=decision, size=size, now_ns=now_ns)
        if not isinstance(settled, Keep):
            return memory
        spending = Spending("people", now_ns, 1, size)
        kept = store.keep(replace(make_draft(), spendings=(spending,)), self.chance.randbytes(50))
        assert not isinstance(kept, Drop)
        self.paid.append((self.wall_ns, size))
        return paid


def most(paid: list[tuple[int, int]], period_ns: int) -> tuple[int, int]:
    """The most frames, and the most bytes, that any window of the period holds."""
    frames = size = most_frames = most_bytes = first = 0
    for at_ns, each in paid:
        frames, size = frames + 1, size + each
        while at_ns - paid[first][0] >= period_ns:
            frames, size, first = frames - 1, size - paid[first][1], first + 1
        most_frames, most_bytes = max(most_frames, frames), max(most_bytes, size)
    return most_frames, most_bytes


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what is asked is what a restart remembers, not how fast the disk is."""
    memory = Path("/dev/shm")  # noqa: S108 (a folder of its own name is made there)
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield Path(made)


def test_no_window_holds_more_than_the_budget_across_a_thousand_restarts(folder: Path) -> None:
    device = Device(folder / "store", random.Random(7))  # noqa: S311 (a life that comes out the same again)
    for number in range(RESTARTS):
        device.boot(number)

    assert most(device.paid, MINUTE)[0] == 5, "never more, and the budget is used"
    assert 20_000 < most(device.paid, 60 * MINUTE)[1] <= 30_000
    assert len(device.paid) > 100


def test_a_window_is_counted() -> None:
    assert most([(0, 5), (9, 5), (10, 7), (19, 1)], 10) == (2, 12)


@given(
    frames=st.lists(
        st.tuples(
            st.integers(0, 4),  # seconds since the last one
            st.integers(0, 60),  # seconds that it has waited in a slot, of whichever rule
            st.integers(1, 12),  # bytes
            st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 12)), max_size=8),  # around it: seconds, bytes
        ),
        max_size=60,
    )
)
def test_frames_and_those_around_them_together_overdraw_no_budget(
    frames: list[tuple[int, int, int, list[tuple[int, int]]]],
) -> None:
    memory, now_s, spent = Memory(), 1000, list[Spending]()
    for since_s, waited_s, size, around in frames:
        now_s += since_s
        at_ns = (now_s - waited_s) * SECOND
        memory, settled = settle(BESIDE, memory, keep=KEEP, size=size, now_ns=at_ns)
        assert isinstance(settled, Keep), "who has no budget always pays"
        payers = {RuleId(payer.rule) for payer in settled.payers}
        spent += [Spending(rule, at_ns, 1, size) for rule in payers]
        for offset_s, each in around:
            beside_ns = at_ns + offset_s * SECOND
            memory, paid = defray(BESIDE, memory, payers=payers & {AROUND.id}, size=each, at_ns=beside_ns)
            spent += paid

    mine = [each for each in spent if each.rule == AROUND.id]
    for first in mine:
        assert 2 >= sum(each.frames for each in mine if 0 <= each.at_ns - first.at_ns < 3 * SECOND)
        assert 20 >= sum(each.bytes for each in mine if 0 <= each.at_ns - first.at_ns < 2 * SECOND)
