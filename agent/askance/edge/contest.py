"""The frames that wait until the slots of the rules are over, and which of them win."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from askance.edge.episodes import Episode, Shot
from askance.edge.rules import Decision, FrameContext, Policy, RuleId
from askance.edge.rules.cooldown import concerned
from askance.edge.rules.slots import Candidate, Slot, room
from askance.edge.values import Drop, Keep

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
    """

    shot: Shot
    context: FrameContext
    decision: Decision
    episode: Episode | None = None
    looked: bool = False

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The frame, and those around it so far."""
        return (self.shot, *(() if self.episode is None else self.episode.shots))


class Contest:
    """Holds frames until the slots that they wait in are over; for one thread.

    Args:
        policy: the rules.
    """

    def __init__(self, policy: Policy) -> None:
        self._rules: Final = {rule.id: rule for rule in policy.rules}
        self._held: dict[int, Held] = {}
        self._slots: dict[RuleId, Slot] = {}
        self._entered = 0

    def __contains__(self, held: Held) -> bool:
        return held in self._held.values()

    def holds(self, shot: Shot) -> bool:
        """Whether a frame waits to be kept for itself."""
        return any(held.shot is shot for held in self._held.values())

    def waits(self, decision: Decision) -> bool:
        """Whether a frame waits: every rule that would pay for it looks for the best of a stretch of time."""
        outcome = decision.outcome
        return isinstance(outcome, Keep) and all(self._rules[RuleId(payer.rule)].slot_ns for payer in outcome.payers)

    def enter(self, held: Held) -> tuple[Held, ...]:
        """Let a frame compete; return those that are out, perhaps itself."""
        out: list[Held] = []
        key, self._entered = self._entered, self._entered + 1
        self._held[key] = held
        context = held.context
        found = {verdict.rule.id: verdict.finding for verdict in held.decision.verdicts}
        for rule, value in _values(held.decision).items():
            about = concerned(found[rule], context.view, camera=context.camera)
            candidate = Candidate(key, value, context.now_ns, context.where, context.looks, about)
            self._slots[rule], _ = self._slots.get(rule, Slot()).offer(self._rules[rule], candidate)
        while len(self._held) > MOST or (len(self._held) > 1 and self._bytes() > MOST_BYTES):
            least = min(self._held, key=self._worth)
            self._release({least})
            out.append(self._held.pop(least))
        return (*out, *self._sweep())

    def over(self, now_ns: int) -> tuple[RuleId, ...]:
        """Name the rules whose slots are over at a moment of the clock that budgets run on."""
        return tuple(rule for rule, slot in self._slots.items() if slot.over(self._rules[rule], now_ns=now_ns))

    def open(self) -> tuple[RuleId, ...]:
        """Name the rules that have frames waiting."""
        return tuple(self._slots)

    def ranking(self, rule: RuleId) -> tuple[Held, ...]:
        """Return the frames that wait for a rule, best first."""
        return tuple(self._held[candidate.key] for candidate in self._slots.get(rule, Slot()).best)

    def room(self, rule: RuleId) -> int:
        """Return how many of them it keeps."""
        return room(self._rules[rule])

    def leave(self, held: Held) -> None:
        """Let a frame leave all slots: it is kept, or cannot be."""
        (key,) = (key for key, other in self._held.items() if other is held)
        del self._held[key]
        self._release({key})

    def close(self, rule: RuleId) -> tuple[Held, ...]:
        """End the slot of a rule; return the frames that wait for no other, and are out."""
        self._slots.pop(rule, None)  # its last frame may have left
        return self._sweep()

    def unlooked(self, rules: Collection[RuleId]) -> tuple[Held, ...]:
        """Return the frames that wait for these rules and were not looked at a second time, the most valuable first."""
        keys = {candidate.key for rule in rules for candidate in self._slots[rule].best}
        ranked = sorted(keys, key=lambda key: (-self._worth(key), key))
        return tuple(self._held[key] for key in ranked if not self._held[key].looked)

    def revalue(self, held: Held, decision: Decision) -> tuple[Held, ...]:
        """Let a frame that waits be worth what is now known of it; return those that are out, perhaps itself."""
        (key,) = (key for key, other in self._held.items() if other is held)
        held.decision = decision
        values = _values(decision)
        self._slots = {
            rule: slot.revalue(key, values[rule]) if rule in values else slot.without({key})
            for rule, slot in self._slots.items()
        }
        return self._sweep()

    def _bytes(self) -> int:
        shots = {id(shot): shot for held in self._held.values() for shot in held.shots}
        return sum(len(shot.taken.jpeg) for shot in shots.values())

    def _worth(self, key: int) -> float:
        return max(_values(self._held[key].decision).values())

    def _release(self, keys: Collection[int]) -> None:
        """Take frames out of every slot."""
        self._slots = {rule: slot.without(keys) for rule, slot in self._slots.items()}

    def _sweep(self) -> tuple[Held, ...]:
        """Let go of the frames that wait in no slot any more, and of the slots in which nothing waits."""
        self._slots = {rule: slot for rule, slot in self._slots.items() if slot.best}
        waiting = {candidate.key for slot in self._slots.values() for candidate in slot.best}
        return tuple(self._held.pop(key) for key in sorted(self._held.keys() - waiting))


def _values(decision: Decision) -> dict[RuleId, float]:
    """Return what a frame is worth to each rule that would pay for it."""
    if isinstance(decision.outcome, Drop):
        return {}
    return {RuleId(payer.rule): payer.value for payer in decision.outcome.payers}
