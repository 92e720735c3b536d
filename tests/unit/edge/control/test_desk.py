"""Readings are taken in, frames asked for, and decisions explained."""

import json
from dataclasses import replace

import pytest

from askance.edge.control.messages import AskWhy, Capture, Request
from askance.edge.requests import Wish
from askance.edge.rules import Policy, Rule
from askance.edge.rules.circumstances import Asked
from askance.edge.rules.conditions import All, Inhibit, Not
from askance.edge.rules.policy import Context
from askance.errors import ControlError
from askance.wire.identity import CameraId
from support_control import FAST, FRAME, GATE, POLICY, SECOND, TODAY, YARD, Room


@pytest.fixture
def room() -> Room:
    return Room()


def test_readings_are_known_for_ten_seconds_or_as_long_as_is_said(room: Room) -> None:
    assert {"told": ["speed", "lat"]} == room.say({"readings": {"speed": 12.5, "lat": 48}})
    assert {"told": ["heat"]} == room.say({"readings": {"heat": 1}, "for": "2min"})

    now_ns = 1000 * SECOND
    assert {"speed": 12.5, "lat": 48.0, "heat": 1.0} == room.told.readings(now_ns + 10 * SECOND - 1)
    assert {"heat": 1.0} == room.told.readings(now_ns + 10 * SECOND)
    assert {} == room.told.readings(now_ns + 120 * SECOND)


def test_more_readings_than_there_is_room_for_are_refused(room: Room) -> None:
    room.say({"readings": {f"name-{index}": 0 for index in range(60)}})

    answer = room.say({"readings": {f"other-{index}": 0 for index in range(5)}})

    assert ("at most 64 readings at once, got 65", True) == (answer["error"], "name fewer" in answer["hint"])


def test_a_latitude_that_is_none_is_refused_and_what_was_known_stays(room: Room) -> None:
    room.say({"readings": {"lat": 48, "lon": 11}})

    answer = room.say({"readings": {"lat": 90.5, "lon": 12}})

    assert ("lat is not between -90 and 90", True) == (answer["error"], "degrees" in answer["hint"])
    assert {"lat": 48.0, "lon": 11.0} == room.told.readings(1000 * SECOND)


def test_where_a_camera_looks_is_taken_in_and_forgotten(room: Room) -> None:
    assert {"pose": {"camera": "yard", "preset": "main road"}} == room.say(
        {"pose": {"camera": "yard", "preset": " main road "}}
    )
    assert {YARD: "main road"} == room.told.poses()
    assert {"camera": "yard", "preset": "main road"} in room.say({"health": {}})["health"]["poses"]

    assert {"pose": {"camera": "yard", "preset": "home"}} == room.say({"pose": {"camera": "yard"}})
    assert {} == room.told.poses()
    assert "no such camera: gat" in room.say({"pose": {"camera": "gat", "preset": "home"}})["error"]


def test_the_next_frame_of_every_camera_is_asked_for_or_of_those_that_are_named(room: Room) -> None:
    assert {"cameras": ["gate", "yard"], "rules": ["button"]} == room.say({"capture": {}})["capture"]
    assert (Wish("somebody"), Wish("somebody")) == (room.told.asked(GATE), room.told.asked(YARD))

    assert ["yard"] == room.say({"capture": {"cameras": ["yard"], "note": "a pothole"}})["capture"]["cameras"]
    assert (None, Wish("a pothole")) == (room.told.asked(GATE), room.told.asked(YARD))


@pytest.mark.parametrize(
    "rule",
    [
        POLICY.rules[0],
        replace(POLICY.rules[1], capture=False),
        replace(POLICY.rules[1], expires=TODAY),
        replace(POLICY.rules[1], when=All((FAST, Not(Asked())))),
        replace(POLICY.rules[1], when=Inhibit(Asked(), 5 * SECOND)),
    ],
)
def test_it_says_that_no_rule_keeps_what_is_asked_for(room: Room, rule: Rule) -> None:
    room.policy = Policy((rule,))

    assert [] == room.say({"capture": {}})["capture"]["rules"]


def test_it_says_how_far_back_the_rules_go(room: Room) -> None:
    assert "before" not in room.say({"capture": {}})["capture"]

    fast, button = room.policy.rules
    around = replace(button, context=Context(before_ns=10 * SECOND, after_ns=0, every_ns=SECOND))
    room.policy = Policy((fast, around))

    assert "10s" == room.say({"capture": {}})["capture"]["before"]


def test_the_last_decisions_are_explained(room: Room) -> None:
    room.decide(9.0, index=4)
    room.clock.now += 2.5
    room.decide(3.0, camera=YARD, index=5)

    why = room.say({"why": {}})["why"]

    assert {"kept": 1, "rules.no_match": 1} == why["ends"]
    assert {"matched": 1, "kept": 1, "refused": {}} == why["rules"]["fast"]
    kept, dropped = why["decisions"]
    assert {"camera": "gate", "index": 4, "ago_s": 2.5, "taken_ns": 7, "objects": 2, "kept": FRAME} == {
        key: value for key, value in kept.items() if key != "rules"
    }
    assert [("paid", "speed 9, above 8"), ("no_match", "nobody has asked for it")] == [
        (rule["outcome"], rule["text"]) for rule in kept["rules"]
    ]
    assert ("yard", 0.0, "rules.no_match", None) == (
        dropped["camera"],
        dropped["ago_s"],
        dropped["dropped"],
        dropped.get("kept"),
    )


def test_decisions_of_one_camera_and_words_of_one_rule_can_be_asked_for(room: Room) -> None:
    for index in range(4):
        room.decide(9.0, camera=(GATE, YARD)[index % 2], index=index)

    why = room.say({"why": {"last": 1, "camera": "gate", "rule": "button"}})["why"]

    assert [(2, ["button"])] == [(one["index"], [rule["rule"] for rule in one["rules"]]) for one in why["decisions"]]
    assert ["button"] == list(why["rules"])


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(why=AskWhy(camera=CameraId("gat"))), ("no such camera: gat", "did you mean `gate`?")),
        (Request(capture=Capture(cameras=(CameraId("x"),))), ("no such camera: x", "there are gate, yard")),
        (Request(why=AskWhy(rule="buton")), ("no such rule: buton", "did you mean `button`?")),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(room: Room, request_: Request, said: tuple[str, str]) -> None:
    with pytest.raises(ControlError) as caught:
        room.desk.answer(request_)

    assert said == (str(caught.value), caught.value.hint)


def test_what_is_no_request_is_answered_too(room: Room) -> None:
    answer = json.loads(room.desk.reply(b"open the door"))

    assert {"error", "hint"} == answer.keys()


def test_what_is_wrong_is_told_and_what_was_counted(room: Room) -> None:
    room.health.count("sync.line_lost", 3)
    room.health.trouble("broker", "refused: Not authorized")

    expected = {"trouble": {"broker": "refused: Not authorized"}, "counts": {"sync.line_lost": 3}, "last": []}
    expected["poses"] = [{"camera": "gate"}, {"camera": "yard", "preset": "home"}]
    assert expected == room.say({"health": {}})["health"]


def test_the_last_decision_of_each_camera_is_told_with_how_the_agent_is(room: Room) -> None:
    for index, camera in enumerate((YARD, GATE, YARD)):
        room.decide(9.0, camera=camera, index=index)

    last = room.say({"health": {}})["health"]["last"]

    assert [("yard", 2), ("gate", 1)] == [(one["camera"], one["index"]) for one in last]
    assert [[one] for one in last] == [
        room.say({"why": {"last": 1, "camera": one["camera"]}})["why"]["decisions"] for one in last
    ]
