"""What rules that only count would take: priced, paid for out of accounts of their own, and not stored."""

from collections.abc import Callable, Sequence
from typing import Final

from askance.edge.contest import Held
from askance.edge.decided import Around, Observer
from askance.edge.episodes import Shot
from askance.edge.health import Health
from askance.edge.keeper import Beside, Keeper
from askance.edge.rules import Memory, Policy, RuleId, count, defray, remind
from askance.edge.values import Drop, Keep, Spending
from askance.errors import StoreFullError


class Trial:
    """Lets rules that only count pay for frames; for one thread.

    Args:
        keeper: knows what a frame takes.
        spend: remembers over a restart what they would have spent; raises StoreFullError.
        health: takes the trouble.
        observer: told of what they would have spent.
    """

    def __init__(
        self, keeper: Keeper, spend: Callable[[Sequence[Spending]], None], *, health: Health, observer: Observer
    ) -> None:
        self._keeper: Final = keeper
        self._spend: Final = spend
        self._health: Final = health
        self._observer: Final = observer

    def take(self, held: Held, rule: RuleId, *, policy: Policy, memory: Memory) -> Memory:
        """Let a rule pay for a frame, unless others that it would have kept meanwhile hinder it.

        Args:
            held: the frame; it is told whether the rule would have kept it, and why not.
            rule: one that would have paid when the frame was taken.
            policy: the rules in force.
            memory: what they remember.
        """
        taken, asked = held.shot.taken, remind(held.decision, memory, context=held.context)
        payer = next((payer for payer in asked.counting if payer.rule == rule), None)
        if payer is None:
            obstacle = next(verdict.obstacle for verdict in asked.verdicts if verdict.rule.id == rule)
            held.decision = held.decision.hinder({rule}, Drop(obstacle or "rules.second_look"))
            return memory
        held.size = size = self._keeper.price(taken, held.shot.seen, reasons=held.decision.reasons)
        memory, spent = count(policy, memory, payer=payer, size=size, now_ns=taken.now_ns)
        if isinstance(spent, Drop):
            held.decision = held.decision.hinder({rule}, spent)
            return memory
        self._note(rule, spent)
        held.counted.add(rule)
        held.shot.counted.add(rule)
        if (episode := held.trials.get(rule)) is not None:
            keep = Keep(held.decision.reasons, (payer,))
            episode.beside = Beside(None, held.shot.taken_ns, keep, frozenset({rule}))
        return memory

    def surround(self, shot: Shot, beside: Beside, *, policy: Policy, memory: Memory) -> Memory:
        """Let a rule pay for a frame around one that it would have kept, unless it would be there already.

        What it has counted costs nothing more, and what is stored for another frame would have cost nothing.

        Args:
            shot: the frame.
            beside: what it lies around.
            policy: the rules in force.
            memory: what they remember.
        """
        (rule,) = beside.payers
        if rule in shot.counted or shot.stored_ns not in {None, beside.taken_ns}:
            return memory
        size = self._keeper.price(shot.taken, shot.seen, reasons=(beside.reason(shot.taken),))
        memory, spendings = defray(policy, memory, payers=beside.payers, size=size, at_ns=shot.taken.now_ns)
        for spent in spendings:
            shot.counted.add(rule)
            self._note(rule, spent)
            self._observer.surround(None, Around(None, shot.seen.objects, beside.payers))
        return memory

    def _note(self, rule: RuleId, spent: Spending) -> None:
        self._observer.count(rule, spent.bytes)
        try:
            self._spend((spent,))
        except StoreFullError as error:
            self._health.trouble("count_only", str(error))
        else:
            self._health.trouble("count_only", None)
