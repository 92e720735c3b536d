"""Takes messages in, batch by batch: what a receipt says of them is durable before it is returned."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from askance.central import devices, staging
from askance.central.batch import Batch, Letter
from askance.central.blobs import Blobs
from askance.central.config import StorageSection
from askance.central.inbox import Bounds
from askance.database import transaction
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipt

_ABANDONED: Final = timedelta(days=1)


class Intake:
    """Takes batches of messages into the catalog and the blobs.

    Args:
        connection: the catalog, used by one thread at a time.
        blobs: where envelopes go.
        storage: how much is kept of what is unfinished or refused.
        bounds: what may come in.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        blobs: Blobs,
        *,
        storage: StorageSection,
        bounds: Bounds,
        clock: Callable[[], float],
    ) -> None:
        self.counts: Final[Counter[str]] = Counter()
        self._connection: Final = connection
        self._blobs: Final = blobs
        self._storage: Final = storage
        self._bounds: Final = bounds
        self._clock: Final = clock

    def take(self, batch: Sequence[Letter]) -> dict[DeviceId, list[Receipt]]:
        """Make everything durable that a batch brings.

        Returns:
            The receipts that are true from now on, for every device that sent something, be it an empty list.

        Raises:
            sqlite3.Error, OSError: nothing of the batch is in the catalog and no receipt may be sent; try again.
        """
        with transaction(self._connection) as connection:
            work = Batch(
                connection, self._blobs, bounds=self._bounds, most_letters=self._storage.dead_letters, at=self._clock()
            )
            answers = work.take(batch)
        self.counts.update(work.counts)
        return answers

    def known(self) -> set[DeviceId]:
        """Return every device that was ever heard."""
        return devices.known(self._connection)

    def probe(self) -> None:
        """Find out whether anything could be kept now, by writing to the catalog and to the blobs without a change.

        Raises:
            sqlite3.Error, OSError: it could not.
        """
        with transaction(self._connection) as connection:
            devices.rewrite(connection)
        self._blobs.probe()

    def sweep(self) -> None:
        """Forget chunks of frames that were never finished, and files of writers that were killed."""
        now = self._clock()
        expired = now - self._storage.staging_ttl.total_seconds()
        with transaction(self._connection) as connection:
            self.counts["staging.expired"] += staging.sweep(connection, expired)
        self.counts["blobs.abandoned"] += self._blobs.sweep(now - _ABANDONED.total_seconds())
