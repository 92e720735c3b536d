"""A sync machine on the bench: a store that answers at once, and short words for what the centre says."""

from collections.abc import Sequence

from askance.edge.sync import (
    Ask,
    Command,
    Connected,
    Due,
    Event,
    Fetch,
    Patience,
    Received,
    Sync,
    Waiting,
    Window,
)
from askance.wire.identity import FrameId, Sha256, new_frame_id
from askance.wire.receipts import Missing, Receipt, Receipts, Stored

UP = Connected(None, None)
OTHER_SHA = Sha256("b" * 64)


def waiting(index: int, *, size: int = 1000) -> Waiting:
    return Waiting(new_frame_id(wall_ms=index, randomness=bytes(10)), Sha256("a" * 64), size)


A, B = waiting(1), waiting(2)


def idle(sync: Sync) -> bool:
    """Whether nothing is under way and the store had nothing more."""
    return not sync._transfers and not sync._more and not sync._fetching


class Bench:
    """A machine and the answers of a store that has ``frames``."""

    def __init__(
        self,
        *frames: Waiting,
        most: int = 16,
        draw: float = 0.0,
        chunk: int = 48 * 1024,
        ceiling: int | None = None,
    ) -> None:
        window = Window(messages=8, payload=60 * 1024, chunk=chunk, keepalive_s=30.0, ceiling=ceiling)
        self.sync = Sync(window, frames=most, patience=Patience(10.0, 900.0), draw=lambda: draw)
        self.frames = list(frames)

    def __call__(self, event: Event, now: float) -> list[Command]:
        """Feed an event, answer what the store can, and return the other commands."""
        left: list[Command] = []
        events = [event]
        while events:
            for command in self.sync.receive(events.pop(0), now):
                if isinstance(command, Fetch):
                    due = [frame for frame in self.frames if frame.frame_id not in command.exclude]
                    first = [frame for frame in due if frame.frame_id not in command.last]
                    chosen = (first + [frame for frame in due if frame not in first])[: command.limit]
                    events.append(Due(tuple(chosen), more=len(chosen) == command.limit))
                else:
                    left.append(command)
        return left


def heard(*receipts: Receipt, credit: int | None = None, pause_s: float = 0, hello: bool = False) -> Received:
    return Received(Receipts(a=receipts, credit=credit, pause_s=pause_s, hello=hello))


def stored(frame: Waiting) -> Stored:
    return Stored(st="stored", id=frame.frame_id, sha=frame.sha256)


def missing(frame: Waiting, *need: tuple[int, int]) -> Missing:
    return Missing(id=frame.frame_id, sha=frame.sha256, need=need or ((0, frame.size),))


def asked(commands: Sequence[Command]) -> list[FrameId]:
    return [frame.frame_id for command in commands if isinstance(command, Ask) for frame in command.frames]
