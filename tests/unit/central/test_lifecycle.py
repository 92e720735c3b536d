"""The table of a task's life."""

import pytest

from askance.central.lifecycle import TRANSITIONS, Event, State, after
from askance.errors import QueueError


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_what_is_not_in_the_table_is_refused(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert TRANSITIONS[state, event] == after(state, event)
    else:
        with pytest.raises(QueueError, match=f"cannot {event} a task that is {state}"):
            after(state, event)


def test_every_state_can_be_left_and_entered() -> None:
    assert set(State) == {state for state, _ in TRANSITIONS} == set(TRANSITIONS.values())
