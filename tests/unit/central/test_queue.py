"""Claim, submit, skip, release, reopen: who has which frame, and for how long."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from askance.central import tasks
from askance.central.batch import Letter
from askance.central.config import QueueSection
from askance.central.lifecycle import State
from askance.central.queue import Lease, Queue
from askance.central.schema import open_catalog
from askance.central.tasks import TaskId, accepted
from askance.errors import QueueError
from askance.wire.annotations import Annotation, Box, Origin
from askance.wire.topics import Up
from support_central import HINT, PERSON, Clock, make_envelope, open_intake, topic
from support_wire import KINDS, kinds_in

LEASE_S = 1800
ANNOTATION = TypeAdapter[Annotation](Annotation)
BY_HAND = Box(label_id=1, label="person", origin=Origin.HUMAN, x=1, y=2, width=3, height=4)


def open_queue(folder: Path, clock: Clock, *, values: tuple[float, ...] = (0.2, 0.9, 0.9), attempts: int = 2) -> Queue:
    if not (folder / "catalog.db").exists():
        letters = [Letter(topic(Up.FRAME), make_envelope(n, value=value)) for n, value in enumerate(values)]
        open_intake(folder).take(letters)
    tokens = itertools.count()
    connection = open_catalog(folder, readonly=False)
    return Queue(
        connection, QueueSection(attempts=attempts), clock=clock, mint=lambda: f"{id(connection)}-{next(tokens)}"
    )


def claim(queue: Queue, labeler: str = "ana") -> Lease:
    lease = queue.claim(labeler)
    assert lease is not None
    return lease


def state(queue: Queue, task: int) -> State:
    return tasks.get(queue._connection, TaskId(task)).state


def test_the_most_valuable_comes_first_and_of_equals_the_oldest(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())

    assert [2, 3, 1] == [claim(queue).task.id for _ in range(3)]
    assert queue.claim("ana") is None


def test_a_claimed_task_is_nobody_elses(tmp_path: Path) -> None:
    first, second = open_queue(tmp_path, Clock()), open_queue(tmp_path, Clock())

    one, other = claim(first), claim(second)

    assert one.task.id != other.task.id
    assert one.token != other.token
    assert (State.LEASED, "ana") == (one.task.state, one.task.labeler)


def test_a_submitted_answer_stands_beside_what_the_device_saw(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())
    lease = claim(queue)

    task = tasks.get(queue._connection, queue.submit(lease.token, [BY_HAND], seconds=4.5))

    assert (State.DONE, (BY_HAND,), 4.5, "ana") == (task.state, task.answer, task.seconds, task.labeler)
    assert (PERSON, HINT) == task.manifest.annotations


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_any_kind_comes_back_as_it_was_given(tmp_path: Path, kind: str) -> None:
    queue = open_queue(tmp_path, Clock())
    drawn = ANNOTATION.validate_python(kinds_in(width=64, height=48)[kind] | {"origin": "human", "model": None})

    task = tasks.get(queue._connection, queue.submit(claim(queue).token, [drawn], seconds=None))

    assert (drawn,) == task.answer


def test_a_mask_of_another_image_is_refused(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())
    drawn = ANNOTATION.validate_python(KINDS["mask"] | {"origin": "human"})

    with pytest.raises(QueueError, match="annotation 0 has a mask of 128 pixels, expected 64 x 48"):
        queue.submit(claim(queue).token, [drawn], seconds=None)


def test_nothing_to_see_is_an_answer(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())

    task = tasks.get(queue._connection, queue.submit(claim(queue).token, [], seconds=None))

    assert () == task.answer


def test_accepting_confirms_the_claims_without_hints_and_scores(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())
    lease = claim(queue)

    answer = accepted(queue.held(lease.token).manifest)

    assert (PERSON.model_copy(update={"score": None, "origin": Origin.HUMAN}),) == answer
    queue.submit(lease.token, answer, seconds=None)


def test_a_skipped_task_keeps_the_reason(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())

    task = tasks.get(queue._connection, queue.skip(claim(queue).token, reason="too dark"))

    assert (State.SKIPPED, "too dark") == (task.state, task.skip_reason)


def test_a_released_task_is_the_next_one_again_and_costs_no_attempt(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())
    task = queue.release(claim(queue).token)

    again = claim(queue)

    assert (task, 0) == (again.task.id, again.task.expired)


def test_a_lease_that_ran_out_gives_the_task_to_the_next_and_then_parks_it(tmp_path: Path) -> None:
    clock = Clock()
    queue = open_queue(tmp_path, clock, values=(0.5,))
    claim(queue)
    assert queue.claim("bo") is None
    clock.now += LEASE_S

    assert 1 == claim(queue, "bo").task.expired
    clock.now += LEASE_S
    assert queue.claim("cy") is None
    assert State.PARKED == state(queue, 1)


def test_a_reopened_task_has_all_its_attempts_again(tmp_path: Path) -> None:
    clock = Clock()
    queue = open_queue(tmp_path, clock, values=(0.5,), attempts=1)
    claim(queue)
    clock.now += LEASE_S
    assert queue.claim("bo") is None

    queue.reopen(TaskId(1))

    assert 0 == claim(queue).task.expired


def test_an_answer_that_is_done_again_replaces_the_first(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock(), values=(0.5,))
    queue.submit(claim(queue).token, [BY_HAND, BY_HAND], seconds=None)
    queue.reopen(TaskId(1))
    assert tasks.get(queue._connection, TaskId(1)).answer is None

    queue.submit(claim(queue).token, [BY_HAND], seconds=None)

    assert (BY_HAND,) == tasks.get(queue._connection, TaskId(1)).answer


FINISHES: dict[str, Callable[[Queue, str], object]] = {
    "submit": lambda queue, token: queue.submit(token, [], seconds=None),
    "skip": lambda queue, token: queue.skip(token, reason="dark"),
    "release": lambda queue, token: queue.release(token),
    "look": lambda queue, token: queue.held(token),
}


@pytest.mark.parametrize("finish", FINISHES.values(), ids=FINISHES.keys())
@pytest.mark.parametrize(
    ("story", "words"),
    [
        pytest.param("foreign", "no such lease", id="foreign-token"),
        pytest.param("late", "ran out", id="expired"),
        pytest.param("taken", "no such lease", id="claimed-by-another-since"),
        pytest.param("twice", "the lease has ended: task 2 is skipped", id="used-twice"),
    ],
)
def test_a_token_that_leases_nothing_is_refused_with_a_hint(
    tmp_path: Path, finish: Callable[[Queue, str], object], story: str, words: str
) -> None:
    clock = Clock()
    queue = open_queue(tmp_path, clock)
    lease = claim(queue)
    if story == "twice":
        queue.skip(lease.token, reason="dark")
    else:
        clock.now += LEASE_S
    if story == "taken":
        claim(queue)

    with pytest.raises(QueueError, match=words) as caught:
        finish(queue, "guessed" if story == "foreign" else lease.token)

    assert "askance queue claim" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param([PERSON], "annotation 0 is not by a person", id="a-models-box"),
        pytest.param([BY_HAND, BY_HAND.model_copy(update={"x": 62})], "annotation 1 lies outside", id="outside"),
        pytest.param([BY_HAND] * 501, "more than 500", id="too-many"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_the_lease_stays(
    tmp_path: Path, answer: list[Annotation], words: str
) -> None:
    queue = open_queue(tmp_path, Clock())
    token = claim(queue).token

    with pytest.raises(QueueError, match=words):
        queue.submit(token, answer, seconds=None)

    assert State.LEASED == state(queue, 2)


def test_an_open_task_cannot_be_reopened(tmp_path: Path) -> None:
    queue = open_queue(tmp_path, Clock())

    with pytest.raises(QueueError, match="cannot reopen a task that is open"):
        queue.reopen(TaskId(1))


def test_a_lease_ends_although_the_clock_was_set_back(tmp_path: Path) -> None:
    clock = Clock()
    queue = open_queue(tmp_path, clock, values=(0.9,))
    claim(queue)

    clock.now -= 10 * 365 * 24 * 3600
    assert queue.claim("bob") is None
    clock.now += LEASE_S

    assert 1 == claim(queue, "bob").task.id
