"""Topics say numbers or poses, and each only what it can."""

import pytest
from pydantic import ValidationError

from askance.edge.hearing import ReadingSection, ReadingsSection


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({}, "needs one of reading and pose"),
        ({"reading": "speed", "pose": "gate"}, "needs one of reading and pose"),
        ({"pose": "gate", "for": "5s"}, "true until the next: leave out for"),
        ({"reading": "Speed!"}, "should match pattern"),
        ({"reading": "speed", "for": "0s"}, "for"),
    ],
)
def test_a_topic_that_says_nothing_or_two_things_is_refused(section: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ReadingSection.model_validate({"topic": "vehicle/speed", **section})


def test_what_is_heard_has_a_name_and_cameras_that_turn_are_known() -> None:
    topics = [{"topic": "a", "reading": "speed"}, {"topic": "b", "pose": "gate"}, {"topic": "b", "pose": "yard"}]

    section = ReadingsSection.model_validate({"topics": topics})

    assert ["speed", "pose gate", "pose yard"] == [one.name for one in section.topics]
    assert {"gate", "yard"} == section.turned
