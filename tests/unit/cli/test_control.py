"""`askance edge tell`, `capture` and `why`, as a user types them while an agent runs, and while none does."""

import json
import os
from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from askance.edge.requests import Wish
from askance.edge.rules import Policy
from askance.edge.rules.policy import Context
from askance.units import parse_duration
from support_control import FRAME, GATE, POLICY, SECOND, YARD, Room, speaking
from support_programs import askance, askance_json, edge_config
from support_store import open_store


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "device").mkdir()
    return str(edge_config(tmp_path))


@pytest.fixture
def room(tmp_path: Path, config: str) -> Generator[Room]:
    """What answers for the agent of the configuration."""
    made = Room()
    assert config
    with speaking(tmp_path / "device", made.desk.reply):
        yield made


def test_readings_are_told(config: str, room: Room) -> None:
    done = askance("edge", "tell", "speed=12.5", "lon=-3.25", "--for", "5s", "--config", config)

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert {"speed": 12.5, "lon": -3.25} == room.told.readings(1004 * SECOND)
    assert {} == room.told.readings(1005 * SECOND)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["speed"], "speed: expected a name and a number, as in speed=12.3"),
        (["speed=fast"], "speed=fast: expected a name and a number"),
        (["speed=nan"], "speed=nan: expected a finite number"),
        (["Speed=1"], "Speed=1: expected a name of lower-case letters, digits, _ . and -, as in speed=12.3"),
        (["speed=1", "--for", "5"], "--for: expected a number with a unit"),
        ([], "NAME=NUMBER"),
    ],
)
def test_what_is_no_reading_is_a_slip_of_the_one_who_types(config: str, words: list[str], said: str) -> None:
    done = askance("edge", "tell", *words, "--config", config)

    assert 2 == done.returncode
    assert said in done.stderr


def test_where_a_camera_looks_is_told_and_forgotten(config: str, room: Room) -> None:
    done = askance("edge", "pose", "gate", "main road", "--config", config)

    assert (0, "pose of gate: main road\n", "") == (done.returncode, done.stdout, done.stderr)
    assert {GATE: "main road"} == room.told.poses()
    assert "pose of gate: not known\n" == askance("edge", "pose", "gate", "--config", config).stdout
    assert {} == room.told.poses()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["gat", "home"], os.EX_UNAVAILABLE, "no such camera: gat\nhint: did you mean `gate`?"),
        (["Gate!", "home"], 2, "CAMERA: expected a name of lower-case letters"),
        (["gate", ""], 2, "PRESET: expected a name of 1 to 64 characters, as in home"),
    ],
)
def test_a_pose_that_cannot_be_is_refused(config: str, room: Room, words: list[str], status: int, said: str) -> None:
    done = askance("edge", "pose", *words, "--config", config)

    assert status == done.returncode
    assert said in done.stderr
    assert {} == room.told.poses()


def test_the_next_frame_is_asked_for(config: str, room: Room) -> None:
    done = askance("edge", "capture", "--camera", "gate", "--note", "a pothole", "--config", config)

    assert "asked for: the next frame of gate\n" == done.stdout
    assert "" == done.stderr
    assert (Wish("a pothole"), None) == (room.told.asked(GATE), room.told.asked(YARD))


