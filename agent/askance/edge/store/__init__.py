"""The durable capture store: the only bridge between the camera side and the sync side."""

from askance.edge.store.draft import Draft
from askance.edge.store.index import Due, Usage
from askance.edge.store.snapshot import Glimpse, Snapshot
from askance.edge.store.store import Store
from askance.edge.store.sweep import Recovery

__all__ = ["Draft", "Due", "Glimpse", "Recovery", "Snapshot", "Store", "Usage"]
