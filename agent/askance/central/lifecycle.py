"""The life of a task in the labeling queue, as a table.

A task is OPEN until somebody claims it. The claim is a lease: it keeps the frame for one labeler until a moment, and
ends in one of five ways. SUBMIT and SKIP settle the task. RELEASE hands it back by the labeler's own will and costs
nothing. EXPIRE hands it back because the moment passed. PARK takes it out of the queue because that has happened too
often: a frame that nobody finishes should not come back first for ever. REOPEN is an operator's decision to have a
settled or parked task done again. What is not in the table cannot happen.
"""

from enum import StrEnum
from typing import Final

from askance.errors import QueueError


class State(StrEnum):
    """Where a task is."""

    OPEN = "open"
    LEASED = "leased"
    DONE = "done"
    SKIPPED = "skipped"
    PARKED = "parked"


class Event(StrEnum):
    """What happens to it."""

    CLAIM = "claim"
    SUBMIT = "submit"
    SKIP = "skip"
    RELEASE = "release"
    EXPIRE = "expire"
    PARK = "park"
    REOPEN = "reopen"


TRANSITIONS: Final = {
    (State.OPEN, Event.CLAIM): State.LEASED,
    (State.LEASED, Event.SUBMIT): State.DONE,
    (State.LEASED, Event.SKIP): State.SKIPPED,
    (State.LEASED, Event.RELEASE): State.OPEN,
    (State.LEASED, Event.EXPIRE): State.OPEN,
    (State.LEASED, Event.PARK): State.PARKED,
    (State.DONE, Event.REOPEN): State.OPEN,
    (State.SKIPPED, Event.REOPEN): State.OPEN,
    (State.PARKED, Event.REOPEN): State.OPEN,
}


def after(state: State, event: Event) -> State:
    """Return the state that follows.

    Raises:
        QueueError: the event cannot happen in this state.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise QueueError(f"cannot {event} a task that is {state}", hint="see its state with `askance queue show TASK`")
    return following
