"""A real receiver's process: it dies before any of its steps, its disk fails, its line breaks, and it starts again."""

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final

from askance.central.batch import Letter
from askance.central.config import ReceiverSection, StorageSection
from askance.central.intake import Intake
from askance.central.receiver import Receiver
from askance.line import Event, Line
from askance.mqtt import Down, Message, Received, Settled, Subscribed
from askance.wire.codec import load_json
from askance.wire.receipts import Receipts
from chaos.protocol.catalog import Catalog
from support_central import BOUNDS
from support_faults import Agenda, happens
from support_life import Died, Life

STORAGE: Final = StorageSection(dead_letters=50)
SECTION: Final = ReceiverSection()
STEPS: Final = 12  # of a turn, roughly, for each message in it
ROUTE_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What goes wrong behind the device's line, as probabilities per message or turn; nothing by default.

    Attributes:
        crash: a receiver dies before one of its steps.
        failure: its disk fails at one of its steps.
        outage: the broker dies and forgets everything.
        lose: the broker, having acknowledged a message, loses it.
        repeat: it gives a message to somebody twice.
        redeliver: what a dead receiver did not acknowledge goes to another; else it is lost.
        delay_s: most seconds that a message lies about.
        rot: a byte of a chunk changes where its checksum does not see it.
        clone: a copy of the device's card sends another frame under the same id.
    """

    crash: float = 0.0
    failure: float = 0.0
    outage: float = 0.0
    lose: float = 0.0
    repeat: float = 0.0
    redeliver: float = 0.0
    delay_s: float = 0.0
    rot: float = 0.0
    clone: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What the receivers stand on.

    Attributes:
        catalog: shared by all.
        agenda: the time.
        random: of every chance.
        mishaps: says what goes wrong now.
        say: takes receipts to the device.
        broken: is called when the broker has died.
        again: takes what a receiver did not acknowledge.
        intake: how messages become durable.
        receiver: how they are acknowledged and answered.
    """

    catalog: Catalog
    agenda: Agenda
    random: Random
    mishaps: Callable[[], Mishaps]
    say: Callable[[Receipts], None]
    broken: Callable[[], None]
    again: Callable[[Letter], None] = field(default=lambda _: None)
    intake: type[Intake] = Intake
    receiver: type[Receiver] = Receiver


class Post(Line):
    """A receiver's end of its line to the model broker."""

    def __init__(self, life: Life, say: Callable[[Receipts], None]) -> None:
        self.inbox: deque[Event] = deque()
        self.unacknowledged: deque[Received] = deque()
        self._life = life
        self._say = say
        self._up = False
        self._mids = count(1)

    def next(self, timeout_s: float) -> Event | None:  # noqa: ARG002 (nobody waits in a model)
        """Take what is there."""
        event = self.inbox.popleft() if self.inbox else None
        if isinstance(event, Down | Subscribed):
            self._up = isinstance(event, Subscribed)
        return event

    def publish(self, message: Message) -> int | None:
        """Send receipts, while the line is up; the broker has taken them when the receiver looks next."""
        self._life.step()
        if not self._up:
            return None
        self._say(load_json(Receipts, message.payload))
        mid = next(self._mids)
        self.inbox.append(Settled(0, mid, None))
        return mid

    def subscribe(self, topic_filter: str) -> None:
        """Is granted before it is asked."""

    def acknowledge(self, mid: int) -> None:
        """Send a PUBACK, in the order of arrival; of a message of an earlier line nobody hears it."""
        self._life.step()
        if any(event.mid == mid for event in self.unacknowledged):
            assert self.unacknowledged.popleft().mid == mid, "acknowledged out of turn"

    def hang_up(self, trouble: str = "") -> None:
        """Does not happen here."""


class Station:
    """One receiver's process, started again whenever it has died."""

    def __init__(self, ground: Ground) -> None:
        self.fallen: list[str] = []
        self._ground = ground
        self._awake = False
        self._start()

    def _start(self) -> None:
        ground, self._life, self._up = self._ground, Life(), True
        self._post = Post(self._life, ground.say)
        intake = ground.intake(
            ground.catalog.disk, ground.catalog.blobs, storage=STORAGE, bounds=BOUNDS, clock=lambda: ground.agenda.now
        )
        self._receiver = ground.receiver(self._post, intake, section=SECTION, clock=lambda: ground.agenda.now)
        self._hear(Subscribed(0, granted=True))

    @property
    def idle(self) -> bool:
        """Whether it runs and has nothing to do."""
        return self._up and not (self._post.inbox or self._post.unacknowledged or self._receiver._waiting)

    def give(self, event: Received) -> None:
        """Have the broker hand a message over; one that finds nobody is lost."""
        if self._up:
            self._post.unacknowledged.append(event)
            self._hear(event)

    def cut_off(self) -> None:
        """Have the broker die: the line breaks, and comes back."""
        if self._up:
            self._post.inbox.clear()
            self._post.unacknowledged.clear()
            self._hear(Down(0, "the broker died"))
            self._hear(Subscribed(0, granted=True))

    def die(self) -> None:
        """End, to be started again in a while; what was not acknowledged may come to another, or to nobody."""
        if self._up:
            self._up = False
            ground = self._ground
            ground.agenda.later(ground.random.uniform(0.1, 5.0), self._start)
            for event in self._post.unacknowledged:
                if happens(ground.mishaps().redeliver, ground.random):
                    ground.again(Letter(event.topic, event.payload))

    def _hear(self, event: Event) -> None:
        self._post.inbox.append(event)
        self._rouse(self._ground.random.random() * 3 * ROUTE_S)

    def _rouse(self, delay_s: float) -> None:
        if not self._awake:
            self._awake = True
            self._ground.agenda.later(delay_s, self._turn)

    def _turn(self) -> None:
        """Let the receiver take one step, or the first few parts of it."""
        self._awake = False
        if not self._up:
            return
        ground, mishaps = self._ground, self._ground.mishaps()
        within = STEPS * (1 + len(self._post.inbox))
        self._life.draw(ground.random, dies=mishaps.crash, fails=mishaps.failure, within=within)
        ground.catalog.disk.life = self._life
        try:
            self._receiver.step(3600.0)
        except Died:
            self.die()
            return
        except (ValueError, sqlite3.Error) as error:  # a mutant's: nothing of ours catches it, and the process ends
            self.fallen.append(f"{type(error).__name__} ended a receiver")
            self.die()
            return
        left_s = self._receiver._outage.left_s(ground.agenda.now)
        if self._post.inbox or self._receiver._waiting or self._receiver._greeting:
            self._rouse(left_s or ROUTE_S)
