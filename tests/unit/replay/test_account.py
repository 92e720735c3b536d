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
        pytest.param(WATCH, None, (SCENE,), None, "rules.count_only", id="it only counts"),
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


def test_a_frame_is_seen_when_it_has_ended(account: Account) -> None:
    for ended in (Drop("gate.still"), Drop("gate.still"), decision(1).ended):
        account.end(ended)

    assert 3 == account.seen
    assert {"gate.still": 2, "kept": 1} == dict(account.ends)
