"""What a link says is a value: equal by what it says, and never changed."""

from dataclasses import FrozenInstanceError

import pytest

from askance.mqtt import Down, Message, Settled


def test_what_is_said_is_equal_by_what_it_says_and_cannot_be_changed() -> None:
    assert Settled(1, 2, None) == Settled(1, 2, None) != Settled(2, 2, None)
    with pytest.raises(FrozenInstanceError):
        Settled(1, 2, None).mid = 3  # type: ignore[misc]  # what is tried


def test_by_default_a_message_is_not_kept_and_an_end_is_nobody_s_decision() -> None:
    assert (False, None) == (Message("t", b"").retain, Message("t", b"").expiry_s)
    assert (False, False) == (Down(1, "why").refused, Down(1, "why").version)
