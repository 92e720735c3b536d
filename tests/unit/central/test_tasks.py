"""Finding tasks and reading answers."""

import re
from itertools import count
from pathlib import Path

import pytest

from askance import shipped
from askance.central import tasks
from askance.central.batch import Letter
from askance.central.config import QueueSection
from askance.central.lifecycle import State
from askance.central.queue import Queue
from askance.central.tasks import Filter
from askance.errors import QueueError
from askance.labels import LabelMap
from askance.wire.annotations import Box, Origin
from askance.wire.identity import DeviceId
from askance.wire.topics import Up
from support_central import Clock, frame_id, make_envelope, open_intake, topic

OTHER = DeviceId("camera-2")


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        pytest.param(Filter(), [3, 1, 2], id="all-by-value"),
        pytest.param(Filter(at_least=0.5), [3, 1], id="value"),
        pytest.param(Filter(device=OTHER), [3], id="device"),
        pytest.param(Filter(limit=2), [3, 1], id="limit"),
        pytest.param(Filter(state=State.DONE), [], id="state"),
        pytest.param(Filter(state=State.OPEN, at_least=0.5, limit=1), [3], id="together"),
    ],
)
def test_tasks_are_found_by_what_they_are(tmp_path: Path, which: Filter, expected: list[int]) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(n, value=value)) for n, value in ((1, 0.5), (2, 0.1))])
    intake.take([Letter(topic(Up.FRAME, OTHER), make_envelope(1, value=0.9, device=OTHER))])

    assert expected == [task.id for task in tasks.find(intake._connection, which)]
    assert len(expected) == tasks.count(intake._connection, which)


def test_tasks_are_read_one_at_a_time(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(n, value=n / 10)) for n in (1, 2, 3)])
    said: list[str] = []
    intake._connection.set_trace_callback(said.append)

    found = tasks.find(intake._connection, Filter())

    assert [] == said
    assert [3, 2, 1] == [task.id for task in found]
    assert ["tasks.id = '3'", "tasks.id = '2'", "tasks.id = '1'"] == re.findall(r"tasks\.id = '\d'", "".join(said))


def test_labels_are_counted_in_what_people_have_done(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(n)) for n in (1, 2, 3)])
    tokens = count()
    work = Queue(intake._connection, QueueSection(), clock=Clock(), mint=lambda: str(next(tokens)))
    person, car = (
        Box(label_id=number, label=name, origin=Origin.HUMAN, x=1, y=1, width=2, height=2)
        for number, name in ((1, "person"), (3, "car"))
    )
    hint = car.model_copy(update={"suggested": True})

    assert {} == tasks.count_labels(intake._connection)
    for answer in ([car, person, car, hint], [person, person]):
        lease = work.claim("ana")
        assert lease is not None
        work.submit(lease.token, answer, seconds=None)
    assert [("person", 3), ("car", 2)] == list(tasks.count_labels(intake._connection).items())
    work.reopen(tasks.TaskId(1))
    assert {"person": 2} == tasks.count_labels(intake._connection)


def test_a_task_is_found_by_its_number_and_by_its_frame(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(7))])

    assert tasks.look_up(intake._connection, "1") == tasks.look_up(intake._connection, frame_id(7))
    with pytest.raises(QueueError, match="no task or frame in the queue: 2"):
        tasks.look_up(intake._connection, "2")


def test_a_frame_id_of_two_devices_names_neither(tmp_path: Path) -> None:
    intake = open_intake(tmp_path)
    intake.take([Letter(topic(Up.FRAME), make_envelope(1))])
    intake.take([Letter(topic(Up.FRAME, OTHER), make_envelope(1, device=OTHER))])

    with pytest.raises(QueueError, match="several devices") as caught:
        tasks.look_up(intake._connection, frame_id(1))

    assert "name the task instead: 1, 2" == caught.value.hint


def test_a_labelers_file_need_not_say_that_a_person_drew_it() -> None:
    text = '[{"kind": "box", "label_id": 1, "label": "person", "x": 1, "y": 2, "width": 3, "height": 4}]'

    assert (Box(label_id=1, label="person", origin=Origin.HUMAN, x=1, y=2, width=3, height=4),) == tasks.read_answer(
        text
    )


@pytest.mark.parametrize("text", ["", "{}x", "3", '[{"kind": "box"}]', "[3]"], ids=repr)
def test_a_file_that_is_no_list_of_annotations_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QueueError, match="not a list of annotations") as caught:
        tasks.read_answer(text)

    assert '"kind": "box"' in str(caught.value.hint)


@pytest.mark.parametrize(
    ("wall_ms", "expected"),
    [(None, None), (10**17, None), (1_700_000_000_000, "2023-11-14T22:13:20+00:00")],
    ids=["unknown", "no-calendar", "known"],
)
def test_a_wall_time_is_a_date_or_unknown(wall_ms: int | None, expected: str | None) -> None:
    taken = tasks.utc(wall_ms)

    assert expected == (None if taken is None else taken.isoformat())


@pytest.mark.parametrize(
    ("label_id", "label", "says", "hint"),
    [
        pytest.param(1, "car", "car with id 1", "car with label_id 3", id="the id of another label"),
        pytest.param(999, "zebra9", "zebra9 with id 999", "zebra", id="no such label"),
    ],
)
def test_an_answer_that_no_export_could_write_is_refused(label_id: int, label: str, says: str, hint: str) -> None:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    good = Box(label_id=1, label="person", x=1, y=1, width=2, height=2)
    wrong = good.model_copy(update={"label_id": label_id, "label": label})

    tasks.check_labels([good], labels)
    with pytest.raises(QueueError, match=f"annotation 2: .*{says}") as caught:
        tasks.check_labels([good, wrong], labels)

    assert hint in str(caught.value.hint)
