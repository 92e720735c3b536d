"""The desk of a running agent with all that stands on it, and a socket before it."""

import json
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from askance.edge.control.address import short
from askance.edge.control.desk import Desk
from askance.edge.control.server import serve
from askance.edge.decided import Decided
from askance.edge.decisions import Decisions
from askance.edge.health import Health
from askance.edge.rules import Policy, Rule, RuleId, Verdict
from askance.edge.rules.bar import Bar
from askance.edge.rules.circumstances import Asked, Reading
from askance.edge.rules.conditions import All, Clause
from askance.edge.rules.facts import FrameFacts
from askance.edge.told import Told
from askance.edge.values import Drop
from askance.edge.workers import Pulse, Worker
from askance.wire.identity import CameraId, FrameId
from support_clock import Clock
from support_polling import until
from support_scenes import SHARP

GATE, YARD = CameraId("gate"), CameraId("yard")
SECOND = 10**9
TODAY = date(2026, 6, 1)
FRAME = FrameId("01HF7YAT00EMBCRV1C4Z9X7K2Q")
FAST, BUTTON = Reading("speed", 8.0, None), All((Asked(), Reading("speed", None, 100.0)))
POLICY = Policy((Rule(RuleId("fast"), "1-a", FAST), Rule(RuleId("button"), "1-b", BUTTON)))


class Room:
    """A desk with all that stands on it, on a clock of the test's own."""

    def __init__(self) -> None:
        self.clock = Clock(1000.0)
        self.told, self.decisions, self.policy = Told(), Decisions(self.clock), POLICY
        self.health = Health()
        self.desk = Desk(
            {GATE: None, YARD: "home"},
            told=self.told,
            decisions=self.decisions,
            policy=lambda: self.policy,
            health=self.health,
            clock_ns=lambda: int(self.clock.now * SECOND),
            today=lambda: TODAY,
        )

    def say(self, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.desk.reply(json.dumps(request).encode()))
        return answer

    def decide(self, speed: float, *, camera: CameraId = GATE, index: int = 0) -> None:
        facts = FrameFacts({}, SHARP, draw=0.5, elapsed_ns=0, readings={"speed": speed})

        def verdict(rule: str, when: Clause) -> Verdict:
            return Verdict(Rule(RuleId(rule), "1-a", when), when.evaluate(facts), 0.5, None, Bar())

        verdicts = (verdict("fast", FAST), verdict("button", BUTTON))
        matched = verdicts[0].finding.matched
        payers = frozenset({RuleId("fast")} if matched else ())
        ended = FRAME if matched else Drop("rules.no_match")
        self.decisions.end(ended)
        self.decisions.note(Decided(camera, index, 7, 2, verdicts, payers, ended))


def heard(folder: Path) -> bool:
    """Whether somebody listens: the file is there a moment before."""
    with socket.socket(socket.AF_UNIX) as caller, short(folder) as address:
        return caller.connect_ex(address) == 0


@contextmanager
def speaking(folder: Path, reply: Callable[[bytes], bytes]) -> Generator[None]:
    """A control socket in a folder."""
    stop, health = threading.Event(), Health()
    worker = Worker(
        Pulse("control", stop, health), lambda pulse: serve(pulse, reply, folder=folder, health=health, clock=lambda: 0)
    )
    worker.start()
    assert until(partial(heard, folder))
    yield
    stop.set()
    worker.join(5)
