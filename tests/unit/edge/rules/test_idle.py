"""What can never hold is said, with the nearest name and the key to look at."""

from dataclasses import replace

import pytest

from askance.edge.rules.conditions import Doubt
from askance.edge.rules.document import RuleId
from askance.edge.rules.idle import idle, unseen
from askance.edge.rules.policy import Policy, Rule, Zone
from askance.edge.values import Measure
from askance.edge.zones import WHOLE
from askance.wire.identity import CameraId
from support_scenes import CAR, NAMES, PERSON

POSES = {CameraId("gate"): "home", CameraId("yard"): None}
RULE = Rule(RuleId("people"), "1-a", Doubt(Measure("margin", frozenset({PERSON, 77})), 0.5))


@pytest.mark.parametrize(
    ("camera", "preset", "said"),
    [
        ("gate", None, []),
        ("gate", "home", []),
        ("yard", None, []),
        ("gatee", None, ["a zone of camera gatee, which is not there: did you mean gate? see `cameras.id`"]),
        ("x", None, ["a zone of camera x, which is not there: see `cameras.id`"]),
        (
            "gate",
            "road",
            ["a zone of camera gate at pose road, but its pose is home: nothing counts there, see `cameras.pose`"],
        ),
        (
            "yard",
            "road",
            ["a zone of camera yard at pose road, but its pose is none: nothing counts there, see `cameras.pose`"],
        ),
    ],
)
def test_a_zone_that_no_camera_looks_at_is_said_once(camera: str, preset: str | None, said: list[str]) -> None:
    zone = Zone(CameraId(camera), preset, WHOLE, None)

    assert [f"rule people: {sentence}" for sentence in said] == list(
        idle(Policy((replace(RULE, zones=(zone, zone)),)), POSES)
    )


def test_a_class_that_no_model_sees_is_said_by_its_name() -> None:
    policy = Policy((RULE, replace(RULE, id=RuleId("all"), when=Doubt(Measure("margin"), 0.5))))

    assert unseen(policy, NAMES, known=frozenset({CAR})) == (
        "rule people: no model sees person, its conditions never hold",
        "rule people: no model sees 77, its conditions never hold",
    )
    assert unseen(policy, NAMES, known=frozenset({PERSON, 77})) == ()