@pytest.mark.parametrize(
    ("last", "said", "noted"),
    [
        ("5s", ", with the 5 s before it", ""),
        ("0s", "", ""),
        ("1min", ", with the 10 s before it", "note: button: with 10 s at most, see `context.before` of the rules\n"),
    ],
)
def test_so_much_of_what_led_to_it_as_is_wanted_and_as_the_rules_remember(
    config: str, room: Room, last: str, said: str, noted: str
) -> None:
    around = Context(before_ns=10 * SECOND, after_ns=0, every_ns=SECOND)
    room.policy = Policy((replace(POLICY.rules[1], context=around),))

    done = askance("edge", "capture", "--last", last, "--config", config)

    assert (f"asked for: the next frame of gate, yard{said}\n", noted) == (done.stdout, done.stderr)
    assert Wish("somebody", parse_duration(last) // timedelta(microseconds=1) * 1000) == room.told.asked(GATE)


@pytest.mark.usefixtures("room")
def test_what_rules_without_context_do_not_remember_is_said(config: str) -> None:
    done = askance("edge", "capture", "--last", "5s", "--config", config)

    assert "note: button: with nothing before it, see `context.before` of the rules\n" == done.stderr
    assert 2 == (wrong := askance("edge", "capture", "--last", "5", "--config", config)).returncode
    assert "--last: expected a number with a unit" in wrong.stderr


def test_it_is_said_that_no_rule_keeps_what_is_asked_for(config: str, room: Room) -> None:
    room.policy = Policy(POLICY.rules[:1])

    done = askance("edge", "capture", "--config", config)

    assert "asked for: the next frame of gate, yard\n" == done.stdout
    assert "no rule in force captures for a `manual` condition" in done.stderr


def test_decisions_are_shown_with_what_each_rule_said(config: str, room: Room) -> None:
    room.decide(9.0, index=4)
    room.decide(3.0, camera=YARD, index=5)

    assert (
        f"""\
gate #4  0.0 s ago  objects: 2  kept {FRAME}
  fast    paid      0.50  signal: speed 9, above 8
  button  no match  0.50  manual: nobody has asked for it
yard #5  0.0 s ago  objects: 2  dropped: rules.no_match
  fast    no match  0.50  signal: speed 3, not above 8
  button  no match  0.50  manual: nobody has asked for it

frames since the start: 2; kept 1, rules.no_match 1
rule    matched  kept  refused
fast    1        1
button  0        0
"""
        == askance("edge", "why", "--config", config).stdout
    )


def test_decisions_can_be_read_by_programs(config: str, room: Room) -> None:
    room.decide(9.0, index=4)
    room.decide(9.0, camera=YARD, index=5)

    found = askance_json("edge", "why", "--camera", "gate", "--rule", "button", "--json", "--config", config)

    assert [(4, ["button"])] == [(one["index"], [rule["rule"] for rule in one["rules"]]) for one in found["decisions"]]
    assert json.loads(json.dumps(found)) == found


def test_before_the_first_decision_it_is_said_how_frames_ended(config: str, room: Room) -> None:
    assert "the rules have not been asked" in askance("edge", "why", "--config", config).stdout
    assert "no such camera: gat" in askance("edge", "why", "--camera", "gat", "--config", config).stderr
    assert room.decisions.last(1) == ()


@pytest.mark.parametrize("words", [["tell", "speed=1"], ["pose", "gate", "home"], ["capture"], ["why"]])
def test_without_an_agent_it_is_said_how_to_start_one(config: str, words: list[str]) -> None:
    done = askance("edge", *words, "--config", config)

    assert os.EX_UNAVAILABLE == done.returncode
    assert "error: no agent runs with the store" in done.stderr
    assert "hint: start it: askance edge run --config FILE" in done.stderr


def test_the_status_tells_the_last_decision_of_each_camera(config: str, tmp_path: Path) -> None:
    open_store(tmp_path / "device").close()
    room = Room()
    for index, speed in enumerate((9.0, 9.0, 3.0)):
        room.decide(speed, camera=(GATE, YARD)[index % 2], index=index)
    with speaking(tmp_path / "device", room.desk.reply):
        shown = askance("edge", "status", "--config", config).stdout
        told = askance_json("edge", "status", "--config", config, "--json")["last"]
        why = askance_json("edge", "why", "--last", "2", "--config", config, "--json")["decisions"]

    assert (
        """gate #2  0.0 s ago  objects: 2  dropped: rules.no_match
  fast    no match  0.50  signal: speed 3, not above 8
  button  no match  0.50  manual: nobody has asked for it
"""
        in shown
    )
    assert sorted(told, key=lambda one: int(one["index"])) == why
    assert [] == askance_json("edge", "status", "--config", config, "--json")["last"]


def test_the_status_tells_what_is_wrong_as_long_as_the_agent_runs(config: str, tmp_path: Path) -> None:
    open_store(tmp_path / "device").close()
    room = Room()
    room.health.trouble("broker", "refused: Not authorized")
    with speaking(tmp_path / "device", room.desk.reply):
        shown = askance("edge", "status", "--config", config).stdout
        told = askance_json("edge", "status", "--config", config, "--json")

    assert "trouble: broker: refused: Not authorized\n" in shown
    assert (True, {"broker": "refused: Not authorized"}) == (told["running"], told["trouble"])
    assert "no agent runs with this store\n" in askance("edge", "status", "--config", config).stdout
    told = askance_json("edge", "status", "--config", config, "--json")
    assert (False, {}) == (told["running"], told["trouble"])
