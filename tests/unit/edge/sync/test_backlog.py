"""No frame is begun while the centre is far behind, and how far it may be follows what gets lost."""

from askance.edge.sync.backlog import LEAST, MOST, Backlog
from askance.wire.identity import FrameId

A, B = FrameId("A"), FrameId("B")


def fill(on: Backlog, frame_id: FrameId = A) -> int:
    """Send one frame until another is not admitted; how many messages that took."""
    sent = 0
    while on.admits(B):
        sent += 1
        on.add(frame_id)
    return sent


def test_a_frame_that_was_begun_is_admitted_for_ever_and_another_when_the_centre_has_spoken() -> None:
    on = Backlog()
    assert MOST == fill(on)
    assert on.admits(A)
    assert not on.admits(B)

    on.confirm(A, lost=False)
    assert on.admits(B)


def test_half_as_many_may_wait_each_time_something_was_lost() -> None:
    on = Backlog()
    waited: list[int] = []
    for _ in range(6):
        waited.append(fill(on))
        on.confirm(A, lost=True)

    assert [MOST, 32, 16, 8, LEAST, LEAST] == waited


def test_more_may_wait_again_with_all_that_arrives() -> None:
    on = Backlog()
    for _ in range(5):
        on.confirm(A, lost=True)
    waited: list[int] = []
    for _ in range(6):
        waited.append(fill(on))
        on.confirm(A, lost=False)

    assert [LEAST, 8, 16, 32, MOST, MOST] == waited


def test_a_word_about_a_frame_of_which_nothing_was_sent_changes_nothing() -> None:
    on = Backlog()
    on.confirm(A, lost=True)
    on.confirm(A, lost=False)

    assert MOST // 2 == fill(on)


def test_what_is_forgotten_is_not_waited_for() -> None:
    on = Backlog()
    fill(on)
    on.forget(A)
    on.forget(A)
    assert MOST == fill(on)

    on.clear()
    assert MOST == fill(on)
