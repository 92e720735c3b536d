"""Every frame and every match has one end, with a reason."""

import pytest

from askance.edge.rules import Policy, Rule
from askance.edge.values import Drop
from askance.replay.account import Account
from support_replay import PEOPLE, SCENE, SECOND, WATCH, decision, verdict


@pytest.fixture
def account() -> Account:
    return Account(Policy((PEOPLE, SCENE, WATCH)))


@pytest.mark.parametrize(
    ("rule", "obstacle", "paid", "ended", "refusal"),
    [
        pytest.param(PEOPLE, None, (PEOPLE,), None, None, id="it paid"),
        pytest.param(PEOPLE, "rules.cooldown", (SCENE,), None, "rules.cooldown", id="another paid"),
        pytest.param(
            PEOPLE, "rules.budget_frames", (), Drop("rules.budget_frames"), "rules.budget_frames", id="frames"
        ),
        pytest.param(PEOPLE, None, (), Drop("rules.budget_bytes"), "rules.budget_bytes", id="nobody has the bytes"),
        pytest.param(PEOPLE, None, (SCENE,), None, "rules.budget_bytes", id="only another has the bytes"),
        pytest.param(PEOPLE, None, (), Drop("store.full"), "store.full", id="the store refuses"),
        pytest.param(WATCH, None, (WATCH,), Drop("rules.count_only"), None, id="it only counts"),
        pytest.param(WATCH, "rules.cooldown", (SCENE,), None, "rules.cooldown", id="it only counts, and pauses"),
        pytest.param(WATCH, None, (), Drop("rules.count_only"), "rules.outdone", id="it only counts better ones"),
    ],
)
def test_a_match_is_paid_for_or_refused_for_a_reason(
    account: Account,
    rule: Rule,
    *,
    obstacle: str | None,
    paid: tuple[Rule, ...],
    ended: Drop | None,
    refusal: str | None,
) -> None:
    account.note(decision(1, verdict(rule, obstacle=obstacle), paid=paid, ended=ended))

    tally = account.tallies[rule.id]
    assert 1 == tally.matched == tally.kept + tally.refused.total()
    assert ([] if refusal is None else [refusal]) == list(tally.refused)
    assert ([] if refusal is None else [SECOND]) == tally.refused_ns.tolist()


def test_what_is_kept_is_remembered_with_who_matched_and_who_paid(account: Account) -> None:
    verdicts = [verdict(PEOPLE), verdict(SCENE, obstacle="rules.cooldown"), verdict(WATCH, matched=False, value=0.25)]

    account.note(decision(7, *verdicts, paid=(PEOPLE,), objects=3))

    (kept,) = account.kept
    assert (7, 7 * SECOND, 3) == (kept.place.number, kept.at_ns, kept.objects)
    assert (frozenset({PEOPLE.id, SCENE.id}), frozenset({PEOPLE.id})) == (kept.matched, kept.payers)
    assert [0.25] == account.tallies[WATCH.id].values.tolist()
    assert 0 == account.tallies[WATCH.id].matched


def test_what_a_rule_that_only_counts_would_have_is_kept_apart(account: Account) -> None:
    account.note(decision(7, verdict(WATCH), verdict(PEOPLE), paid=(WATCH,), ended=Drop("rules.outdone"), objects=3))
    account.count(WATCH.id, 500)
    account.count(WATCH.id, 70)

    tally = account.tallies[WATCH.id]
    assert [(7 * SECOND, 3, frozenset({WATCH.id, PEOPLE.id}))] == tally.counted
    assert (1, 570, []) == (tally.kept, tally.bytes, account.kept)


def test_a_frame_is_seen_when_it_has_ended(account: Account) -> None:
    for ended in (Drop("gate.still"), Drop("gate.still"), decision(1).ended):
        account.end(ended)

    assert 3 == account.seen
    assert {"gate.still": 2, "kept": 1} == dict(account.ends)
