"""The time line shows when each rule matched and what it paid for."""

import re
from xml.etree import ElementTree as ET

from askance.edge.rules import Policy, RuleId
from askance.edge.values import Drop
from askance.replay.account import Account
from askance.replay.reel import Played, Recording
from askance.replay.timeline import draw
from support_replay import PEOPLE, SCENE, SECOND, STREET, WATCH, decision, verdict

SVG = "{http://www.w3.org/2000/svg}"


def played(seconds: int) -> list[Played]:
    return [Played(Recording("street", "street.mp4", STREET), seconds, 0, seconds * SECOND)]


def test_every_rule_has_a_lane_with_its_values_and_its_frames() -> None:
    account = Account(Policy((PEOPLE, SCENE)))
    account.note(decision(0, verdict(PEOPLE, value=0.5), verdict(SCENE, matched=False, value=0.0), paid=(PEOPLE,)))
    account.note(decision(5, verdict(PEOPLE, obstacle="rules.cooldown"), verdict(SCENE, value=1.0), paid=(SCENE,)))

    drawing = ET.fromstring(draw(account, played(10)))  # noqa: S314 (our own drawing)

    dots = [(dot.get("cx"), dot.get("cy")) for dot in drawing.iter(f"{SVG}circle")]
    paths = {name: [path.get("d") for path in drawing.iter(f"{SVG}path") if path.get("class") == name] for name in
             ("value", "refused", "end")}  # fmt: skip
    texts = [text.text for text in drawing.iter(f"{SVG}text")]
    assert [("170", "63.0"), ("670", "110.0")] == dots
    assert ["M170 86V63.0M670 86V63.0", "M670 156V110.0"] == paths["value"]
    assert ["M670 89v5", ""] == paths["refused"]
    assert 1 == len(paths["end"])
    assert {"street", "people", "2 matched, 1 kept", "scene", "1 matched, 1 kept", "0:00", "0:10"} <= set(texts)


def test_frames_that_a_rule_would_keep_are_rings() -> None:
    account = Account(Policy((WATCH,)))
    account.note(decision(5, verdict(WATCH, value=0.5), paid=(WATCH,), ended=Drop("rules.count_only")))

    drawing = ET.fromstring(draw(account, played(10)))  # noqa: S314 (our own drawing)

    assert [("would", "670")] == [(ring.get("class"), ring.get("cx")) for ring in drawing.iter(f"{SVG}circle")]
    assert "1 matched, would keep 1" in {text.text for text in drawing.iter(f"{SVG}text")}


def test_a_long_recording_is_drawn_in_as_many_columns_as_a_short_one() -> None:
    account = Account(Policy((PEOPLE,)))
    for number in range(20_000):
        account.note(decision(number, verdict(PEOPLE, value=number % 100 / 100), paid=(PEOPLE,)))

    drawing = draw(account, played(20_000))

    assert 1000 >= drawing.count("<circle")
    assert 1.0 > max(account.tallies[RuleId("people")].values)
    assert {"0:00", "1:00:00", "5:00:00"} <= set(re.findall(r">([\d:]+)</text>", drawing))


def test_nothing_played_is_an_empty_drawing() -> None:
    assert "<circle" not in draw(Account(Policy((PEOPLE,))), [])
