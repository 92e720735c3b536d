"""Where a running agent is spoken to: its rule files, what it is told and asked for, and the one who asks it why."""

import time
from collections.abc import Callable

from askance.edge.config import EdgeConfig
from askance.edge.control.desk import Desk
from askance.edge.control.server import serve
from askance.edge.decisions import Decisions
from askance.edge.health import Health
from askance.edge.listener import PART, build_listener
from askance.edge.parts import rule_files, stands, today
from askance.edge.rule_files import RuleFiles
from askance.edge.rules import Policy
from askance.edge.told import Told
from askance.edge.workers import Pulse
from askance.labels import LabelMap


class Reception:
    """All that comes to an agent from outside while it runs, but frames and receipts.

    Attributes:
        rules: the rule files; for the thread that looks at them.
        told: for the pipeline.
        decisions: observes the pipeline.
        work: what has to be done all the time, each in a thread of its own, by the name of the part.

    Args:
        config: the agent's.
        labels: what rules name classes by.
        health: takes the trouble.

    Raises:
        ConfigError: the rules are wrong, and the store has no copy of good ones; or certificates cannot be used.
    """

    def __init__(self, config: EdgeConfig, labels: LabelMap, *, health: Health) -> None:
        folder = config.store.path
        self.rules = RuleFiles(rule_files(config), labels=labels, folder=folder, health=health)
        self.told = Told()
        self.decisions = Decisions(time.monotonic)
        self._folder, self._health = folder, health
        self._desk = Desk(
            dict(stands(config)),
            told=self.told,
            decisions=self.decisions,
            policy=lambda: self.rules.policy,
            health=health,
            clock_ns=time.monotonic_ns,
            today=today,
        )
        listener = build_listener(config, self.told, health=health)
        self.work: dict[str, Callable[[Pulse], None]] = {"control": self._serve}
        if listener is not None:
            self.work[PART] = listener.hear

    def _serve(self, pulse: Pulse) -> None:
        """Answer on the control socket until the agent stops."""
        serve(pulse, self._desk.reply, folder=self._folder, health=self._health, clock=time.monotonic)

    def look(self, now_s: float, *adopters: Callable[[Policy], None]) -> None:
        """Look at the rule files, and hand rules on that are to be in force from now on.

        Args:
            now_s: monotonic seconds.
            adopters: who takes them, one after the other.
        """
        policy = self.rules.look(now_s)
        if policy is not None:
            for adopt in adopters:
                adopt(policy)
