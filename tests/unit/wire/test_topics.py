"""Topics are built and read in one place, and what is not ours is nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.wire.identity import DEVICE_PATTERN, DeviceId
from askance.wire.topics import Down, Up, UpTopic, down, every_up, parse_up, up

devices = st.from_regex(DEVICE_PATTERN, fullmatch=True).map(DeviceId)


@given(devices, st.sampled_from(Up))
def test_a_topic_that_a_device_publishes_on_is_read_back(device: DeviceId, kind: Up) -> None:
    assert UpTopic(device, kind) == parse_up(up(device, kind))


@given(devices, st.sampled_from([*Up, *Down]))
def test_no_topic_has_more_than_five_slashes_and_eighty_letters(device: DeviceId, kind: Up | Down) -> None:
    topic = up(device, kind) if isinstance(kind, Up) else down(device, kind)

    assert topic.count("/") <= 5  # AWS IoT Core: 7, and 256 bytes
    assert len(topic) <= 80


def test_the_topics_are_those_of_the_protocol() -> None:
    device = DeviceId("camera-1")

    assert "askance/1/d/camera-1/dn/a" == down(device, Down.RECEIPTS)
    assert [f"askance/1/d/camera-1/up/{letter}" for letter in "fcqse"] == [up(device, kind) for kind in Up]


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "askance/1/d/camera-1/up",
        "askance/1/d/camera-1/up/",
        "askance/1/d/camera-1/up/x",
        "askance/1/d/camera-1/up/ff",
        "askance/1/d/camera-1/up/f/g",
        "askance/1/d/camera-1/dn/a",
        "askance/2/d/camera-1/up/f",
        "askance/1/d/Camera/up/f",
        "askance/1/d/a/up/f",
        "askance/1/d/../up/f",
        "askance/1/d/camera-1/up/f\n",
        "x/askance/1/d/camera-1/up/f",
    ],
)
def test_a_topic_of_somebody_else_is_none_of_ours(topic: str) -> None:
    assert parse_up(topic) is None


@given(st.text(max_size=80))
def test_reading_a_topic_never_fails(topic: str) -> None:
    parsed = parse_up(topic)

    assert parsed is None or topic == up(parsed.device, parsed.kind)


def test_receivers_share_the_work_where_the_broker_can() -> None:
    assert "askance/1/d/+/up/#" == every_up(shared_group=None)
    assert "$share/rx/askance/1/d/+/up/#" == every_up(shared_group="rx")
