"""One batch of messages, in one transaction: sorted, put together, committed, answered."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from askance.central import catalog, devices, letters, staging
from askance.central.blobs import Blobs
from askance.central.inbox import (
    Admitted,
    Bounds,
    Incoming,
    Refusal,
    Whole,
    admit,
    frame_id_in,
    oversize,
    read,
    refusal,
)
from askance.central.parcel import Parcel, missing, need
from askance.errors import WireError
from askance.wire.codec import Chunk
from askance.wire.identity import DeviceId, FrameId, Sha256
from askance.wire.receipts import Notice, Query, Receipt, Rejected, Status, Stored

log = logging.getLogger(__name__)

AT_ONCE: Final = 16 * 2**20  # bytes of complete envelopes that wait in memory for the catalog


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it came in."""

    topic: str
    payload: bytes


class Batch:
    """The work of one transaction; ``counts`` is worth something once that has been committed.

    Args:
        connection: the catalog, inside the transaction.
        blobs: where envelopes go.
        bounds: what may come in.
        most_letters: dead letters that are kept.
        at: seconds since 1970.
    """

    def __init__(
        self, connection: sqlite3.Connection, blobs: Blobs, *, bounds: Bounds, most_letters: int, at: float
    ) -> None:
        self.counts: Final[Counter[str]] = Counter()
        self._connection: Final = connection
        self._blobs: Final = blobs
        self._bounds: Final = bounds
        self._most_letters: Final = most_letters
        self._at: Final = at
        self._answers: Final[dict[DeviceId, list[Receipt]]] = {}
        self._parcels: Final[dict[Parcel, Letter]] = {}
        self._asked: Final[dict[Parcel, Letter]] = {}
        self._arrived: Final[list[tuple[Admitted, Letter]]] = []

    def take(self, batch: Sequence[Letter]) -> dict[DeviceId, list[Receipt]]:
        """Sort the messages, complete frames, commit them, then answer; see ``Intake.take``."""
        for letter in batch:
            self._sort(letter)
        for parcel, letter in (self._parcels | self._asked).items():
            self._assemble(parcel, letter)
        self._commit()
        for parcel, letter in self._asked.items():
            self._answer(parcel, letter)
        return self._answers

    def _sort(self, letter: Letter) -> None:
        """Read one message and note what it asks for."""
        incoming = read(letter.topic, letter.payload, bounds=self._bounds)
        if isinstance(incoming, Refusal):
            self._refuse(incoming, letter)
            return
        if incoming.device not in self._answers:
            self._answers[incoming.device] = []
            devices.seen(self._connection, [incoming.device], at=self._at)
        self.counts[f"received.{type(incoming.body).__name__.lower()}"] += 1
        self._take_body(incoming, letter)

    def _take_body(self, incoming: Incoming, letter: Letter) -> None:
        device = incoming.device
        match incoming.body:
            case Whole() as whole:
                self._take_whole(device, whole, letter=letter)
            case Chunk() as chunk:
                self._take_chunk(device, chunk, letter=letter)
            case Query(q=lines):
                self._asked.update((Parcel.of_asked(device, line), letter) for line in lines)
            case Status() as status:
                devices.hear(self._connection, status, at=self._at)
            case Notice() as notice:
                devices.tell(self._connection, device, notice=notice, at=self._at)

    def _take_whole(self, device: DeviceId, whole: Whole, *, letter: Letter) -> None:
        try:
            admitted = admit(device, whole, bounds=self._bounds)
        except WireError as error:
            frame_id = frame_id_in(whole.envelope)
            self._refuse(refusal(error, device=device, frame_id=frame_id, sha256=whole.sha256), letter)
        else:
            self._arrive(admitted, letter)

    def _take_chunk(self, device: DeviceId, chunk: Chunk, *, letter: Letter) -> None:
        """Stage a chunk, unless its frame is here already: then its sender has missed the receipt."""
        parcel = Parcel.of_chunk(device, chunk)
        if self._settled(parcel.device, parcel.frame_id, sha256=parcel.sha256, letter=letter):
            return
        too_long = oversize(parcel, self._bounds)
        if too_long is not None:
            self._refuse(too_long, letter)
            return
        displaced = staging.make_room(self._connection, parcel, most=self._bounds.unfinished)
        if displaced:
            self.counts["staging.displaced"] += displaced
        if staging.keep(self._connection, device, chunk=chunk, at=self._at):
            self._parcels[parcel] = letter
        else:
            error = WireError(f"more than {staging.MOST_PIECES} pieces of one frame", code="chunk")
            self._refuse(refusal(error, device=device, frame_id=parcel.frame_id, sha256=parcel.sha256), letter)

    def _assemble(self, parcel: Parcel, letter: Letter) -> None:
        """Put a complete parcel together, whoever finds it, a query included: nobody else may ever look again."""
        have = staging.ranges(self._connection, parcel)
        if not have or missing(have, parcel.total):
            return
        whole = Whole.of(staging.assemble(self._connection, parcel))
        try:
            admitted = admit(parcel.device, whole, bounds=self._bounds, parcel=parcel)
        except WireError as error:
            staging.drop(self._connection, parcel.device, frame_id=parcel.frame_id)
            self._refuse(self._hardened(error, parcel), letter)
        else:
            self._arrive(admitted, letter)

    def _hardened(self, error: WireError, parcel: Parcel) -> Refusal:
        """Refuse for good when a second full transfer hashed wrongly too: then the device's file has rotted."""
        refused = refusal(error, device=parcel.device, frame_id=parcel.frame_id, sha256=parcel.sha256)
        earlier = letters.lasting(self._connection, parcel.device, sha256=parcel.sha256)
        if error.code != "sha" or earlier is None or earlier.code != "sha":
            return refused
        return replace(refused, permanent=True, detail=f"again: {refused.detail}")

    def _arrive(self, admitted: Admitted, letter: Letter) -> None:
        """Let a frame wait for the catalog together with others, as many as memory bears."""
        self._arrived.append((admitted, letter))
        if sum(len(one.envelope) for one, _ in self._arrived) >= AT_ONCE:
            self._commit()

    def _commit(self) -> None:
        """Put the blobs first: a row may only point at what is on the disk."""
        arrived = [*self._arrived]
        self._arrived.clear()
        fresh = [
            (admitted, letter)
            for admitted, letter in arrived
            if not self._settled(
                admitted.manifest.device, admitted.manifest.frame_id, sha256=admitted.sha256, letter=letter
            )
        ]
        if not fresh:
            return
        self._blobs.put({admitted.sha256: admitted.envelope for admitted, _ in fresh})
        for admitted, letter in fresh:
            manifest = admitted.manifest
            if catalog.add(self._connection, admitted, at=self._at):
                self.counts["stored"] += 1
                self._tell(manifest.device, Stored(st="stored", id=manifest.frame_id, sha=admitted.sha256))
            else:  # the same frame twice in one batch
                self._settled(manifest.device, manifest.frame_id, sha256=admitted.sha256, letter=letter)

    def _answer(self, parcel: Parcel, letter: Letter) -> None:
        """Answer one line of a query by what stands now; what was refused may pass another setting or version."""
        held = catalog.held(self._connection, parcel.device, frame_id=parcel.frame_id)
        refused = letters.lasting(self._connection, parcel.device, sha256=parcel.sha256)
        too_long = oversize(parcel, self._bounds)
        if held != parcel.sha256 and refused is not None and refused.permanent:
            self._tell(parcel.device, Rejected(id=parcel.frame_id, sha=parcel.sha256, code=refused.code, perm=True))
        elif self._settled(parcel.device, parcel.frame_id, sha256=parcel.sha256, letter=letter):
            return
        elif too_long is not None:
            self._refuse(too_long, letter)
        else:
            self._tell(parcel.device, need(parcel, staging.ranges(self._connection, parcel)))

    def _settled(self, device: DeviceId, frame_id: FrameId, *, sha256: Sha256, letter: Letter) -> bool:
        """Answer for a frame whose id stands in the catalog: a duplicate, or a conflict; False when it does not."""
        held = catalog.held(self._connection, device, frame_id=frame_id)
        if held is None:
            return False
        if held == sha256:
            self.counts["dup"] += 1
            self._tell(device, Stored(st="dup", id=frame_id, sha=sha256))
            return True
        detail = f"{frame_id} is here as {held[:12]} and came as {sha256[:12]}: is the storage of {device} a copy?"
        refused = Refusal(device, "conflict", permanent=True, detail=detail, frame_id=frame_id, sha256=sha256)
        self._refuse(refused, letter)
        return True

    def _refuse(self, refused: Refusal, letter: Letter) -> None:
        """Keep a refused message as a dead letter, and tell the sender where the frame is known."""
        self.counts[f"refused.{refused.code}"] += 1
        level = logging.ERROR if refused.code == "conflict" else logging.WARNING
        log.log(level, "refused a message of %s: %s: %s", refused.device, refused.code, refused.detail)
        letters.bury(
            self._connection, refused, topic=letter.topic, payload=letter.payload, at=self._at, most=self._most_letters
        )
        if refused.device is not None and refused.frame_id is not None:
            self._tell(
                refused.device,
                Rejected(id=refused.frame_id, sha=refused.sha256, code=refused.code, perm=refused.permanent),
            )

    def _tell(self, device: DeviceId, receipt: Receipt) -> None:
        self._answers.setdefault(device, []).append(receipt)
