"""The real sync machine against a model of broker and centre: safe always, and done soon after the faults end."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support_faults import Faults, Setup
from support_power import Dark
from support_world import FRAMES, PAYLOAD, machine

LIMIT_S = 1800.0

ONE_KIND = {
    "a broker that forgets": Faults(lose_up=0.05),
    "receipts get lost": Faults(lose_down=0.2),
    "receipts come twice": Faults(duplicate=0.5),
    "receipts overtake each other": Faults(reorder_s=3.0),
    "receipts come late and twice": Faults(reorder_s=3.0, duplicate=0.5),
    "the line breaks": Faults(break_every_s=15.0),
    "the broker freezes": Faults(freeze_every_s=30.0),
    "the device restarts": Faults(device_restart_every_s=20.0),
    "the device goes dark between two steps": Faults(cut=0.05),
    "the centre asks for pauses": Faults(pauses=True),
    "the broker refuses": Faults(refuse=0.05),
    "a limit that nobody announced": Faults(longest_unannounced=9000),
}
ALL_KINDS = Faults(
    lose_up=0.05,
    lose_down=0.1,
    duplicate=0.2,
    reorder_s=2.0,
    break_every_s=15.0,
    freeze_every_s=60.0,
    centre_restart_every_s=40.0,
    device_restart_every_s=50.0,
    cut=0.02,
    pauses=True,
    refuse=0.03,
)

small = st.integers(300, 4096)
whole = st.integers(4097, 48 * 1024)
long = st.integers(48 * 1024 + 1, 250_000)
sizes = st.lists(st.one_of(small, whole, long), min_size=12, max_size=30).map(tuple)
seeds = st.integers(0, 2**32 - 1)
receive_maxima = st.sampled_from([None, 1, 3, 20])
maximum_packets = st.sampled_from([None, 1000, 5000, 30_000])

quick = settings(max_examples=15, deadline=None)


@quick
@given(sizes=sizes, seed=seeds, receive_maximum=receive_maxima, maximum_packet=maximum_packets)
def test_a_line_without_faults_carries_every_byte_once_and_asks_little(
    sizes: tuple[int, ...], seed: int, receive_maximum: int | None, maximum_packet: int | None
) -> None:
    setup = Setup(sizes, receive_maximum=receive_maximum, maximum_packet=maximum_packet)

    tally = Dark(setup, seed, make=machine).run(limit_s=LIMIT_S)

    assert sum(sizes) == tally.sent_bytes
    assert len(sizes) == len(tally.delivered)
    assert tally.queries <= len(sizes)
    assert tally.hang_ups == 0


@pytest.mark.parametrize("kind", ONE_KIND)
@quick
@given(sizes=sizes, seed=seeds, receive_maximum=receive_maxima)
def test_under_faults_of_one_kind_everything_arrives_and_little_is_sent_twice(
    kind: str, sizes: tuple[int, ...], seed: int, receive_maximum: int | None
) -> None:
    setup = Setup(sizes, ONE_KIND[kind], receive_maximum=receive_maximum)
    world = Dark(setup, seed, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert world.left == 0
    assert {} == tally.quarantined
    # what a fault costs is at most the window, whatever the sizes; the runs are too short to divide it out
    incidents = 2 * PAYLOAD * (3 + len(tally.ceilings))
    assert tally.sent_bytes <= 1.3 * sum(sizes) + incidents


@pytest.mark.parametrize("kind", ONE_KIND)
def test_over_a_long_run_faults_of_one_kind_cost_less_than_a_third_more(kind: str) -> None:
    sizes = tuple(Random(7).choices(range(300, 250_000), k=150))  # noqa: S311 (sizes, no secret)
    setup = Setup(sizes, ONE_KIND[kind], faults_end_s=3600.0)
    world = Dark(setup, 7, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert world.left == 0
    assert tally.sent_bytes <= 1.3 * sum(sizes)


@quick
@given(sizes=sizes, seed=seeds)
def test_a_centre_that_restarts_costs_at_most_the_frames_under_way(sizes: tuple[int, ...], seed: int) -> None:
    setup = Setup(sizes, Faults(centre_restart_every_s=40.0))
    world = Dark(setup, seed, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert world.left == 0
    assert tally.sent_bytes <= sum(sizes) + 4 * sum(sorted(sizes)[-FRAMES:])


@settings(max_examples=60, deadline=None)
@given(
    sizes=sizes,
    seed=seeds,
    receive_maximum=receive_maxima,
    maximum_packet=maximum_packets,
    credits=st.sampled_from([(16,), (1,), (None,), (0, 1, 16), (0, 2, None)]),
)
def test_under_all_faults_at_once_nothing_is_let_go_too_early_and_nothing_stays(
    sizes: tuple[int, ...],
    seed: int,
    receive_maximum: int | None,
    maximum_packet: int | None,
    credits: tuple[int | None, ...],  # noqa: A002 (the wire's word)
) -> None:
    setup = Setup(sizes, ALL_KINDS, receive_maximum=receive_maximum, maximum_packet=maximum_packet, credits=credits)
    world = Dark(setup, seed, make=machine)

    tally = world.run(limit_s=20 * 900.0 if 0 in credits else 2 * LIMIT_S)

    assert world.left == 0
    assert {} == tally.quarantined


@quick
@given(sizes=sizes, seed=seeds)
def test_frames_that_are_evicted_on_the_way_hold_up_nobody(sizes: tuple[int, ...], seed: int) -> None:
    world = Dark(Setup(sizes, Faults(evict=0.1)), seed, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert world.left == 0
    assert tally.hang_ups == 0


@pytest.mark.parametrize("bytes_per_s", [400.0, 1000.0, 10_000.0])
def test_a_slow_line_learns_to_send_shorter_messages(bytes_per_s: float) -> None:
    sizes = (50_000, 20_000, 3000)
    world = Dark(Setup(sizes, bytes_per_s=bytes_per_s), 1, make=machine)

    tally = world.run(limit_s=4 * sum(sizes) / bytes_per_s)

    assert world.left == 0
    assert tally.sent_bytes <= 2.5 * sum(sizes)


@pytest.mark.parametrize("bytes_per_s", [2000.0, 20_000.0, 200_000.0])
def test_a_limit_is_learnt_at_any_speed(bytes_per_s: float) -> None:
    sizes = (200_000, 30_000, 3000)
    world = Dark(Setup(sizes, Faults(longest_unannounced=9000), bytes_per_s=bytes_per_s), 1, make=machine)

    world.run(limit_s=8 * sum(sizes) / bytes_per_s)

    assert world.left == 0


@quick
@given(sizes=st.lists(small, min_size=5, max_size=20).map(tuple), seed=seeds)
def test_a_line_that_is_slow_and_breaks_often_costs_no_frame(sizes: tuple[int, ...], seed: int) -> None:
    world = Dark(Setup(sizes, Faults(break_every_s=15.0), bytes_per_s=1000.0), seed, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert (0, {}) == (world.left, tally.quarantined)


def test_small_frames_are_not_blamed_for_the_long_one_before_them() -> None:
    sizes = (9000, *[2000] * 10)
    world = Dark(Setup(sizes, Faults(longest_unannounced=5000)), 3, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert world.left == 0
    assert {} == tally.quarantined
    assert tally.ceilings == sorted(tally.ceilings, reverse=True)
    assert tally.ceilings[-1] <= 5000


def test_a_frame_that_the_broker_never_bears_is_set_aside_and_the_others_pass() -> None:
    sizes = (9000, 2000, 2500)
    world = Dark(Setup(sizes, Faults(longest_unannounced=3000)), 3, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert [2000, 2500] == sorted(sizes[int(frame_id[-1])] for frame_id in tally.delivered)
    assert 1 == len(tally.quarantined)


@settings(max_examples=20, deadline=None)
@given(sizes=sizes, seed=seeds, kind=st.sampled_from(sorted(ONE_KIND)))
def test_the_machine_never_asks_for_a_busy_loop(sizes: tuple[int, ...], seed: int, kind: str) -> None:
    world = Dark(Setup(sizes, ONE_KIND[kind]), seed, make=machine)

    tally = world.run(limit_s=LIMIT_S)

    assert tally.ticks <= 20 + 5 * world.now
    assert tally.calls <= 60 + 5 * world.now + 8 * (tally.sent_messages + tally.queries)


def test_a_frame_captured_while_the_line_rests_is_sent_at_once() -> None:
    world = Dark(Setup((500,)), 1, make=machine)
    world.run(limit_s=LIMIT_S)
    before = world.now
    world.keep(700)

    tally = world.run(limit_s=LIMIT_S)

    assert world.left == 0
    assert tally.sent_bytes == 1200
    assert world.now - before < 1.0
