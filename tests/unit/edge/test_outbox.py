"""Statuses and notices wait in order, and a status is never longer than the broker bears."""

import json
from collections import Counter
from typing import Any

import pytest

from askance.edge.outbox import TRIAL, Outbox
from askance.edge.sync.tolerance import FLOOR, STRIKES
from askance.edge.sync.window import HEADROOM
from askance.wire.identity import CameraId, DeviceId
from askance.wire.receipts import LastDecision, Ledger, Notice, RuleTally, RuleWord, Status
from askance.wire.topics import Up

DEVICE = DeviceId("gate-7")
LEDGER = Ledger(boot_id="b" * 36, captured=1, stored=1, pending=0, evicted={}, quarantined=0)
WORD = RuleWord(outcome="paid", value=0.5, clause="c" * 64)
LONG = Status(
    device=DEVICE,
    online=True,
    ledgers=(LEDGER,) * 16,
    counters={f"counter.{index:04}": index for index in range(256)},
    trouble=("x" * 240,) * 16,
    rules={f"rule-{index}": RuleTally(matched=1, kept=1) for index in range(32)},
    last={CameraId("gate"): LastDecision(index=0, ago_s=1.0, ended="kept", rules={"rule": WORD})},
)
NOTICE = Notice(code="quarantined", text="schema")


class Counted:
    """An outbox and what it counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.box = Outbox(DEVICE, lambda name: self.counts.update([name]))

    def written(self, status: Status = LONG) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.box.letter(status).payload)
        return content


@pytest.fixture
def on() -> Counted:
    return Counted()


def test_messages_leave_in_the_order_in_which_they_came(on: Counted) -> None:
    lengths = [on.box.put_notice(NOTICE), on.box.put_status(LONG), on.box.put_notice(NOTICE)]

    taken = [on.box.take() for _ in range(3)]
    assert [Up.EVENT, Up.STATUS, Up.EVENT] == [kind for kind, _ in taken]
    assert lengths == [len(message.payload) for _, message in taken]
    assert [False, True, False] == [message.retain for _, message in taken]


def test_one_status_waits_at_a_time(on: Counted) -> None:
    assert on.box.put_status(LONG) is not None
    assert on.box.put_status(LONG) is None

    on.box.take()
    assert on.box.put_status(LONG) is not None


def test_what_waited_on_a_line_that_broke_is_counted(on: Counted) -> None:
    on.box.put_status(LONG)
    on.box.put_notice(NOTICE)
    on.box.broken(over_status=False)

    assert {"sync.notice_unsent": 1} == on.counts
    assert on.box.put_status(LONG) is not None


@pytest.mark.parametrize(
    ("maximum_packet", "left_out"),
    [
        (None, set[str]()),
        (12_600, {"last"}),
        (11_500, {"last", "rules"}),
        (9000, {"last", "rules", "counters"}),
        (4096, {"last", "rules", "counters", "trouble"}),
    ],
)
def test_a_status_loses_first_what_is_missed_least(on: Counted, maximum_packet: int | None, left_out: set[str]) -> None:
    on.box.open(maximum_packet)

    written = on.written()

    assert left_out == {key for key in ("last", "rules", "counters", "trouble", "ledgers") if not written.get(key)}
    assert (maximum_packet is not None) == bool(on.counts["sync.status_cut"])


def test_the_oldest_boots_go_last_and_the_device_s_name_never(on: Counted) -> None:
    on.box.open(1500)
    assert 0 < len(on.written()["ledgers"]) < 16

    on.box.open(HEADROOM + 1)
    assert (DEVICE, []) == (on.written()["device"], on.written()["ledgers"])


def test_a_status_that_breaks_the_line_again_and_again_is_cut_for_a_while(on: Counted) -> None:
    for _ in range(STRIKES):
        on.box.broken(over_status=True)

    lengths = [len(on.box.letter(LONG).payload) for _ in range(TRIAL + 1)]

    assert max(lengths[:TRIAL]) <= FLOOR - HEADROOM
    assert lengths[TRIAL] > FLOOR
    assert TRIAL == on.counts["sync.status_cut"]


def test_a_status_that_was_taken_in_between_is_not_to_blame(on: Counted) -> None:
    on.box.broken(over_status=True)
    on.box.passed(Up.STATUS)
    on.box.broken(over_status=True)
    on.box.passed(Up.QUERY)

    assert on.written()["rules"]


def test_a_limit_that_was_announced_stays_where_it_is_the_smaller_one(on: Counted) -> None:
    on.box.open(1500)
    for _ in range(STRIKES):
        on.box.broken(over_status=True)

    assert len(on.box.letter(LONG).payload) <= 1500 - HEADROOM
