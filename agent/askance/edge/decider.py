"""What is decided on a frame that the models have looked at: at once, or when better ones have had their chance."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final

from askance.edge.contest import OUTDONE, Contest, Held
from askance.edge.decided import Around, Observer
from askance.edge.detect.again import Looking
from askance.edge.ending import Ending
from askance.edge.episodes import Episode, Episodes, Shot
from askance.edge.framing import frame_context
from askance.edge.habits import Habits, asked
from askance.edge.health import Health
from askance.edge.keeper import Beside, Keeper
from askance.edge.looking import look_again, whole
from askance.edge.rules import Decision, FrameContext, Memory, Policy, RuleId, decide, reconsider, remember, remind
from askance.edge.rules.payment import show
from askance.edge.score import measure
from askance.edge.stages import Looked, Stages
from askance.edge.trial import Trial
from askance.edge.values import Drop, Keep
from askance.edge.view import View
from askance.wire.identity import FrameId

Ends = tuple[FrameId | Drop, ...]

ALREADY: Final = Drop("context.kept")
"""It was stored already, as the context of another."""


class Decider:
    """Asks the rules about frames, lets the best of a stretch of time wait for its end, and has them stored.

    Args:
        stages: the stages.
        health: takes the counts.
        draw: random numbers in [0, 1), for the random arm.
        now_ns: the monotonic clock at the start, nanoseconds.
        kept: told of every frame that is stored.
        observer: told how every frame ended that came here.
    """

    def __init__(
        self,
        stages: Stages,
        health: Health,
        *,
        draw: Callable[[], float],
        now_ns: int,
        kept: Callable[[], None],
        observer: Observer,
    ) -> None:
        self.policy = stages.policy
        self._stages = stages
        self._health = health
        self._draw = draw
        self._keeper = Keeper(stages, health, kept=kept)
        self._observer = observer
        self._ending = Ending(health, observer)
        self._trial = Trial(self._keeper, stages.store.spend, health=health, observer=observer)
        self._habits = Habits(stages.store.habits, health)
        self._contest = Contest(stages.policy, reviewed=stages.lore.reviewed)
        self._episodes = Episodes(stages.policy)
        self._memory = self._remember_payments(stages.store.budget_now(now_ns))

    def decide(self, view: View, looked: Looked) -> Ends:
        """Ask the rules about a frame; return how it ended, and those that have waited and need not any more."""
        begun, seen, frame = looked.begun, looked.seen, looked.begun.frame
        ends = self.close(begun.now_ns)
        if asked(self.policy):
            view = replace(view, usual=self._habits.usual(frame.camera, frame.taken))
            self._habits.learn(frame.camera, frame.taken, found=seen.detections)
        context = frame_context(view, begun, stages=self._stages, policy=self.policy, draw=self._draw())
        self._memory, decision = decide(self.policy, self._memory, context=context)
        if decision.outcome != Drop("rules.no_match"):
            self._health.count("unsure")
        if isinstance(decision.outcome, Drop) and not decision.counting:
            if self._episodes.wants(context.camera, context.taken_ns):
                self._remember(Shot(self._keeper.take(begun), seen))
            self._ending.tell(begun.frame, seen, pose=begun.pose, decision=decision, ended=decision.outcome)
            return (*ends, decision.outcome)
        held = self._hold(Shot(self._keeper.take(begun), seen), context, decision=decision)
        if isinstance(decision.outcome, Keep) and not self._contest.waits(decision):
            ended: Ends = (self._keep(held),)
        else:
            self._try(held, self._contest.at_once(held))
            ended = self._out(self._contest.enter(held))
        self._remember(held.shot)  # now: what is kept for itself is no context of another
        return (*ends, *ended)

    def close(self, now_ns: int) -> Ends:
        """End the slots that are over at a moment of the clock that budgets run on."""
        return self._close(self._contest.over(now_ns))

    def flush(self, *, looks: bool = True) -> Ends:
        """End all slots: nothing comes any more; without ``looks`` nobody looks again at what waits."""
        self._habits.note()
        return self._close(self._contest.open(), looks=looks)

    def adopt(self, policy: Policy, *, now_ns: int) -> Ends:
        """Go by other rules; what waits is decided by those that it waited for.

        What was paid and kept is not forgotten; what its frames were worth is, to a rule that values them otherwise.

        Args:
            policy: the rules, of which some may have paid before they were taken out for a while.
            now_ns: the moment, on the clock that budgets run on.
        """
        ends = self.flush()
        alike = policy.scaled_as(self.policy)
        bars = {rule: bar for rule, bar in self._memory.bars.items() if rule in alike}
        self.policy, self._episodes = policy, self._episodes.under(policy)
        self._contest = Contest(policy, reviewed=self._stages.lore.reviewed)
        before = self._remember_payments(now_ns).purses
        self._memory = replace(self._memory, purses={**self._memory.purses, **before}, bars=bars)
        return ends

    def suspect(self) -> Held | None:
        """Return the most valuable frame of a live camera that waits, and that a second look can change."""
        waiting = self._contest.unlooked(self._contest.open())
        return next((held for held in waiting if held.shot.taken.camera in self._stages.live), None)

    def waits(self, held: Held) -> bool:
        """Whether a frame still waits."""
        return held in self._contest

    def reconsider(self, held: Held, looking: Looking) -> Ends:
        """Decide once more on a frame that waits, with what a second look has seen."""
        held.looked = True
        for name, fault in looking.faults.items():
            self._health.trouble(f"second look {name}", fault)
        self._health.count("second_look")
        view = replace(held.context.view, again=looking.seen)
        signals = measure(view, self.policy.at(held.context.where).measures, lore=self._stages.lore)
        held.context = replace(held.context, view=view, signals=signals)
        return self._out(self._contest.revalue(held, reconsider(held.decision, signals)))

    def _remember_payments(self, now_ns: int) -> Memory:
        spent = [spending for history in self._stages.store.spent().values() for spending in history]
        return remember(self.policy, spent, now_ns=now_ns)

    def _close(self, rules: Collection[RuleId], *, looks: bool = True) -> Ends:
        """End the slots of rules: keep the winners, and let go of the others."""
        ends: list[FrameId | Drop] = []
        second = self._stages.second if looks else None
        for held in self._contest.unlooked(rules):
            # a recording can wait; live there was time before, or there is none
            if second is not None and held.shot.taken.camera not in self._stages.live:
                ends += self.reconsider(held, whole(look_again(held.shot.taken, second)))
        for rule in rules:
            for held in self._contest.ranking(rule):
                if self._contest.room(rule):
                    ends += self._win(held, rule)
            ends += self._out(self._contest.close(rule))
        return tuple(ends)

    def _win(self, held: Held, rule: RuleId) -> Ends:
        """Let a rule have a frame that has waited for it; what it cannot pay for by now makes way for the next."""
        if not self._contest.captures(rule):
            self._contest.pass_over(held, rule)
            self._try(held, (rule,))
            self._contest.award(held.counted & {rule})
            self._surround(held.shot.claimed())
            return ()
        best = self._contest.leave(held)
        ended = self._keep(held)
        if not isinstance(ended, Drop):
            self._contest.award({rule, *(best & (held.payers | held.counted))})
        return (ended,)

    def _try(self, held: Held, rules: Iterable[RuleId], *, kept: bool = False) -> None:
        """Let rules that only count have a frame; ``kept`` says that others keep it, so that everybody knows it."""
        for rule in rules:
            self._memory = self._trial.take(held, rule, policy=self.policy, memory=self._memory)
            if rule in held.counted:
                self._memory = self._memory if kept else self._memory.tried(held.context, rule)
                if rule in held.trials:
                    self._surround(held.trials[rule].found)

    def _keep(self, held: Held) -> FrameId | Drop:
        """Have a frame stored, with those around it, if a rule can pay for it."""
        held.decision = remind(held.decision, self._memory, context=held.context)
        keep, shot = held.decision.outcome, held.shot
        counting = [RuleId(payer.rule) for payer in held.decision.counting if payer.rule not in held.counted]
        if isinstance(keep, Drop) or shot.stored_ns is not None:
            self._try(held, counting)
            return self._lose(held, keep if isinstance(keep, Drop) else ALREADY)
        paid = self._keeper.keep(shot.taken, shot.seen, keep=keep, policy=self.policy, memory=self._memory)
        self._memory, held.size = paid.memory, paid.size
        shot.stored_ns = None if isinstance(paid.ended, Drop) else shot.taken_ns
        self._try(held, counting, kept=shot.stored_ns is not None)
        if isinstance(paid.ended, Drop):
            return self._lose(held, paid.ended)
        known = self._memory.kept(held.context)
        self._memory = show(self.policy, known, verdicts=held.decision.verdicts, now_ns=shot.taken.now_ns)
        held.payers = paid.payers
        if held.episode is not None:
            held.episode.beside = Beside(paid.ended, shot.taken_ns, keep, paid.payers)
            self._surround(held.episode.found)
        self._ending.tell_held(held, paid.ended)
        return paid.ended

    def _hold(self, shot: Shot, context: FrameContext, *, decision: Decision) -> Held:
        """Begin to take note of what lies around a frame that rules would keep, or count."""
        keep, counting = decision.outcome, [RuleId(payer.rule) for payer in decision.counting]
        payers = () if isinstance(keep, Drop) else keep.payers
        episode = self._episodes.begin(shot, [RuleId(payer.rule) for payer in payers])
        around = {rule: self._episodes.begin(shot, (rule,)) for rule in counting}
        trials = {rule: found for rule, found in around.items() if found is not None}
        return Held(shot, context, decision, episode, trials=trials)

    def _remember(self, shot: Shot) -> None:
        """Remember a frame, and have it stored where it belongs to one that was kept."""
        self._surround((episode, shot) for episode in self._episodes.remember(shot))

    def _surround(self, found: Iterable[tuple[Episode, Shot]]) -> None:
        """Have frames stored, or counted, that lie around others; those that wait may still be so for themselves."""
        keeper, trial = self._keeper, self._trial
        for episode, shot in found:
            beside = episode.paid_by(shot)
            if beside is None:
                continue
            if self._contest.holds(shot, beside.payers if beside.frame_id is None else ()):
                shot.claims.append(episode)
            elif beside.frame_id is None:
                self._memory = trial.surround(shot, beside, policy=self.policy, memory=self._memory)
            elif shot.stored_ns is None:
                paid = keeper.surround(shot.taken, shot.seen, beside=beside, policy=self.policy, memory=self._memory)
                self._memory, shot.stored_ns = paid.memory, None if isinstance(paid.ended, Drop) else beside.taken_ns
                self._health.count(paid.ended.reason if isinstance(paid.ended, Drop) else "context")
                if not isinstance(paid.ended, Drop):
                    self._observer.surround(beside.frame_id, Around(paid.ended, shot.seen.objects, paid.payers))

    def _lose(self, held: Held, ended: Drop) -> Drop:
        for episode in held.episodes:
            if episode.beside is None:
                self._episodes.end(episode)
        self._ending.tell_held(held, ended)
        self._surround(held.shot.claimed())
        return ended

    def _out(self, out: Iterable[Held]) -> Ends:
        """Let go of frames that have lost, to better ones or in a second look."""
        outcomes = [(held, held.decision.outcome) for held in out]
        return tuple(self._lose(held, end if isinstance(end, Drop) else OUTDONE) for held, end in outcomes)
