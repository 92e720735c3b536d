"""Several receivers on one catalog behind a broker that may forget, lose, repeat and reorder what it was given."""

from dataclasses import replace
from itertools import count

from askance.central.batch import Letter
from askance.edge.sync import SendRange, Waiting
from askance.mqtt import Received
from askance.wire.codec import Chunk, dump_json, pack_chunk
from askance.wire.identity import FrameId, Sha256
from askance.wire.receipts import Asked, Query
from askance.wire.topics import Up
from chaos.protocol.frames import CLONES, ENVELOPES
from chaos.protocol.stations import ROUTE_S, Ground, Station
from support_central import topic
from support_faults import happens


class Fleet:
    """The receivers, and the broker before them.

    Args:
        ground: what they stand on.
        receivers: how many.
    """

    def __init__(self, ground: Ground, *, receivers: int) -> None:
        self.tampered: set[FrameId] = set()
        self.cloned: set[FrameId] = set()
        self._ground = replace(ground, again=self._pass_on)
        self._numbers = count(1)
        self._forgotten = 0
        self._stations = [Station(self._ground) for _ in range(receivers)]

    @property
    def committed(self) -> dict[FrameId, Sha256]:
        """What stands in the catalog."""
        return self._ground.catalog.captures

    @property
    def busy(self) -> int:
        """Receivers that have something to do."""
        return sum(not station.idle for station in self._stations)

    @property
    def fallen(self) -> set[str]:
        """Errors that ended receivers."""
        return {error for station in self._stations for error in station.fallen}

    def asked(self, frames: tuple[Waiting, ...]) -> None:
        """Take a query in."""
        query = Query(q=tuple(Asked(id=frame.frame_id, sha=frame.sha256, size=frame.size) for frame in frames))
        self._accept(Letter(topic(Up.QUERY), dump_json(query)))

    def take(self, command: SendRange) -> None:
        """Take a range of an envelope in, as ``edge/courier.py`` sends it."""
        frame, ground = command.frame, self._ground
        envelope = ENVELOPES[frame.frame_id]
        if happens(ground.mishaps().clone, ground.random):
            self.cloned.add(frame.frame_id)
            self.tampered.add(frame.frame_id)
            self._accept(Letter(topic(Up.FRAME), CLONES[frame.frame_id]))
        if command.whole:
            self._accept(Letter(topic(Up.FRAME), envelope))
            return
        data = envelope[command.offset : command.offset + command.length]
        if happens(ground.mishaps().rot, ground.random):
            self.tampered.add(frame.frame_id)
            at = ground.random.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        chunk = Chunk(frame.frame_id, frame.sha256, frame.size, command.offset, data)
        self._accept(Letter(topic(Up.CHUNK), pack_chunk(chunk)))

    def restart(self) -> None:
        """Have one receiver killed, between two of its turns."""
        self._ground.random.choice(self._stations).die()

    def _accept(self, letter: Letter) -> None:
        """Do with a message that was acknowledged to the device what a broker may do."""
        ground, mishaps = self._ground, self._ground.mishaps()
        if happens(mishaps.outage, ground.random):
            self._forgotten = next(self._numbers)
            for station in self._stations:
                station.cut_off()
            ground.broken()
            return
        if not happens(mishaps.lose, ground.random):
            self._pass_on(letter)
        if happens(mishaps.repeat, ground.random):
            self._pass_on(letter)

    def _pass_on(self, letter: Letter) -> None:
        ground, number = self._ground, next(self._numbers)
        delay_s = ground.random.uniform(0, max(ROUTE_S, ground.mishaps().delay_s))
        ground.agenda.later(delay_s, lambda: self._give(Received(0, letter.topic, letter.payload, number)))

    def _give(self, event: Received) -> None:
        """Hand a message to one of the receivers, unless the broker has died since."""
        if event.mid > self._forgotten:
            self._ground.random.choice(self._stations).give(event)
