"""What the sync machine makes of a broker that takes messages and a centre that never gets them, or never answers."""

import pytest

from askance.edge.config import SyncSection
from askance.edge.parts import build_sync
from askance.edge.sync import Admit, Ask, Connected, Doubt, HangUp, Lost, Post, SendRange, Settled, Stuck, Tick
from askance.edge.sync.tolerance import FLOOR, STRIKES
from askance.wire.identity import DeviceId
from askance.wire.topics import Up, up
from support_bench import UP, A, B, Bench, asked, heard, missing, stored, waiting
from support_faults import Faults, Setup
from support_power import Dark
from support_world import machine

LIMIT_S = 1800.0
CHUNK_HEADER = 72
MQTT_HEADER = 16  # fixed header, length of the topic, number, and properties


@pytest.mark.parametrize("longest", [FLOOR, 9000, 30_000])
def test_a_limit_that_the_broker_keeps_to_itself_is_learnt_and_every_frame_arrives(longest: int) -> None:
    """As mosquitto's message_size_limit with MQTT 3.1.1: a PUBACK, and nothing behind it."""
    sizes = (200_000, 30_000, 3000, 60_000)

    tally = Dark(Setup(sizes, Faults(longest_swallowed=longest)), 1, make=machine).run(limit_s=LIMIT_S)

    assert len(sizes) == len(tally.delivered)
    assert min(tally.ceilings, default=FLOOR) <= longest
    assert {} == tally.quarantined


def carried(bench: Bench, now: float, *, need: tuple[int, int]) -> float:
    """Let the centre miss ``need`` of A's frame, carry it, and wait until it is asked about again."""
    for command in bench(heard(missing(bench.frames[0], need)), now):
        if isinstance(command, SendRange):
            bench(Settled(command.ticket), now)
    now = bench.sync.wake_at(now) or now
    question = next(command for command in bench(Tick(), now) if isinstance(command, Ask))
    bench(Settled(question.ticket), now)
    return now


def test_what_the_centre_misses_again_and_again_is_told_until_some_of_it_arrives() -> None:
    big = waiting(1, size=40_000)
    bench = Bench(big)
    bench(UP, 0.0)
    bench(Settled(1), 0.0)
    now = 0.0
    doubts: list[Doubt | None] = []
    for need in [(0, 40_000)] * (STRIKES + 1) + [(20_000, 20_000)]:
        now = carried(bench, now, need=need)
        bench(heard(), now)
        doubts.append(bench.sync.doubt(now))

    assert [None, None, Doubt.SWALLOWED, None] == doubts


def test_a_centre_that_starts_anew_has_swallowed_nothing() -> None:
    bench = Bench(waiting(1, size=40_000))
    bench(UP, 0.0)
    bench(Settled(1), 0.0)
    now = 0.0
    for _ in range(2 * STRIKES):
        now = carried(bench, now, need=(0, 40_000))
        question = next(command for command in bench(heard(hello=True), now) if isinstance(command, Ask))
        bench(Settled(question.ticket), now)

    assert bench.sync.doubt(now) is None


def test_a_centre_that_does_not_answer_is_told_after_a_while_and_until_it_speaks() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.0)
    assert bench.sync.doubt(59.9) is None

    assert Doubt.SILENT is bench.sync.doubt(60.0)
    bench(heard(missing(A)), 60.0)
    assert bench.sync.doubt(1000.0) is None


@pytest.mark.parametrize("why", ["the line is down", "the broker refuses the question"])
def test_nobody_is_called_silent_who_was_not_asked(why: str) -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Lost() if why == "the line is down" else Settled(1, "Not authorized"), 1.0)

    assert bench.sync.doubt(1000.0) is None


def test_what_else_there_is_waits_for_room_and_nothing_overtakes_it() -> None:
    bench = Bench(waiting(1, size=96 * 1024))
    bench(Connected(1, None), 0.0)
    assert [] == bench(Post(500), 0.0)
    assert [Admit(2)] == bench(Settled(1), 0.1)
    assert [] == bench(heard(missing(bench.frames[0])), 0.2)

    assert [SendRange(3, bench.frames[0], 0, 48 * 1024)] == bench(Settled(2), 0.3)


def test_what_else_there_is_is_sent_while_the_centre_asks_for_a_pause() -> None:
    bench = Bench(A)
    bench(UP, 0.0)
    bench(Settled(1), 0.0)
    bench(heard(pause_s=60.0), 0.1)

    assert [Admit(2)] == bench(Post(500), 0.2)


@pytest.mark.parametrize("end", [Lost(), Stuck()], ids=["the line breaks", "the store fails"])
def test_what_else_there_was_is_forgotten_when(end: Lost | Stuck) -> None:
    bench = Bench()
    bench(Connected(1, None), 0.0)
    bench(Post(500), 0.0)
    bench(Post(600), 0.0)
    bench(end, 1.0)

    assert [Admit(2)] == bench(Connected(1, None), 2.0) + bench(Post(700), 2.0)


def test_a_broker_that_does_not_take_a_status_is_hung_up() -> None:
    bench = Bench()
    bench(UP, 0.0)
    bench(Post(500), 0.0)

    assert [HangUp()] == bench(Tick(), 30.0)
    assert [] == asked(bench(heard(stored(B)), 31.0))


def test_with_the_shipped_settings_a_broker_has_never_more_than_64_kib_to_acknowledge() -> None:
    """Azure Event Grid: 64 KiB in flight for each session, headers and topics included."""
    topic = up(DeviceId("a" * 63), Up.CHUNK)
    frames = [waiting(index, size=20_000 + index) for index in range(16)]
    bench = Bench(*frames)
    bench.sync = build_sync(SyncSection(), keepalive_s=30.0, ceiling=None)
    bench(UP, 0.0)
    bench(Settled(1), 0.0)

    sent = [one for one in bench(heard(*(missing(frame) for frame in frames)), 0.1) if isinstance(one, SendRange)]
    refused = bench(Post(12_000), 0.2)

    assert len(sent) > 1
    assert sum(one.length + CHUNK_HEADER + len(topic) + MQTT_HEADER for one in sent) <= 64 * 1024
    assert [] == refused
