"""The sync machine's answers, one situation at a time; whole runs are in ``tests/machine/test_sync.py``."""

import pytest

from askance.edge.sync import (
    Ask,
    Deliver,
    Fetch,
    Kept,
    Quarantine,
    SendRange,
    Settled,
    Stuck,
    Tick,
    Vanished,
)
from askance.wire.identity import Sha256
from askance.wire.receipts import Receipt, Rejected, Stored
from support_bench import OTHER_SHA, UP, A, B, Bench, asked, heard, idle, missing, stored, waiting


def test_a_new_line_begins_with_a_query_about_everything_due() -> None:
    assert [Ask(1, (A, B))] == Bench(A, B)(UP, 0.0)


def test_a_frame_the_centre_lacks_is_sent_whole_and_delivered_on_its_receipt() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [SendRange(2, A, 0, 1000)] == bench(heard(missing(A)), 0.1)
    assert [] == bench(Settled(1), 0.2)
    assert [] == bench(Settled(2), 0.2)
    assert [Deliver(A.frame_id, A.sha256)] == bench(heard(stored(A)), 0.3)
    assert idle(bench.sync)


def test_only_the_missing_ranges_are_sent_and_what_lies_behind_the_end_is_cut() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    sent = bench(heard(missing(A, (100, 50), (900, 500), (1000, 10))), 0.1)

    assert [SendRange(2, A, 100, 50), SendRange(3, A, 900, 100)] == sent


def test_a_centre_that_misses_nothing_we_have_is_asked_again_later() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    assert [] == bench(heard(missing(A, (1000, 10))), 0.1)
    assert [] == bench(Tick(), 20.0)
    assert [A.frame_id] == asked(bench(Tick(), 20.2))


def test_the_broker_s_word_delivers_nothing() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)

    assert [] == [*bench(Settled(1), 0.2), *bench(Settled(2), 0.2)]
    assert not idle(bench.sync)


@pytest.mark.parametrize(
    "receipt",
    [
        Stored(st="stored", id=A.frame_id, sha=OTHER_SHA),
        stored(B),
        Rejected(id=A.frame_id, sha=OTHER_SHA, code="x", perm=True),
    ],
    ids=["other bytes", "a frame not under way", "a rejection of other bytes"],
)
def test_a_receipt_of_something_else_changes_nothing(receipt: Receipt) -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [] == bench(heard(receipt), 0.1)


@pytest.mark.parametrize("sha", [None, A.sha256], ids=["without hash", "with hash"])
def test_a_frame_refused_for_good_is_set_aside(sha: Sha256 | None) -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    said = heard(Rejected(id=A.frame_id, sha=sha, code="schema", perm=True))

    assert [Quarantine(A.frame_id, "schema")] == bench(said, 0.1)


def test_a_frame_refused_for_now_is_asked_about_later() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    assert [] == bench(heard(Rejected(id=A.frame_id, code="busy", perm=False)), 0.1)
    assert bench.sync.wake_at(0.1) == pytest.approx(20.1)
    assert [A.frame_id] == asked(bench(Tick(), 20.2))


def test_a_query_without_answer_is_repeated_with_growing_patience() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    times: list[float] = []
    now = 0.0
    for ticket in range(2, 6):
        wake_at = bench.sync.wake_at(now)
        assert wake_at is not None
        now = wake_at
        assert [A.frame_id] == asked(bench(Tick(), now))
        bench(Settled(ticket), now)
        times.append(now)

    assert [10.0, 30.0, 70.0, 150.0] == times


def test_what_the_centre_missed_counts_once() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)

    assert [] == bench(heard(missing(A)), 0.2)
    bench(Settled(2), 0.2)
    assert [] == bench(heard(missing(A)), 0.3)


def test_a_receiver_that_has_started_is_asked_about_what_it_did_not_speak_of() -> None:
    bench = Bench(A, B)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)

    commands = bench(heard(missing(A), hello=True), 0.2)

    assert [B.frame_id] == asked(commands)
    assert [A] == [command.frame for command in commands if isinstance(command, SendRange)]


def test_a_receiver_that_has_started_ends_an_earlier_pause() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    bench(heard(pause_s=600), 0.2)

    assert [A.frame_id] == asked(bench(heard(hello=True), 0.3))


def test_nothing_is_sent_during_a_pause_and_everything_goes_on_after_it() -> None:
    bench = Bench(A)
    bench(UP, 0.0)

    assert [] == bench(heard(missing(A), pause_s=5), 0.1)
    assert bench.sync.wake_at(0.1) == 5.1
    assert [SendRange(2, A, 0, 1000)] == bench(Tick(), 5.1)


def test_a_credit_bounds_the_frames_under_way() -> None:
    frames = [waiting(index) for index in range(5)]
    bench = Bench(*frames, most=2)
    first = asked(bench(UP, 0.0))
    bench(Settled(1), 0.1)
    bench.frames = frames[2:]

    second = asked(bench(heard(stored(frames[0]), stored(frames[1]), credit=1), 0.2))

    assert [2, 1] == [len(first), len(second)]


def test_a_credit_of_nothing_does_not_last_for_ever() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(stored(A), credit=0), 0.1)
    bench(Settled(1), 0.1)
    bench.frames = [B]

    assert [] == bench(Kept(), 0.2)
    assert bench.sync.wake_at(0.2) == 900.1
    assert [B.frame_id] == asked(bench(Tick(), 900.1))


def test_a_refused_message_pauses_the_line_and_asks_again() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)
    bench(Settled(1), 0.2)

    assert [] == bench(Settled(2, "quota exceeded"), 0.2)
    assert bench.sync.wake_at(0.2) == pytest.approx(2.7)
    assert [A.frame_id] == asked(bench(Tick(), 2.8))


def test_an_acknowledgement_of_an_earlier_line_or_frame_changes_nothing() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(heard(missing(A)), 0.1)
    bench(heard(stored(A)), 0.2)

    assert [] == [*bench(Settled(2), 0.3), *bench(Settled(77), 0.3)]


def test_a_frame_that_vanished_is_forgotten_and_waits_for_no_acknowledgement() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.1)
    bench.frames = []
    bench(heard(missing(A)), 0.1)

    assert [] == bench(Vanished(A.frame_id, 2), 0.1)
    assert idle(bench.sync)
    assert bench.sync.wake_at(1.0) is None


def test_a_store_that_fails_is_asked_again_later_and_later_and_at_once_when_it_keeps_a_frame() -> None:
    """Two failures in a row wait longer than one; a new capture shows that the disk is well again."""
    bench = Bench(A, B)
    bench(UP, 0.0)

    assert [] == bench.sync.receive(Stuck(), 0.0)
    first = bench.sync.wake_at(0.0)
    assert first is not None
    assert first > 0.0
    assert [Fetch(16, frozenset())] == bench.sync.receive(Tick(), first)
    bench.sync.receive(Stuck(), first)
    second = bench.sync.wake_at(first)
    assert second is not None
    assert second - first > first
    bench.sync.receive(Kept(), second)
    bench.sync.receive(Stuck(), second)
    third = bench.sync.wake_at(second)
    assert third is not None
    assert third - second == first
