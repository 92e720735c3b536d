"""Figures: what was kept, what it costs, and what it would cost in a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from askance.edge.decided import Around, Decided
from askance.edge.rules import Policy
from askance.edge.rules.budgets import Limits
from askance.edge.rules.lottery import Lottery
from askance.edge.values import Drop
from askance.replay.account import Account
from askance.replay.report import Report, report
from askance.units import Rate
from askance.wire.identity import FrameId
from support_replay import PEOPLE, SCENE, WATCH, decision, verdict

COOLING = verdict(PEOPLE, obstacle="rules.cooldown")
DECISIONS = (
    decision(0, verdict(PEOPLE), verdict(SCENE), paid=(PEOPLE, SCENE), objects=0),
    decision(1, COOLING, verdict(SCENE), paid=(SCENE,), objects=10),
    decision(2, COOLING, ended=Drop("rules.cooldown")),
    decision(3, verdict(SCENE), verdict(WATCH), paid=(SCENE,), objects=2),
    decision(4, verdict(SCENE), paid=(SCENE,), objects=0),
)


def worked_out(decisions: tuple[Decided, ...], *, seconds: float = 3600) -> Report:
    account = Account(Policy((PEOPLE, SCENE, WATCH)))
    for each in decisions:
        account.note(each)
        account.end(each.ended)
    account.end(Drop("gate.still"))
    sizes = {kept.frame_id: 500_000 for kept in account.kept}
    return report(account, sizes, seconds=seconds, notes=["dusk"])


def test_frames_around_a_kept_one_cost_bytes_and_labeling_to_those_who_paid_for_them() -> None:
    account, first = Account(Policy((PEOPLE, SCENE, WATCH))), FrameId("frame-0")
    account.surround(first, Around(FrameId("before"), 3, frozenset({PEOPLE.id, SCENE.id})))
    account.note(decision(0, verdict(PEOPLE), verdict(SCENE), verdict(WATCH), paid=(PEOPLE, SCENE, WATCH), objects=1))
    account.surround(first, Around(FrameId("after"), 0, frozenset({SCENE.id})))
    account.surround(None, Around(None, 5, frozenset({WATCH.id})))
    sizes = {first: 400_000, FrameId("before"): 300_000, FrameId("after"): 200_000}

    figures = report(account, sizes, seconds=3600, notes=())

    people, scene, watch = figures.rules
    minutes = [(5 + 4 + 5 + 12) / 60, (5 + 4 + 5 + 12 + 5) / 60, (5 + 4 + 5 + 20) / 60]
    assert minutes == pytest.approx([people.label_minutes, scene.label_minutes, watch.label_minutes])
    assert (1, 700_000, 2, 900_000, 1) == (people.around, people.bytes, scene.around, scene.bytes, watch.around)
    assert (1, 2, 900_000, minutes[1]) == (figures.kept, figures.around, figures.bytes, figures.label_minutes)
    assert "kept: 1 and 2 around them, 0.9 MB, 0.5 label-minutes; 1.0 captures/h, 21.6 MB/day" == figures.summary[1]
    assert ("would 1", "would 1") == watch.row[2:4]


def test_totals_are_of_all_frames() -> None:
    figures = worked_out(DECISIONS)

    assert (6, 4, {"rules.cooldown": 1, "gate.still": 1}) == (figures.frames, figures.kept, figures.dropped)
    assert 2_000_000 == figures.bytes
    assert (4.0, 48.0) == (figures.captures_per_hour, figures.mb_per_day)
    assert pytest.approx((4 * 5 + 12 * 4) / 60) == figures.label_minutes
    assert ("dusk",) == figures.notes
    assert (
        "frames: 6 in 3600.0 s; dropped: rules.cooldown 1, gate.still 1",
        "kept: 4, 2.0 MB, 1.1 label-minutes; 4.0 captures/h, 48.0 MB/day",
    ) == figures.summary


def test_every_rule_has_its_own_figures() -> None:
    people, scene, watch = worked_out(DECISIONS).rules

    assert (3, 1, {"rules.cooldown": 2}) == (people.matched, people.kept, people.refused)
    assert ("people", "3", "1", "0", "2", "0", "0", "0", "0", "1.0", "12.0", "0.1", "100%") == people.row
    assert ("scene", "4", "4", "0", "0", "0", "0", "0", "0", "4.0", "48.0", "1.1", "75%") == scene.row
    assert ["watch", "1", "would 0", "would 0", *"00100", *["would 0.0"] * 3, "-"] == list(watch.row)


def test_a_rule_that_only_counts_is_told_as_what_it_would_be_and_costs_nothing() -> None:
    account = Account(Policy((SCENE, WATCH)))
    account.note(decision(0, verdict(SCENE), verdict(WATCH), paid=(SCENE, WATCH), objects=10))
    account.note(decision(1, verdict(WATCH), paid=(WATCH,), ended=Drop("rules.count_only"), objects=4))
    account.count(WATCH.id, 1_000_000)
    figures = report(account, {kept.frame_id: 500_000 for kept in account.kept}, seconds=3600, notes=())

    scene, watch = figures.rules
    row = ("watch", "2", "would 2", "would 0", "0", "0", "0", "0", "0", "would 2.0", "would 24.0", "would 1.1", "50%")
    assert row == watch.row
    assert (1, 1.0, 12.0, 0.75) == (scene.kept, scene.captures_per_hour, scene.mb_per_day, scene.label_minutes)
    assert (1, 1.0, 12.0, 0.75) == (figures.kept, figures.captures_per_hour, figures.mb_per_day, figures.label_minutes)


def test_a_rate_goes_as_far_as_the_budgets() -> None:
    frames, unlimited, _ = worked_out(DECISIONS, seconds=10.0).rules
    limited = replace(SCENE, limits=Limits(None, Rate(12_000_000, timedelta(days=1))))
    account = Account(Policy((limited,)))
    for number in range(5):
        account.note(decision(number, verdict(limited), paid=(limited,)))
    sizes = {kept.frame_id: 500_000 for kept in account.kept}
    poor = report(account, sizes, seconds=10.0, notes=())

    assert (40.0, 40 * 24 * 0.5) == (frames.captures_per_hour, frames.mb_per_day)
    assert 1440.0 == unlimited.captures_per_hour
    assert "1.0 captures/h, 12.0 MB/day" in poor.summary[1]
    assert ("1.0", "12.0") == poor.rules[0].row[9:11]


def of_budgets(*limits: int, paid: str) -> Report:
    """Six minutes: the first rule pays for a frame (a), the second (b) or both (c); one around each is the first's."""
    budgets = [Limits(Rate(limit, timedelta(hours=1)), None) for limit in limits]
    rules = tuple(
        replace(rule, limits=budget, capture=True) for rule, budget in zip((PEOPLE, SCENE), budgets, strict=True)
    )
    payers = {"a": rules[:1], "b": rules[1:], "c": rules}
    account = Account(Policy(rules))
    for number, who in enumerate(paid):
        account.note(decision(number, *map(verdict, payers[who]), paid=payers[who]))
        account.surround(
            FrameId(f"frame-{number}"), Around(FrameId(f"around-{number}"), 0, frozenset({payers[who][0].id}))
        )
    sizes = {FrameId(f"{name}-{number}"): 500_000 for number in range(len(paid)) for name in ("frame", "around")}
    return report(account, sizes, seconds=360, notes=())


