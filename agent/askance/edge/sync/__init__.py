"""How captured frames reach the centre, as a machine without I/O: events in, commands out.

The driver (``edge/courier.py``) feeds it what happened and the time, and carries out what it answers. All state lives
in the two stores: a machine forgotten in mid-transfer is replaced by a new one that asks the centre what it has.
"""

from askance.edge.sync.machine import Sync
from askance.edge.sync.messages import (
    Admit,
    Ask,
    Ceiling,
    Command,
    Connected,
    Deliver,
    Doubt,
    Due,
    Event,
    Fetch,
    HangUp,
    Kept,
    Lost,
    Post,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Stuck,
    Tick,
    Vanished,
    Waiting,
)
from askance.edge.sync.patience import Patience
from askance.edge.sync.window import Window

__all__ = [
    "Admit",
    "Ask",
    "Ceiling",
    "Command",
    "Connected",
    "Deliver",
    "Doubt",
    "Due",
    "Event",
    "Fetch",
    "HangUp",
    "Kept",
    "Lost",
    "Patience",
    "Post",
    "Quarantine",
    "Received",
    "SendRange",
    "Settled",
    "Stuck",
    "Sync",
    "Tick",
    "Vanished",
    "Waiting",
    "Window",
]
