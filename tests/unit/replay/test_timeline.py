"""The time line shows when each rule matched and what it paid for."""

import re
from dataclasses import replace
from itertools import accumulate, pairwise
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


def beginning(drawing: ET.Element) -> int:
    """Where the lanes begin, pixels."""
    line = next(path for path in drawing.iter(f"{SVG}path") if path.get("class") == "line")
    return int(str(line.get("d")).split()[0].removeprefix("M"))


def test_every_rule_has_a_lane_with_its_values_and_its_frames() -> None:
    account = Account(Policy((PEOPLE, SCENE)))
    account.note(decision(0, verdict(PEOPLE, value=0.5), verdict(SCENE, matched=False, value=0.0), paid=(PEOPLE,)))
    account.note(decision(5, verdict(PEOPLE, obstacle="rules.cooldown"), verdict(SCENE, value=1.0), paid=(SCENE,)))

    drawing = ET.fromstring(draw(account, played(10)))  # noqa: S314 (our own drawing)

    dots = [(dot.get("cx"), dot.get("cy")) for dot in drawing.iter(f"{SVG}circle")]
    paths = {name: [path.get("d") for path in drawing.iter(f"{SVG}path") if path.get("class") == name] for name in
             ("value", "refused", "end")}  # fmt: skip
    texts = [text.text for text in drawing.iter(f"{SVG}text")]
    left = beginning(drawing)
    middle = left + 500
    assert [(str(left), "63.0"), (str(middle), "110.0")] == dots
    assert [f"M{left} 86V63.0M{middle} 86V63.0", f"M{middle} 156V110.0"] == paths["value"]
    assert [f"M{middle} 89v5", ""] == paths["refused"]
    assert 1 == len(paths["end"])
    assert {"street", "people", "2 matched, 1 kept", "scene", "1 matched, 1 kept", "0:00", "0:10"} <= set(texts)


def test_frames_that_a_rule_would_keep_are_rings() -> None:
    account = Account(Policy((WATCH,)))
    account.note(decision(5, verdict(WATCH, value=0.5), paid=(WATCH,), ended=Drop("rules.count_only")))

    drawing = ET.fromstring(draw(account, played(10)))  # noqa: S314 (our own drawing)

    assert [("would", str(beginning(drawing) + 500))] == [
        (ring.get("class"), ring.get("cx")) for ring in drawing.iter(f"{SVG}circle")
    ]
    assert "1 matched, would keep 1" in {text.text for text in drawing.iter(f"{SVG}text")}


def test_a_long_recording_is_drawn_in_as_many_columns_as_a_short_one() -> None:
    account = Account(Policy((PEOPLE,)))
    for number in range(20_000):
        account.note(decision(number, verdict(PEOPLE, value=number % 100 / 100), paid=(PEOPLE,)))

    drawing = draw(account, played(20_000))

    assert 1000 >= drawing.count("<circle")
    assert 1.0 > max(account.tallies[RuleId("people")].values)
    assert {"0:00", "1:00:00", "5:00:00"} <= set(re.findall(r">([\d:]+)</text>", drawing))


def test_a_long_name_has_room_before_its_lane() -> None:
    name = RuleId("unsure-walkers-and-riders-in-the-dark-at-the-gate")
    account = Account(Policy((replace(PEOPLE, id=name),)))

    drawing = ET.fromstring(draw(account, played(10)))  # noqa: S314 (our own drawing)

    words = next(text for text in drawing.iter(f"{SVG}text") if text.text == name)
    x, begins = float(str(words.get("x"))), beginning(drawing)
    assert x + 0.6 * 12 * len(name) < begins, "a letter of 12 pixels is less than .6 of that wide on average"
    assert begins + 1000 <= int(str(drawing.get("viewBox")).split()[2])


def test_each_recording_has_times_of_its_own_and_as_much_of_its_name_as_has_room() -> None:
    lengths = {"a-rather-long-name-of-a-recording": 3, "street": 60, "one": 1, "yard": 36}
    begins = accumulate(lengths.values(), initial=0)
    shown = [
        Played(Recording(name, name, STREET), seconds, begin * SECOND, seconds * SECOND)
        for (name, seconds), begin in zip(lengths.items(), begins, strict=False)
    ]

    drawing = ET.fromstring(draw(Account(Policy((PEOPLE,))), shown))  # noqa: S314 (our own drawing)

    texts = [(float(str(text.get("x"))), str(text.text)) for text in drawing.iter(f"{SVG}text") if text.text]
    left = beginning(drawing)
    assert list(lengths) == [title.text for title in drawing.iter(f"{SVG}title")]
    assert ["street", "yard"] == [text for _, text in texts if text in lengths]
    times = sorted((x - left, text) for x, text in texts if ":" in text)
    assert [(0, "0:00"), (130, "0:10"), (230, "0:20")] == times[:3]
    assert (630, "0:00") in times, "the one frame, and beside it no room for that of the yard"
    assert min(later - sooner for (sooner, _), (later, _) in pairwise(times)) >= 50


def test_a_name_is_cut_where_the_next_recording_begins() -> None:
    shown = [
        Played(Recording(name, name, STREET), 1, begin * SECOND, length * SECOND)
        for name, begin, length in (("a-rather-long-name", 0, 1), ("street", 1, 9))
    ]

    drawing = ET.fromstring(draw(Account(Policy(())), shown))  # noqa: S314 (our own drawing)

    assert ["a-rather-l\N{HORIZONTAL ELLIPSIS}", "street"] == [
        text.text for text in drawing.iter(f"{SVG}text") if text.text and ":" not in text.text
    ]


def test_nothing_played_is_an_empty_drawing() -> None:
    assert "<circle" not in draw(Account(Policy((PEOPLE,))), [])