@pytest.mark.parametrize(
    ("limits", "paid", "frames", "bytes_of"),
    [
        pytest.param((60, 60), "c" * 9, 60, 120, id="both for the same frames, as long as each other"),
        pytest.param((60, 30), "c" * 9, 60, 120, id="one of them longer, and the frames around are its"),
        pytest.param((30, 60), "c" * 9, 60, 90, id="the other one longer"),
        pytest.param((60, 60), "aaaaaaaabbbbbbbb", 120, 240, id="each for others"),
        pytest.param((60, 99), "ccccccaaaaaa", 60 + 30, 150, id="both for some"),
        pytest.param((999, 999), "abc", 30, 60, id="budgets that last"),
    ],
)
def test_a_frame_that_several_rules_pay_for_is_one_and_kept_as_long_as_one_of_them_can(
    limits: tuple[int, int], paid: str, frames: int, bytes_of: int
) -> None:
    figures = of_budgets(*limits, paid=paid)

    assert figures.captures_per_hour == pytest.approx(frames)
    assert figures.mb_per_day == pytest.approx(24 * bytes_of / 2)


def test_a_lottery_draws_no_more_on_average_than_its_rate() -> None:
    lots = replace(SCENE, when=Lottery(Rate(6, timedelta(hours=1))))
    certain = replace(WATCH, when=Lottery(0.5), capture=True)
    account = Account(Policy((lots, certain)))
    account.note(decision(0, verdict(lots), verdict(certain), paid=(lots, certain)))

    figures = report(account, {kept.frame_id: 1 for kept in account.kept}, seconds=36.0, notes=())

    assert [6.0, 100.0] == [rule.captures_per_hour and round(rule.captures_per_hour, 6) for rule in figures.rules]


def test_recordings_without_length_have_no_rate() -> None:
    figures = worked_out(DECISIONS, seconds=0.0)

    assert {None} == {figures.captures_per_hour, figures.mb_per_day, figures.rules[0].captures_per_hour}
    assert figures.summary[1].endswith("- captures/h, - MB/day")


def test_nothing_kept_costs_nothing() -> None:
    figures = worked_out(())

    assert (0, 0, 0.0, 0.0) == (figures.kept, figures.bytes, figures.label_minutes, figures.mb_per_day)
    assert {None} == {rule.overlap for rule in figures.rules}
