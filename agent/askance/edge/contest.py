"""The frames that wait until the slots of the rules are over, and which of them win."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from askance.edge.episodes import Episode, Shot
from askance.edge.rules import Decision, FrameContext, Policy, RuleId
from askance.edge.rules.conditions import measures
from askance.edge.rules.cooldown import concerned
from askance.edge.rules.slots import Candidate, Slot
from askance.edge.values import Drop, Keep

OUTDONE: Final = Drop("rules.outdone")

MOST: Final = 32
"""How many frames wait at most; each is held as a JPEG."""

MOST_BYTES: Final = 128 * 2**20
"""Of the pictures of all of them together, with those around each."""


@dataclass(slots=True, eq=False)
class Held:
    """A frame that waits.

    Attributes:
        shot: it, with what the models saw.
        context: what the rules looked at.
        decision: what they said; a second look can change it.
        episode: the frames around it; None where no rule wants them.
        looked: whether it was looked at a second time.
        payers: the rules that have paid for it.
        trials: by rule that only counts, the frames around it that it would keep, where it wants any.
        counted: the rules that only count, and would have paid for it by now.
        size: bytes that it takes, at most; None: nobody has asked.
    """

    shot: Shot
    context: FrameContext
    decision: Decision
    episode: Episode | None = None
    looked: bool = False
    payers: frozenset[RuleId] = frozenset()
    trials: dict[RuleId, Episode] = field(default_factory=dict[RuleId, Episode])
    counted: set[RuleId] = field(default_factory=set[RuleId])
    size: int | None = None

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """It with those around it, as each rule wants them that keeps or counts some."""
        return (*(() if self.episode is None else (self.episode,)), *self.trials.values())

    @property
    def values(self) -> dict[RuleId, float]:
        """What it is worth to each rule that would pay for it, also to those that would only count it."""
        keep = self.decision.outcome
        payers = (*(() if isinstance(keep, Drop) else keep.payers), *self.decision.counting)
        return {RuleId(payer.rule): payer.value for payer in payers if payer.rule not in self.counted}

    @property
    def rank(self) -> tuple[bool, float]:
        """What frames that wait are ordered by, the least first: first of all those that are only counted."""
        return isinstance(self.decision.outcome, Keep), max(self.values.values(), default=0.0)

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The frame, and those around it so far."""
        return (self.shot, *(shot for episode in self.episodes for shot in episode.wanted))


