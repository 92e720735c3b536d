"""What the agent tells the fleet of itself."""

import time
from collections.abc import Mapping
from typing import Final

from askance import __version__
from askance.edge.health import Health
from askance.edge.store import Store
from askance.errors import StoreFullError
from askance.wire.identity import DeviceId
from askance.wire.receipts import Ledger, RuleTally, Status

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
    """
    ledgers: tuple[Ledger, ...] = ()
    with health.enduring(StoreFullError, "ledgers"):
        ledgers = store.ledgers()[:MAX_LEDGERS]
    health.trouble("receipts", store.behind)
    health.trouble("folders", store.recovery.trouble)
    vitals = health.vitals()
    troubles = [f"{part}: {what}"[:_LONGEST_TROUBLE] for part, what in vitals.trouble.items()]
    return Status(
        device=device,
        online=online,
        agent=__version__,
        boot_id=boot_id,
        monotonic_ns=time.monotonic_ns(),
        wall_ms=time.time_ns() // 10**6,
        ledgers=ledgers,
        counters=dict(list({**gauges, **vitals.counts}.items())[:MOST_COUNTERS]),
        trouble=tuple(troubles[:_MOST_TROUBLES]),
        rules=rules,
    )
