"""A device's store at work: it captures as fast as it can, and says each thing once it is promised."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from askance.edge.store import Store
from askance.edge.store.rule_copy import save_rules
from askance.edge.values import Drop, Spending
from askance.wire.capture import Arm, Priority
from askance.wire.codec import digest
from askance.wire.identity import CameraId, FrameId
from chaos.breakage import NICHES
from chaos.power import end_at
from chaos.worker import Say, saying
from support_store import make_draft, open_store

RULE: Final = "unsure"
"""The rule that ``make_draft`` names, and that pays for each frame."""

BROKER: Final = "mqtt://broker"
CAMERA: Final = CameraId("gate")
LEAST_CEILING: Final = 4096
MOST_NOTES: Final = 10**6
RULES: Final = "rules.yaml"

_SIZES: Final = (400, 9_000, 40_000)
_SECOND_NS: Final = 10**9


@dataclass(frozen=True, slots=True)
class Capturing:
    """What a worker does for ever with the store in ``path``.

    Attributes:
        path: the store's folder.
        quota: in bytes.
        boot_id: of the device.
        life: the number of this worker among those of the store; what it notes is greater than what earlier ones did.
        seed: of the order in which it does things.
    """

    path: Path
    quota: int
    boot_id: str
    life: int
    seed: int

    def __call__(self, say: Say) -> None:
        """Open the store and work."""
        random = Random(self.seed)  # noqa: S311 (an order, no secret)
        with open_store(self.path, quota=self.quota, boot_id=self.boot_id) as store:
            found = store.recovery
            say(f"opened {int(found.rebuilt)} {found.lost} {found.damaged}")
            waiting: list[FrameId] = []
            notes = _notes(store, self.path)
            second, note = 0, self.life * MOST_NOTES
            while True:
                second += 1
                _keep(store, waiting, now_ns=store.budget_now(second * _SECOND_NS), random=random, say=say)
                if waiting and random.random() < 0.4:
                    _deliver(store, waiting.pop(random.randrange(len(waiting))), say=say)
                if waiting and random.random() < 0.1:
                    _quarantine(store, waiting.pop(random.randrange(len(waiting))), say=say)
                if random.random() < 0.1:
                    name = random.choice(list(notes))
                    note += 1
                    notes[name](note)
                    say(f"noted {name} {note}")


def _keep(store: Store, waiting: list[FrameId], *, now_ns: int, random: Random, say: Say) -> None:
    draft = make_draft(
        value=random.random(),
        arm=random.choice(list(Arm)),
        priority=random.choice(list(Priority)),
        boxes=random.randrange(12),
        spendings=(Spending(RULE, now_ns, 1, 1),),
    )
    jpeg = os.urandom(random.choice(_SIZES))
    kept = store.keep(draft, jpeg)
    if isinstance(kept, Drop):
        say(f"dropped {kept.reason}")
    else:
        say(f"kept {kept} {digest(jpeg)} {now_ns}")
        waiting.append(kept)


def _deliver(store: Store, frame_id: FrameId, *, say: Say) -> None:
    envelope = store.read(frame_id, 0, length=2**30)
    if envelope is not None and store.deliver(frame_id, digest(envelope)):
        say(f"delivered {frame_id}")


def _quarantine(store: Store, frame_id: FrameId, *, say: Say) -> None:
    if store.quarantine(frame_id, "schema"):
        say(f"quarantined {frame_id}")


def _notes(store: Store, path: Path) -> dict[str, Callable[[int], None]]:
    """What else outlives a power cut."""
    return {
        "ceiling": lambda number: store.set_chunk_ceiling(BROKER, LEAST_CEILING + number),
        "habits": lambda number: store.habits.note({CAMERA: str(number)}),
        "rules": lambda number: save_rules(path, {RULES: str(number)}),
    }


def main(path: str, quota: str, life: str, call: str, broken: str) -> None:
    """Work until just before the ``call``-th of the calls that change a file, and be killed there."""
    say, numbers = saying(sys.stdout.fileno()), count(int(life) * MOST_NOTES)
    # no chance: shards are met again by the next life
    os.urandom = lambda size: next(numbers).to_bytes(size - 1, "big") + b"\0"
    NICHES[broken]()
    end_at(int(call), lambda: None, before=True)
    Capturing(Path(path), quota=int(quota), boot_id="boot", life=int(life), seed=int(call))(say)


if __name__ == "__main__":
    main(*sys.argv[1:])
