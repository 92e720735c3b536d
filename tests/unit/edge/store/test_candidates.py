"""Who may make room, and in which order."""

import sqlite3
from collections.abc import Generator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from askance.database import connect
from askance.edge.config import StoreSection
from askance.edge.store.candidates import BATCH_SHARE, choose, delivered, displaceable
from askance.edge.store.eviction import QUARANTINED_KEPT, Newcomer, Plan
from askance.edge.store.ledger import open_boot
from askance.edge.store.lifecycle import State
from askance.edge.store.schema import MIGRATIONS
from askance.wire.capture import Arm, Priority
from askance.wire.identity import FrameId

NEWCOMER = Newcomer(Arm.UNCERTAINTY, Priority.DOUBTFUL, 0.5, 10)
RANDOM = Newcomer(Arm.RANDOM, Priority.DOUBTFUL, 0.0, 10)


class Row(NamedTuple):
    """A frame of the index; its id is its place in the list."""

    value: float = 0.4
    state: State = State.PENDING
    arm: Arm = Arm.UNCERTAINTY
    priority: Priority = Priority.DOUBTFUL
    boot: int = 1
    size: int = 10


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Generator[sqlite3.Connection, None, None]:
    opened = connect(tmp_path_factory.mktemp("candidates") / "captures.db", MIGRATIONS)
    for boot in ("a", "b", "c"):
        open_boot(opened, boot)
    opened.execute("INSERT INTO models VALUES (1, 'm', '1', '', NULL, 0.0, 0.5, '{}', 'coco@1')")
    yield opened
    opened.close()


def fill(connection: sqlite3.Connection, rows: list[Row]) -> None:
    connection.execute("DELETE FROM captures")
    connection.executemany(
        "INSERT INTO captures (frame_id, seq, value, state, arm, priority, boot, bytes, sha256, v, must, device,"
        " camera, monotonic_ns, clock, width, height, model, role)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 1, '[]', 'd', 'c', 0, 'none', 1, 1, 1, 'trigger')",
        [(str(seq), seq, *row) for seq, row in enumerate(rows)],
    )


def freed(connection: sqlite3.Connection, newcomer: Newcomer = NEWCOMER, *, protected: int = 0) -> list[int]:
    return [int(held.frame_id) for held in displaceable(connection, newcomer, protected=protected)]


def test_delivered_frames_are_listed_oldest_first(connection: sqlite3.Connection) -> None:
    fill(connection, [Row(), Row(state=State.DELIVERED, boot=2), Row(state=State.DELIVERED), Row(state=State.DELETING)])

    assert [int(held.frame_id) for held in delivered(connection)] == [2, 1]


def test_the_least_worth_sending_comes_first_and_the_older_of_equals(connection: sqlite3.Connection) -> None:
    fill(connection, [Row(0.3), Row(0.2, boot=2), Row(0.2), Row(0.9, priority=Priority.FILLER), Row(0.5), Row(0.6)])

    assert freed(connection) == [3, 2, 1, 0, 4]


def test_the_newest_quarantined_frames_stay_as_evidence_and_older_ones_go_before_pending(
    connection: sqlite3.Connection,
) -> None:
    fill(connection, [Row(0.0), *[Row(state=State.QUARANTINED)] * (QUARANTINED_KEPT + 2)])

    assert freed(connection) == [1, 2, 0]


def test_random_frames_are_safe_inside_their_share_and_the_older_ones_beyond_it_are_not(
    connection: sqlite3.Connection,
) -> None:
    fill(connection, [Row(0.0, arm=Arm.RANDOM)] * 3)

    assert [freed(connection, protected=room) for room in (30, 29, 0)] == [[], [0], [0, 1, 2]]


def test_a_random_newcomer_inside_the_share_displaces_frames_of_any_value(connection: sqlite3.Connection) -> None:
    fill(connection, [Row(9.0), Row(8.0, arm=Arm.RANDOM)])

    assert freed(connection, RANDOM, protected=20) == [0]
    assert freed(connection, RANDOM, protected=10) == [1, 0]
    assert freed(connection, RANDOM, protected=9) == []


def test_the_questions_are_answered_from_indices(connection: sqlite3.Connection) -> None:
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    list(delivered(connection))
    freed(connection, protected=1)
    connection.set_trace_callback(None)

    plans = [[row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")] for question in asked]
    assert len(plans) == 4
    scans = [detail for plan in plans for detail in plan if detail.startswith(("SCAN", "SEARCH"))]
    assert len(scans) == 5
    assert all("INDEX captures_" in scan for scan in scans), scans


ROWS = st.lists(
    st.builds(
        Row,
        value=st.sampled_from([0.0, 0.2, 0.5, 0.7]),
        state=st.sampled_from(State),
        arm=st.sampled_from([Arm.UNCERTAINTY, Arm.RANDOM]),
        priority=st.sampled_from(Priority),
        boot=st.integers(1, 3),
        size=st.integers(1, 1000),
    ),
    max_size=40,
)
NEWCOMERS = st.builds(
    Newcomer,
    st.sampled_from([Arm.UNCERTAINTY, Arm.RANDOM]),
    st.sampled_from(Priority),
    st.floats(0, 1),
    st.integers(1, 1000),
)


def in_memory(rows: list[Row], newcomer: Newcomer, *, protected: int) -> list[int]:
    """The same order, from lists."""
    oldest_first = sorted(enumerate(rows), key=lambda item: (item[1].boot, item[0]))
    quarantined = [seq for seq, row in oldest_first if row.state is State.QUARANTINED]
    pending = [(seq, row) for seq, row in oldest_first if row.state is State.PENDING]
    favoured = newcomer.arm is Arm.RANDOM and newcomer.size <= protected
    room = protected - newcomer.size if favoured else protected
    safe: set[int] = set()
    for seq, row in reversed([item for item in pending if item[1].arm is Arm.RANDOM]):
        room -= row.size
        if room < 0:
            break
        safe.add(seq)
    limit = (-newcomer.priority, newcomer.value)
    giving = [item for item in pending if item[0] not in safe]
    giving = [item for item in giving if favoured or (-item[1].priority, item[1].value) <= limit]
    giving.sort(key=lambda item: (-item[1].priority, item[1].value))
    return [*quarantined[:-QUARANTINED_KEPT], *(seq for seq, _ in giving)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, newcomer=NEWCOMERS, protected=st.integers(0, 5000))
def test_the_index_and_a_list_name_the_same_frames_in_the_same_order(
    connection: sqlite3.Connection, rows: list[Row], newcomer: Newcomer, protected: int
) -> None:
    fill(connection, rows)

    assert freed(connection, newcomer, protected=protected) == in_memory(rows, newcomer, protected=protected)


def test_delivered_frames_go_in_batches_then_what_is_worth_less_but_the_newest_of_the_lot(
    connection: sqlite3.Connection,
) -> None:
    section = StoreSection(quota=10**6, random_share=20 / 10**6)
    batch = [Row(state=State.DELIVERED, size=10**6 // BATCH_SHARE)] * 3
    lot = [Row(arm=Arm.RANDOM, value=0.0, boot=2)] * 3
    fill(connection, [*batch, *lot, Row()])

    def gone(need: int) -> Plan:
        return choose(connection, NEWCOMER, need=need, section=section)

    assert Plan((FrameId("0"), FrameId("1")), fits=True) == gone(10)
    assert Plan(tuple(map(FrameId, "01236")), fits=True) == gone(3 * (10**6 // BATCH_SHARE) + 20)
    assert not gone(3 * (10**6 // BATCH_SHARE) + 30).fits
