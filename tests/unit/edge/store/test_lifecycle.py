"""The life-cycle table: what may happen to a frame, and what may not."""

import pytest

from askance.edge.store.lifecycle import TRANSITIONS, Event, State, step
from askance.errors import StoreError


@pytest.mark.parametrize(
    ("state", "event", "following"),
    [
        pytest.param(State.PENDING, Event.RECEIPT, State.DELIVERED, id="a receipt delivers"),
        pytest.param(State.QUARANTINED, Event.RECEIPT, State.DELIVERED, id="a late receipt delivers too"),
        pytest.param(State.DELIVERED, Event.REFUSAL, State.DELIVERED, id="a refusal after the receipt is void"),
        pytest.param(State.PENDING, Event.REFUSAL, State.QUARANTINED, id="a refusal quarantines"),
        pytest.param(State.QUARANTINED, Event.REQUEUE, State.PENDING, id="an operator queues it again"),
        pytest.param(State.PENDING, Event.EVICT, State.DELETING, id="eviction deletes"),
        pytest.param(State.DELIVERED, Event.LOSE, State.DELETING, id="a lost file ends the frame"),
    ],
)
def test_events_move_a_frame_as_the_table_says(state: State, event: Event, following: State) -> None:
    assert following is step(state, event)


@pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state in State for event in Event if (state, event) not in TRANSITIONS]
)
def test_a_missing_key_is_an_illegal_move(state: State, event: Event) -> None:
    with pytest.raises(StoreError, match=f"{event} while {state}") as caught:
        step(state, event)

    assert caught.value.hint


def test_a_frame_that_is_being_deleted_hears_nothing() -> None:
    assert [key for key in TRANSITIONS if key[0] is State.DELETING] == []


def test_only_eviction_and_loss_delete() -> None:
    assert {Event.EVICT, Event.LOSE} == {key[1] for key, to in TRANSITIONS.items() if to is State.DELETING}
