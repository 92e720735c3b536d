"""One random schedule: a device with the real sync machine, a line and a broker that fail, receivers that die."""

from dataclasses import dataclass
from random import Random
from typing import Final

from askance.central.intake import Intake
from askance.central.receiver import Receiver
from askance.edge.sync import Sync, Waiting
from askance.edge.sync.window import HEADROOM
from askance.wire.codec import digest
from askance.wire.identity import FrameId
from chaos.protocol.catalog import Catalog
from chaos.protocol.frames import CLONES, ENVELOPES, FRAMES
from chaos.protocol.receivers import Fleet
from chaos.protocol.stations import Ground, Mishaps
from support_faults import Faults, Setup
from support_power import Dark
from support_world import machine

FAULTS_END_S: Final = 30.0
QUIET_S: Final = 4000.0  # two of the longest waits, and what comes after them
RARE: Final = 0.15  # share of the schedules in which bytes rot, and in which a card was copied
LOST: Final = "delivered what the centre lacks"


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the device and the receivers are made of; the real ones by default, a mutant where one is put in."""

    machine: type[Sync] = Sync
    intake: type[Intake] = Intake
    receiver: type[Receiver] = Receiver


@dataclass(frozen=True, slots=True)
class Schedule:
    """What happens in one run, but for the dice that ``seed`` throws."""

    seed: int
    setup: Setup
    mishaps: Mishaps
    receivers: int
    later: tuple[float, ...]  # when further frames are captured


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the frames; empty of everything when all is well."""

    lost: int = 0
    duplicated: int = 0
    stuck: int = 0
    wrong: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether every promise was kept."""
        return self == Outcome()


class Passage(Dark):
    """A world whose far side are real receivers."""

    def __init__(self, schedule: Schedule, catalog: Catalog, *, kinds: Kinds) -> None:
        self._schedule, self._catalog, self._kinds = schedule, catalog, kinds
        self._captures = iter(ENVELOPES.items())
        self.frames: list[Waiting] = []
        super().__init__(schedule.setup, schedule.seed, make=lambda random: machine(random, kind=kinds.machine))
        for at_s in schedule.later:
            self._agenda.later(at_s, lambda: self.keep(1))

    def judge(self) -> Outcome:
        """Run to the end, and say what became of every frame."""
        try:
            self.run(limit_s=QUIET_S)
            while self._agenda.step(self._setup.faults_end_s + QUIET_S):
                pass
        except AssertionError as broken:
            return Outcome(lost=1) if LOST in str(broken) else Outcome(wrong=(str(broken),))
        return self._outcome()

    def _outcome(self) -> Outcome:
        catalog, delivered, aside = self._catalog, self.tally.delivered, self.tally.quarantined
        held = [frame for frame in ENVELOPES if catalog.holds(frame, ENVELOPES[frame])]
        accounted = len(delivered) + len(aside) + len(self._store)
        wrong = [
            *sorted(self._fleet.fallen),
            *(f"set aside: {aside[frame]}" for frame in aside if frame not in self._fleet.tampered),
            *(f"never captured: {frame}" for frame in catalog.captures if not self._sent(frame)),
            *(["captured without a task"] if catalog.untasked else []),
            *(["the ledger does not balance"] if accounted != self._captured else []),
        ]
        return Outcome(
            lost=sum(frame not in held for frame in delivered),
            duplicated=catalog.copies,
            stuck=len(self._store) + len(catalog.staged - aside.keys()) + self._fleet.busy,
            wrong=tuple(wrong),
        )

    def _sent(self, frame_id: FrameId) -> bool:
        """Whether what the centre holds under an id is what the device, or its clone, has sent."""
        cloned = frame_id in self._fleet.cloned and self._catalog.holds(frame_id, CLONES[frame_id])
        return cloned or self._catalog.holds(frame_id, ENVELOPES[frame_id])

    def _found(self) -> Fleet:
        ground = Ground(
            self._catalog,
            self._agenda,
            self._random,
            mishaps=self._mishaps,
            say=self._say,
            broken=self._break,
            intake=self._kinds.intake,
            receiver=self._kinds.receiver,
        )
        self._fleet = Fleet(ground, receivers=self._schedule.receivers)
        return self._fleet

    def _mishaps(self) -> Mishaps:
        return self._schedule.mishaps if self.now < self._setup.faults_end_s else Mishaps()

    def _capture(self, size: int) -> None:  # noqa: ARG002 (an envelope has a size of its own)
        """Keep the next envelope."""
        frame_id, envelope = next(self._captures)
        self._captured += 1
        self._store[frame_id] = Waiting(frame_id, digest(envelope), len(envelope))


def draw(random: Random) -> Schedule:
    """Draw a schedule: some run into many faults of one kind, some into all kinds."""
    frames = random.randint(1, FRAMES)
    first = random.randint(1, frames)
    setup = Setup(
        (1,) * first,
        _faults(random),
        faults_end_s=FAULTS_END_S,
        receive_maximum=random.choice([None, 1, 3]),
        maximum_packet=random.choice([None, HEADROOM + 700, HEADROOM + 1100]),
    )
    return Schedule(
        seed=random.getrandbits(60),
        setup=setup,
        mishaps=_mishaps(random),
        receivers=random.randint(1, 3),
        later=tuple(random.uniform(0, FAULTS_END_S) for _ in range(frames - first)),
    )


def _faults(random: Random) -> Faults:
    """Draw what goes wrong before the broker."""
    return Faults(
        lose_up=_perhaps(random, 0.3),
        lose_down=_perhaps(random, 0.4),
        duplicate=_perhaps(random, 0.4),
        break_every_s=_seldom(random, 3.0),
        freeze_every_s=_seldom(random, 10.0),
        centre_restart_every_s=_seldom(random, 3.0),
        device_restart_every_s=_seldom(random, 3.0),
        refuse=_perhaps(random, 0.1),
        cut=_perhaps(random, 0.1),
    )


def _mishaps(random: Random) -> Mishaps:
    """Draw what goes wrong behind it."""
    return Mishaps(
        crash=_perhaps(random, 0.8),
        failure=_perhaps(random, 0.3),
        outage=_perhaps(random, 0.15),
        lose=_perhaps(random, 0.2),
        repeat=_perhaps(random, 0.5),
        redeliver=random.choice([0.0, 0.5, 1.0]),
        delay_s=_perhaps(random, 5.0),
        rot=_perhaps(random, 0.1) if random.random() < RARE else 0.0,
        clone=_perhaps(random, 0.3) if random.random() < RARE else 0.0,
    )


def _perhaps(random: Random, most: float) -> float:
    return random.random() * most if random.random() < 0.5 else 0.0


def _seldom(random: Random, least_s: float) -> float | None:
    return least_s / (1e-9 + random.random()) if random.random() < 0.3 else None


def run(schedule: Schedule, catalog: Catalog, *, kinds: Kinds = Kinds()) -> Outcome:
    """Run a schedule on an empty catalog."""
    catalog.clear()
    return Passage(schedule, catalog, kinds=kinds).judge()
