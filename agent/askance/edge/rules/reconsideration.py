"""What the rules say of a frame that has waited: more is known of it by then, and others were kept."""

from dataclasses import replace

from askance.edge.rules.context import FrameContext
from askance.edge.rules.decision import Decision, conclude
from askance.edge.rules.judgement import ranked, recall, reweigh
from askance.edge.rules.memory import Memory
from askance.edge.values import Drop, Keep, SignalValues


def reconsider(decision: Decision, signals: SignalValues) -> Decision:
    """Decide once more on a frame that would be kept, or counted, now that more is known of it.

    Whom it matches and what it is worth can change; what hindered a rule, or did not, stays as it was. The frame is
    dropped, ``rules.second_look``, when no rule is left that would pay.

    Args:
        decision: what was said.
        signals: the answers to ``Policy.measures`` as they are now.
    """
    facts = replace(decision.facts, signals=signals)
    found = ranked(reweigh(verdict, facts) for verdict in decision.verdicts)
    after = conclude(found, facts)
    lost = isinstance(decision.outcome, Keep) and isinstance(after.outcome, Drop)
    return after._replace(outcome=Drop("rules.second_look")) if lost else after


def remind(decision: Decision, memory: Memory, *, context: FrameContext) -> Decision:
    """Decide once more on a frame that has waited, now that others were kept meanwhile.

    Args:
        decision: what was said of it.
        memory: what the rules remember now.
        context: the frame.
    """
    found = recall(decision.verdicts, memory, context=context)
    return conclude(found, decision.facts)
