"""What is refused, and what is not answered, is told with what to do about it."""

import pytest

from askance.edge.complaints import Complaints
from askance.edge.sync import Doubt
from askance.wire.identity import DeviceId
from askance.wire.topics import Up


@pytest.fixture
def on() -> Complaints:
    return Complaints(DeviceId("gate-7"))


@pytest.mark.parametrize(
    ("problem", "names"),
    [
        ("Not authorized", "is device.id (gate-7) its user name, and may that publish there?"),
        ("Quota exceeded", "is the broker full?"),
        ("Implementation specific error", "see its log"),
    ],
)
def test_a_refusal_names_the_topic_and_what_helps(on: Complaints, problem: str, names: str) -> None:
    on.refused(Up.CHUNK, problem)

    said = str(on.refusal())
    assert said.startswith(f"the broker refuses askance/1/d/gate-7/up/c: {problem}; ")
    assert names in said


def test_a_refusal_stands_until_a_message_of_its_kind_is_taken(on: Complaints) -> None:
    on.refused(Up.CHUNK, "Not authorized")
    on.taken(Up.QUERY)
    assert on.refusal() is not None

    on.taken(Up.CHUNK)
    assert on.refusal() is None


def test_another_line_begins_without_refusals(on: Complaints) -> None:
    on.refused(Up.CHUNK, "Not authorized")
    on.forget()

    assert on.refusal() is None


def test_a_doubt_names_the_topic_and_what_helps(on: Complaints) -> None:
    assert on.worry(None) is None
    silent, swallowed = str(on.worry(Doubt.SILENT)), str(on.worry(Doubt.SWALLOWED))

    assert ["askance/1/d/gate-7/dn/a", "`askance central run`"] == [
        words for words in ("askance/1/d/gate-7/dn/a", "`askance central run`") if words in silent
    ]
    assert ["askance/1/d/gate-7/up/c", "`sync.chunk`"] == [
        words for words in ("askance/1/d/gate-7/up/c", "`sync.chunk`") if words in swallowed
    ]


def test_a_broker_that_hangs_up_on_every_frame_is_told_unless_it_refuses_something(on: Complaints) -> None:
    said = str(on.refusal(Doubt.IN_VAIN))

    assert said.startswith(
        "the broker hangs up on every frame that is sent: may this device publish askance/1/d/gate-7/up/f and"
    )
    assert [None] * 3 == [on.refusal(), on.refusal(Doubt.SILENT), on.worry(Doubt.IN_VAIN)]
    on.refused(Up.STATUS, "Quota exceeded")
    assert "up/s: Quota exceeded" in str(on.refusal(Doubt.IN_VAIN))


def test_a_refused_notice_is_told_until_the_next_status_passes(on: Complaints) -> None:
    on.refused(Up.EVENT, "Not authorized")
    on.taken(Up.QUERY)
    assert on.refusal() is not None

    on.taken(Up.STATUS)
    assert on.refusal() is None


def test_a_quota_is_nobody_s_in_particular_and_lifted_with_the_first_message_that_passes(on: Complaints) -> None:
    on.refused(Up.STATUS, "Quota exceeded")
    on.refused(Up.CHUNK, "Not authorized")
    on.taken(Up.QUERY)

    assert "up/c: Not authorized" in str(on.refusal())
    on.taken(Up.CHUNK)
    assert on.refusal() is None
