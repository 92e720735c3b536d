"""Rules: which frames are kept, who pays, what they are worth."""

from askance.edge.rules.context import FrameContext
from askance.edge.rules.decision import Decision, decide
from askance.edge.rules.document import RuleFile, RuleId
from askance.edge.rules.judgement import Verdict
from askance.edge.rules.memory import Memory
from askance.edge.rules.payment import count, defray, remember, settle
from askance.edge.rules.policy import Policy, Rule
from askance.edge.rules.reader import load_rules
from askance.edge.rules.reconsideration import reconsider, remind

__all__ = [
    "Decision",
    "FrameContext",
    "Memory",
    "Policy",
    "Rule",
    "RuleFile",
    "RuleId",
    "Verdict",
    "count",
    "decide",
    "defray",
    "load_rules",
    "reconsider",
    "remember",
    "remind",
    "settle",
]
