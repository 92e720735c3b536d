"""Receipts wait for their turn, newest word first, as many messages at a time as the broker takes."""

import pytest

from askance.central.outgoing import MOST_IN_FLIGHT, MOST_WAITING, STALLED_S, Outgoing
from askance.wire.codec import digest
from askance.wire.identity import DeviceId
from askance.wire.receipts import Missing, Receipt, Receipts, Stored
from support_central import frame_id

A, B = DeviceId("camera-1"), DeviceId("camera-2")


def stored(number: int) -> Stored:
    return Stored(st="stored", id=frame_id(number), sha=digest(b"%d" % number))


def taken(on: Outgoing) -> list[tuple[DeviceId, tuple[Receipt, ...]]]:
    """Take all that there is room for, and have it under way."""
    messages: list[tuple[DeviceId, tuple[Receipt, ...]]] = []
    while (message := on.take()) is not None:
        on.sent(1000 + len(messages), 0.0)
        messages.append(message)
    return messages


@pytest.mark.parametrize(
    ("receive_maximum", "most"),
    [(None, MOST_IN_FLIGHT), (3, 3), (65535, MOST_IN_FLIGHT)],
    ids=["nothing announced", "few", "many"],
)
def test_no_more_messages_are_under_way_than_the_broker_takes(receive_maximum: int | None, most: int) -> None:
    on = Outgoing()
    on.open(receive_maximum)
    devices = [DeviceId(f"camera-{number:03}") for number in range(50)]
    for device in devices:
        on.put(device, ())

    first = taken(on)
    assert most == len(first)
    assert not on.room
    on.settled(1000, 1.0)
    assert on.room
    assert [*first, (devices[most], ())] == [(device, ()) for device in devices[:most]] + taken(on)


def test_a_newer_word_takes_the_place_of_an_earlier_one_about_the_same_bytes() -> None:
    on = Outgoing()
    on.put(A, [Missing(id=frame_id(1), sha=stored(1).sha, need=((0, 9),)), stored(2)])
    on.put(A, [stored(1)])
    on.put(A, ())

    assert [(A, (stored(2), stored(1)))] == taken(on)


def test_a_device_that_waits_for_much_does_not_hold_up_the_others() -> None:
    on = Outgoing()
    receipts = [stored(number) for number in range(60)]
    on.put(A, receipts)
    on.put(B, [stored(0)])

    (first, some), (second, one), *others = taken(on)
    assert (A, B, (stored(0),)) == (first, second, one)
    assert receipts == [*some, *(receipt for device, part in others for receipt in part if device == A)]
    assert all(len(Receipts(a=part).model_dump_json()) < 4096 for _, part in others)


def test_of_what_is_too_much_for_one_device_the_oldest_gives_way() -> None:
    on = Outgoing()
    receipts = [stored(number) for number in range(MOST_WAITING + 5)]
    assert on.put(A, receipts[:MOST_WAITING]) == 0
    assert on.put(A, receipts[MOST_WAITING:]) == 5

    assert receipts[5:] == [receipt for _, part in taken(on) for receipt in part]


def test_with_the_line_everything_is_forgotten() -> None:
    on = Outgoing()
    on.open(1)
    on.put(A, [stored(1)])
    on.put(B, [stored(1), stored(2)])
    taken(on)

    assert on.close() == 2
    assert on.room
    assert not on.stalled(1e9)
    assert on.take() is None


def test_a_broker_that_owes_acknowledgements_for_long_is_stalled() -> None:
    on = Outgoing()
    assert not on.stalled(1e9)
    on.sent(1, 100.0)
    on.sent(2, 110.0)
    assert not on.stalled(99.9 + STALLED_S)
    assert on.stalled(100.0 + STALLED_S)

    on.settled(1, 120.0)
    assert not on.stalled(119.9 + STALLED_S)
    assert on.stalled(120.0 + STALLED_S)
