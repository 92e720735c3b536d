"""What the agent tells the fleet of itself."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from askance import __version__
from askance.edge.decisions import Remembered
from askance.edge.health import Health
from askance.edge.rules.why import explain
from askance.edge.store import Store
from askance.edge.values import Drop
from askance.errors import StoreFullError
from askance.wire.identity import DeviceId
from askance.wire.receipts import MAX_LAST, LastDecision, Ledger, RuleTally, RuleWord, Status

MAX_LEDGERS: Final = 16
MOST_COUNTERS: Final = 256
_MOST_TROUBLES: Final = 16
_LONGEST_TROUBLE: Final = 240


def report(
    device: DeviceId,
    store: Store,
    *,
    online: bool,
    boot_id: str,
    health: Health,
    gauges: Mapping[str, int],
    rules: Mapping[str, RuleTally],
    last: Sequence[Remembered],
) -> Status:
    """Say how the device is.

    Args:
        device: its name.
        store: for the ledgers; what cannot be read or noted in it is trouble, and ledgers that cannot are left out.
        online: False where it is about to stop.
        boot_id: of this boot.
        health: counts, and what is wrong.
        gauges: what else is counted, by name.
        rules: what came of each.
        last: the last decision of each camera; of the first ``MAX_LAST`` it is told.
    """
    ledgers: tuple[Ledger, ...] = ()
    with health.enduring(StoreFullError, "ledgers"):
        ledgers = store.ledgers()[:MAX_LEDGERS]
    health.trouble("receipts", store.behind)
    health.trouble("folders", store.recovery.trouble)
    vitals = health.vitals()
    troubles = [f"{part}: {what}"[:_LONGEST_TROUBLE] for part, what in vitals.trouble.items()]
    now_ns = time.monotonic_ns()
    return Status(
        device=device,
        online=online,
        agent=__version__,
        boot_id=boot_id,
        monotonic_ns=now_ns,
        wall_ms=time.time_ns() // 10**6,
        ledgers=ledgers,
        counters=dict(list({**gauges, **vitals.counts}.items())[:MOST_COUNTERS]),
        trouble=tuple(troubles[:_MOST_TROUBLES]),
        rules=rules,
        last={one.decided.camera: _brief(one, now_s=now_ns / 1e9) for one in last[:MAX_LAST]},
    )


def _brief(one: Remembered, *, now_s: float) -> LastDecision:
    """Say of a decision what a status has room for: no sentences."""
    decided = one.decided
    words = [explain(verdict, decided.payers, ended=decided.ended) for verdict in decided.verdicts]
    return LastDecision(
        index=decided.index,
        pose=decided.pose,
        ago_s=round(max(0.0, now_s - one.at_s), 1),
        ended=decided.ended.reason if isinstance(decided.ended, Drop) else "kept",
        rules={why.rule: RuleWord(outcome=why.outcome, value=round(why.value, 2), clause=why.clause) for why in words},
    )
