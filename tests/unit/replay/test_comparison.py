"""What new rules keep beyond the old ones, and what they let go."""

import json
from dataclasses import replace

from askance.edge.decided import Decided
from askance.edge.rules import Policy, Rule
from askance.edge.values import Drop
from askance.replay.account import Account, Place
from askance.replay.comparison import Comparison, compare
from askance.replay.report import report
from support_replay import PEOPLE, SCENE, decision, verdict

NEWER = replace(PEOPLE, version="2-dddddddd")


def replayed(rules: tuple[Rule, ...], *decisions: Decided) -> Account:
    account = Account(Policy(rules))
    account.recording = "street"
    for each in decisions:
        account.note(each)
        account.end(each.ended)
    return account


def compared() -> Comparison:
    old = replayed(
        (PEOPLE, SCENE),
        decision(0, verdict(PEOPLE), paid=(PEOPLE,)),
        decision(1, verdict(SCENE), paid=(SCENE,), objects=7),
        decision(2, verdict(PEOPLE, matched=False), ended=Drop("rules.no_match")),
    )
    new = replayed(
        (NEWER,),
        decision(0, verdict(NEWER), paid=(NEWER,)),
        decision(1, verdict(NEWER, obstacle="rules.cooldown"), ended=Drop("rules.cooldown")),
        decision(2, verdict(NEWER), paid=(NEWER,), objects=2),
    )
    figures = [
        report(account, {kept.frame_id: 100_000 for kept in account.kept}, seconds=3600, notes=())
        for account in (old, new)
    ]
    return compare(old.kept, new.kept, reports=figures)


def test_frames_are_kept_by_one_side_or_by_both() -> None:
    found = compared()

    assert ((Place("street", 1),), (Place("street", 2),), (Place("street", 0),)) == (
        found.only_old,
        found.only_new,
        found.both,
    )
    assert (33 / 60, 13 / 60) == (found.only_old_minutes, found.only_new_minutes)
    assert (
        "frames: 3 in 3600.0 s; kept by both: 1",
        "only old keeps: 1, 0.6 label-minutes",
        "only new keeps: 1, 0.2 label-minutes",
        "kept in all: 2 frames, 0.2 MB, 0.7 -> 0.4 label-minutes",
    ) == found.summary


def test_every_rule_of_either_side_has_a_row() -> None:
    people, scene = compared().rules

    assert ("people", "changed", "1 -> 3", "1 -> 2", "0 -> 1", "1.0 -> 2.0", "2.4 -> 4.8", "0.1 -> 0.4") == people.row
    assert ("scene", "gone", "1 -> -", "1 -> -", "0 -> -", "1.0 -> -", "2.4 -> -", "0.6 -> -") == scene.row


def test_a_rule_is_the_same_when_only_its_file_has_another_version() -> None:
    old, new = replayed((PEOPLE,)), replayed((replace(PEOPLE, version="9-aaaaaaaa"), SCENE))

    found = compare((), (), reports=[report(each, {}, seconds=1, notes=()) for each in (old, new)])

    assert ["same", "new"] == [change.change for change in found.rules]


def test_what_would_be_kept_is_told_from_what_is() -> None:
    counting = replace(PEOPLE, capture=False, version="1-eeeeeeee")
    old = replayed((counting,), decision(0, verdict(counting), paid=(counting,), ended=Drop("rules.count_only")))
    new = replayed((PEOPLE,), decision(0, verdict(PEOPLE), paid=(PEOPLE,)))
    old.count(PEOPLE.id, 500_000)
    sizes = {kept.frame_id: 500_000 for kept in new.kept}

    (row,) = compare(
        old.kept, new.kept, reports=[report(each, sizes, seconds=3600, notes=()) for each in (old, new)]
    ).rules

    kept = ("would 1 -> 1", "0", "would 1.0 -> 1.0", "would 12.0 -> 12.0", "would 0.1 -> 0.1")
    assert ("people", "changed", "1", *kept) == row.row


def test_everything_is_told_as_json() -> None:
    told = json.loads(json.dumps(compared().json()))

    assert [{"recording": "street", "number": 2}] == told["only_new"]
    assert [("people", "changed"), ("scene", "gone")] == [(rule["rule"], rule["change"]) for rule in told["rules"]]
    assert (2, 3) == (told["old"]["kept"], told["new"]["frames"])
