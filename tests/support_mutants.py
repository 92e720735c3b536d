"""Sync machines that break a promise each, and a check that looks away, for the models that have to notice."""

from collections.abc import Callable
from dataclasses import replace

from askance.central.inbox import Admitted, Bounds, Whole, admit
from askance.central.parcel import Parcel
from askance.edge.sync import Command, Deliver, Event, Patience, Settled, Sync, Window
from askance.edge.sync.transfer import Phase
from askance.edge.sync.underway import Underway
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipt, Stored


def admit_any_hash(device: DeviceId, whole: Whole, *, bounds: Bounds, parcel: Parcel | None = None) -> Admitted:
    """Take chunks that fit together for what they say they are."""
    believed = None if parcel is None else replace(parcel, sha256=whole.sha256)
    return admit(device, whole, bounds=bounds, parcel=believed)


class Eager(Sync):
    """Believes the broker: what it has acknowledged is let go of."""

    def receive(self, event: Event, now: float) -> list[Command]:
        """Deliver whatever has been sent."""
        commands = super().receive(event, now)
        if isinstance(event, Settled):
            sent = [transfer.frame for transfer in self._transfers.values() if transfer.phase is Phase.SENT]
            commands += [Deliver(frame.frame_id, frame.sha256) for frame in sent]
        return commands


class Gullible(Sync):
    """Believes a receipt that has the right id, whatever bytes it is about."""

    def _receipt(self, receipt: Receipt, now: float) -> list[Command]:
        transfer = self._transfers.get(receipt.id)
        if transfer is not None and isinstance(receipt, Stored):
            receipt = receipt.model_copy(update={"sha": transfer.frame.sha256})
        return super()._receipt(receipt, now)


class Endless(Underway):
    """Waits for ever."""

    def give_up(self, now: float) -> None:
        """End no wait."""


class Patient(Sync):
    """Never asks again about what it waits for."""

    def __init__(self, window: Window, *, frames: int, patience: Patience, draw: Callable[[], float]) -> None:
        super().__init__(window, frames=frames, patience=patience, draw=draw)
        self._transfers = Endless()