class Contest:
    """Holds frames until the slots that they wait in are over; for one thread.

    Args:
        policy: the rules.
        reviewed: the signals that a second look can change.
    """

    def __init__(self, policy: Policy, *, reviewed: Collection[str] = ()) -> None:
        self._rules: Final = {rule.id: rule for rule in policy.rules}
        self._reviewed: Final = {
            rule.id for rule in policy.rules if any(wish.signal in reviewed for wish in measures(rule.when))
        }
        self._held: dict[int, Held] = {}
        self._slots: dict[RuleId, Slot] = {}
        self._entered = 0
        self._now_ns = 0

    def __contains__(self, held: Held) -> bool:
        return held in self._held.values()

    def holds(self, shot: Shot, rules: Collection[RuleId] = ()) -> bool:
        """Whether a frame waits to be kept for itself; with rules that only count, to be counted by one of them."""
        waiting = (held for held in self._held.values() if held.shot is shot)
        return any(
            not held.values.keys().isdisjoint(rules) if rules else isinstance(held.decision.outcome, Keep)
            for held in waiting
        )

    def captures(self, rule: RuleId) -> bool:
        """Whether a rule keeps frames, and does not only count them."""
        return self._rules[rule].capture

    def at_once(self, held: Held) -> tuple[RuleId, ...]:
        """Name the rules that only count, and wait for no better frame."""
        counting = (RuleId(payer.rule) for payer in held.decision.counting)
        return tuple(rule for rule in counting if not self._rules[rule].slot_ns)

    def waits(self, decision: Decision) -> bool:
        """Whether a frame waits: every rule that would pay for it looks for the best of a stretch of time."""
        outcome = decision.outcome
        return isinstance(outcome, Keep) and all(self._rules[RuleId(payer.rule)].slot_ns for payer in outcome.payers)

    def enter(self, held: Held) -> tuple[Held, ...]:
        """Let a frame compete; return those that are out, perhaps itself."""
        out: list[Held] = []
        key, self._entered = self._entered, self._entered + 1
        self._held[key] = held
        now_ns = max(self._now_ns, held.context.now_ns)
        for rule, candidate in self._candidates(held, key).items():
            self._slots[rule], _ = self._slot(rule).offer(self._rules[rule], candidate, now_ns=now_ns)
        while len(self._held) > MOST or (len(self._held) > 1 and self._bytes() > MOST_BYTES):
            least = min(self._held, key=lambda key: self._held[key].rank)
            self._release({least})
            out.append(self._held.pop(least))
        return (*out, *self._sweep())

    def over(self, now_ns: int) -> tuple[RuleId, ...]:
        """Name the rules whose slots are over at a moment of the clock that budgets run on, or were so before.

        A camera with few frames a second is decided on late: its moments lie before those of others, and end nothing.
        """
        self._now_ns = max(self._now_ns, now_ns)
        return tuple(rule for rule in self.open() if self._slots[rule].over(self._rules[rule], now_ns=self._now_ns))

    def open(self) -> tuple[RuleId, ...]:
        """Name the rules whose slots have begun; those that only count follow what the others do."""
        return tuple(sorted(self._slots, key=lambda rule: not self._rules[rule].capture))

    def ranking(self, rule: RuleId) -> tuple[Held, ...]:
        """Return the frames that wait for a rule, best first."""
        return tuple(self._held[candidate.key] for candidate in self._slot(rule).best)

    def room(self, rule: RuleId) -> int:
        """Return how many more of them it keeps."""
        return self._slot(rule).room(self._rules[rule])

    def leave(self, held: Held) -> frozenset[RuleId]:
        """Let a frame leave all slots: it is kept, or cannot be; name the rules that it will do for.

        Rules that have better ones in their slots do not pay for it.
        """
        key = self._key(held)
        candidates = self._candidates(held, key)
        best = frozenset(rule for rule, each in candidates.items() if self._slot(rule).takes(self._rules[rule], each))
        held.decision = held.decision.hinder(candidates.keys() - best, OUTDONE)
        del self._held[key]
        self._release({key})
        return best

    def pass_over(self, held: Held, rule: RuleId) -> None:
        """Let a frame leave the slot of one rule, and go on waiting in the others."""
        self._slots[rule] = self._slots[rule].without({self._key(held)})

    def award(self, rules: Collection[RuleId]) -> None:
        """Note that rules have had one of the best frames of their slots."""
        self._slots |= {rule: replace(slot, won=slot.won + 1) for rule, slot in self._slots.items() if rule in rules}

    def close(self, rule: RuleId) -> tuple[Held, ...]:
        """End the slot of a rule; return the frames that wait for no other, and are out."""
        self._slots.pop(rule, None)  # its last frame may have left
        return self._sweep()

    def unlooked(self, rules: Collection[RuleId]) -> tuple[Held, ...]:
        """Return the frames of which a second look can change what they are to these rules, the most valuable first."""
        keys = {candidate.key for rule in rules if rule in self._reviewed for candidate in self._slots[rule].best}
        ranked = sorted(sorted(keys), key=lambda key: self._held[key].rank, reverse=True)
        return tuple(self._held[key] for key in ranked if not self._held[key].looked)

    def revalue(self, held: Held, decision: Decision) -> tuple[Held, ...]:
        """Let a frame that waits be worth what is now known of it; return those that are out, perhaps itself."""
        key = self._key(held)
        held.decision = decision
        values = held.values
        self._slots = {
            rule: slot.revalue(key, values[rule]) if rule in values else slot.without({key})
            for rule, slot in self._slots.items()
        }
        return self._sweep()

    def _slot(self, rule: RuleId) -> Slot:
        return self._slots.get(rule, Slot())

    def _candidates(self, held: Held, key: int) -> dict[RuleId, Candidate]:
        """Say what a frame is in the slots of the rules that have some; one without, that only counts, has counted."""
        context = held.context
        found = {verdict.rule.id: verdict.finding for verdict in held.decision.verdicts}
        return {
            rule: Candidate(
                key,
                value,
                context.now_ns,
                context.where,
                context.looks,
                concerned(found[rule], context.view, where=context.where),
            )
            for rule, value in held.values.items()
            if self._rules[rule].slot_ns
        }

    def _bytes(self) -> int:
        shots = {id(shot): shot for held in self._held.values() for shot in held.shots}
        return sum(len(shot.taken.jpeg) for shot in shots.values())

    def _key(self, held: Held) -> int:
        (key,) = (key for key, other in self._held.items() if other is held)
        return key

    def _release(self, keys: Collection[int]) -> None:
        """Take frames out of every slot."""
        self._slots = {rule: slot.without(keys) for rule, slot in self._slots.items()}

    def _sweep(self) -> tuple[Held, ...]:
        """Let go of the frames that wait in no slot any more, and of slots of which nothing came and nothing waits."""
        self._slots = {rule: slot for rule, slot in self._slots.items() if slot.best or slot.won}
        waiting = {candidate.key for slot in self._slots.values() for candidate in slot.best}
        return tuple(self._held.pop(key) for key in sorted(self._held.keys() - waiting))
