"""Rules: which frames are kept, who pays, what they are worth."""

from askance.edge.rules.document import RuleFile, RuleId
from askance.edge.rules.payment import remember, settle
from askance.edge.rules.policy import FrameContext, Memory, Policy, Rule, Verdict, decide, judge
from askance.edge.rules.reader import load_rules
from askance.edge.rules.scenes import looks

__all__ = [
    "FrameContext",
    "Memory",
    "Policy",
    "Rule",
    "RuleFile",
    "RuleId",
    "Verdict",
    "decide",
    "judge",
    "load_rules",
    "looks",
    "remember",
    "settle",
]
