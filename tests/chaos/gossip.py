"""Receipts that no honest centre sends: nonsense, lies that can be seen through, and words from long ago."""

import json
from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from askance.edge.sync import (
    Ask,
    Command,
    Connected,
    Deliver,
    Due,
    Event,
    Fetch,
    HangUp,
    Lost,
    Patience,
    Quarantine,
    Received,
    SendRange,
    Settled,
    Sync,
    Tick,
    Waiting,
    Window,
)
from askance.errors import WireError
from askance.wire.codec import load_json
from askance.wire.identity import Sha256, new_frame_id
from askance.wire.receipts import Receipts

LONGEST_PAUSE_S: Final = 3600
PATIENCE_S: Final = 900.0
FRAMES: Final = 16
STEP_S: Final = 60.0
RETAINED: Final = json.dumps({"pause_s": LONGEST_PAUSE_S, "credit": 0}).encode()
"""What a broker that was told to keep it says at every connect."""


def receipts(random: Random, frames: Sequence[Waiting]) -> bytes:
    """Draw a message about frames that a device holds, none of which it may believe."""
    frame = random.choice(frames)
    other = random.randbytes(32).hex()
    stranger = new_frame_id(wall_ms=random.randrange(2**48), randomness=random.randbytes(10))
    everything = [[0, frame.size]] * 256
    said: dict[str, Any] = random.choice(
        [
            {"a": [{"st": "stored", "id": frame.frame_id, "sha": other}]},
            {"a": [{"st": "dup", "id": stranger, "sha": frame.sha256}]},
            {"a": [{"st": "rej", "id": frame.frame_id, "sha": other, "code": "sha", "perm": True}]},
            {"a": [{"st": "rej", "id": stranger, "code": "x" * 32, "perm": True}]},
            {"a": [{"st": "rej", "id": frame.frame_id, "sha": frame.sha256, "code": "sha", "perm": False}]},
            {"a": [{"st": "miss", "id": frame.frame_id, "sha": frame.sha256, "need": [[2**32 - 1, 2**32 - 1]]}]},
            {"a": [{"st": "miss", "id": frame.frame_id, "sha": frame.sha256, "need": everything}]},
            {"a": [{"st": "miss", "id": frame.frame_id, "sha": frame.sha256, "need": []}]},
            {"a": [{"st": "stored", "id": frame.frame_id, "sha": frame.sha256.upper()}]},
            {"a": [{"st": "stored", "id": frame.frame_id}]},
            {"a": [{"st": "gone", "id": frame.frame_id, "sha": frame.sha256}]},
            {"a": [{"st": "stored", "id": "../../x", "sha": other}]},
            {"a": [{"st": "stored", "id": stranger, "sha": other}] * random.choice([64, 65])},
            {"credit": 0},
            {"credit": -1},
            {"credit": 2**31 - 1},
            {"credit": 10**4000},
            {"pause_s": LONGEST_PAUSE_S},
            {"pause_s": 365 * 24 * 3600},
            {"pause_s": -1},
            {"pause_s": float("nan")},
            {"pause_s": float("inf")},
            {"hello": True},
            {"hello": "\ud800"},
            {"new": [[[[[[[[[[0]]]]]]]]]]},
        ]
    )
    text = json.dumps(said).encode()
    return random.choices([text, random.randbytes(100), b"[" * 5000, text + text, b""], [16, 1, 1, 1, 1])[0]


class Listener:
    """A device that hears gossip, at a broker that takes everything and hands nothing on.

    Attributes:
        frames: what it holds.
        believed: how often it let go of a frame.
    """

    def __init__(self, random: Random) -> None:
        self.frames: Final = tuple(
            Waiting(
                new_frame_id(wall_ms=number, randomness=random.randbytes(10)), Sha256(random.randbytes(32).hex()), 10**5
            )
            for number in range(FRAMES)
        )
        self.believed = 0
        self._random = random
        self._now = 0.0
        self._asked = 0
        self._machine = Sync(
            Window(messages=8, payload=60 * 1024, chunk=48 * 1024, keepalive_s=30.0),
            frames=FRAMES,
            patience=Patience(10.0, PATIENCE_S),
            draw=random.random,
        )
        self._take(Connected(None, None))

    def hear(self, message: bytes) -> None:
        """Hear a message a moment later; one that cannot be read is nothing."""
        self._now += self._random.random()
        try:
            self._take(Received(load_json(Receipts, message)))
        except WireError:
            self._take(Tick())

    def asks_within(self, seconds: float) -> bool:
        """Let time pass, and tell whether it asked for anything."""
        before, until_s = self._asked, self._now + seconds
        while self._now < until_s and self._asked == before:
            self._now += STEP_S
            self._take(Tick())
        return self._asked > before

    def _take(self, event: Event) -> None:
        events = deque([event])
        while events:
            for command in self._machine.receive(events.popleft(), self._now):
                events.extend(self._carry_out(command))

    def _carry_out(self, command: Command) -> list[Event]:
        match command:
            case Fetch(exclude=exclude):
                return [Due(tuple(frame for frame in self.frames if frame.frame_id not in exclude), more=False)]
            case Ask(ticket=ticket):
                self._asked += 1
                return [Settled(ticket)]
            case SendRange(ticket=ticket):
                return [Settled(ticket)]
            case HangUp():
                return [Lost(by_us=True), Connected(None, None)]
            case Deliver() | Quarantine():
                self.believed += 1
            case _:
                pass
        return []
