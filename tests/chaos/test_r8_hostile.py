"""R8: whatever devices send, the centre refuses it with a code or keeps it once, and neither falls nor fills up.

Nor does a device lose a frame, or stop for ever, whatever it is told.
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from random import Random
from typing import Final

import pytest

from askance.central.letters import FIRST_BYTES
from askance.central.receiver import BATCH
from askance.central.schema import CATALOG
from askance.edge.store.schema import INDEX_NAME
from askance.edge.sync import Waiting
from askance.mqtt import LinkEvent, Message
from askance.sections import BrokerSection
from askance.transport import Link
from askance.wire.identity import DeviceId
from askance.wire.topics import Down, Up, down, up
from chaos import mutants
from chaos.account import rows
from chaos.gossip import LONGEST_PAUSE_S, PATIENCE_S, RETAINED, Listener, receipts
from chaos.mutations import Sent
from chaos.ordeal import heavy, hostile, judge, told, unbalanced
from chaos.rivals import Rivalry, small_disk
from chaos.site import DEVICE, Site
from chaos.toll import arrived, carrying
from chaos.verdict import Verdict
from chaos.victim import Found, mark, take_stock
from support_broker import Mosquitto
from support_polling import until
from support_process import megabytes
from support_programs import Program

pytestmark = pytest.mark.timeout(500)

PAYLOADS: Final = 20_000
THROUGH_A_BROKER: Final = 500
GOSSIP: Final = 3000
TRIALS: Final = 20
LONGEST_S: Final = 120.0
ANY_QUEUE: Final = "max_queued_messages 0\nmax_inflight_messages 0"
MUTANT: Final = (sys.executable, str(mutants.HERE))
CAUGHT_BY: Final = (
    ("duplicate keys are accepted", "manifest", "without a letter schema", 400),
    ("the hash of chunks is not checked", "chunk", "without a letter sha", 200),
    ("a manifest's device is believed", "device", "without a letter device", 20),
    ("half a surrogate pair is accepted", "status", "without a letter schema", 100),
    ("any number of frames is begun", "unfinished", "frames begun by one device", 300),
    ("a JPEG has any number of markers", "jpeg", "without a letter jpeg", 200),
    ("refusals leave no letter", "notice", "without a letter schema", 20),
)
"""What is not checked, the trick that shows it, the fault that has to be found then, and of how many messages."""

Finder = Callable[[Verdict], None]


def names(verdict: Verdict, fault: str) -> bool:
    """Whether a verdict speaks of a fault, which stands before its colon."""
    return any(failure.startswith(f"{fault}: ") for failure in verdict.failures)


def test_a_centre_takes_what_no_device_should_send(tmp_path: Path, random: Random, found: Finder) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("as it was")

    said, sent = told(tmp_path, (batch for part in (hostile(random, PAYLOADS), heavy(random)) for batch in part))

    others = {path.name for path in tmp_path.iterdir()} - {"centre", "etc", "victim.log"}
    outside = {f"made outside: {others}": others, "changed": (tmp_path / "etc" / "passwd").read_text() != "as it was"}
    found(judge("mutated frames, chunks, JSON, JPEGs", sent, said, beside=outside | unbalanced(sent, said)))


@pytest.mark.parametrize(("mutant", "trick", "fault", "count"), CAUGHT_BY)
def test_a_centre_without_one_of_its_checks_is_noticed(
    tmp_path: Path, random: Random, found: Finder, *, mutant: str, trick: str, fault: str, count: int
) -> None:
    said, sent = told(tmp_path, hostile(random, count, trick=trick), mutant=mutant)

    noticed = names(judge("", sent, said), fault)

    found(Verdict("R8", "centres without a check", 1, controls={mutant: noticed}))


def test_a_centre_that_keeps_a_batch_in_memory_is_noticed(tmp_path: Path, random: Random, found: Finder) -> None:
    mutant = "complete frames pile up in memory"
    said, sent = told(tmp_path, heavy(random), mutant=mutant)

    found(Verdict("R8", "centres without a check", 1, controls={mutant: names(judge("", sent, said), "memory")}))


def test_dead_letters_are_bounded_in_number_and_length(tmp_path: Path, random: Random, found: Finder) -> None:
    topic = up(DeviceId("liar-0"), Up.EVENT)
    noise = [Sent(topic, random.randbytes(70_000), code="schema") for _ in range(20)]
    batches = [[random.choice(noise) for _ in range(BATCH)] for _ in range(20)]

    said, sent = told(tmp_path, batches, letters=50)

    newest = [mark("schema", each.topic, payload=each.payload) for each in sent[-50:]]
    wrong = {
        f"{len(said.letters)} letters, not the newest 50": newest != said.letters,
        f"{said.letter_bytes} bytes of letters": said.letter_bytes != 50 * FIRST_BYTES,
    }
    found(Verdict("R8", "dead letters", len(sent), wrong=tuple(fault for fault, so in wrong.items() if so)))


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Site]:
    """A site whose broker runs, and nothing else of it."""
    mosquitto.start(ANY_QUEUE)
    made = Site(tmp_path / "site", mosquitto.port, photos="nowhere", receivers=3)
    yield made
    made.close()


@pytest.fixture
def talker(mosquitto: Mosquitto, site: Site) -> Iterator[Link]:
    """Somebody at the broker who may say anything on any topic."""
    assert site.programs
    events: SimpleQueue[LinkEvent] = SimpleQueue()
    link = Link(BrokerSection(port=mosquitto.port), number=1, client_id="talker", report=events.put)
    link.connect()
    events.get(timeout=LONGEST_S)
    yield link
    link.close()


def _passes(sent: Sent) -> bool:
    """Whether a broker hands a message on to the centre; 255 bytes are as much topic as any cloud takes."""
    named = sent.topic.startswith("askance/1/d/") and len(sent.topic) < 256 and sent.topic.isprintable()
    return named and sent.topic.split("/")[4:5] == ["up"] and not set(sent.topic) & {"+", "#"}


def test_the_same_through_a_broker_into_the_program(site: Site, talker: Link, random: Random, found: Finder) -> None:
    centre = site.centres[0]
    centre.start()
    assert until(lambda: "connected to the broker" in centre.log, within_s=LONGEST_S)
    begun = centre.pid
    sent = [each for batch in hostile(random, THROUGH_A_BROKER) for each in batch if _passes(each)]
    last = next(each for batch in hostile(random, 1, trick="good") for each in batch)
    for each in [*sent, last]:
        talker.publish(Message(each.topic, each.payload))

    here = f"SELECT 1 FROM captures WHERE sha256 = '{last.stored}'"  # noqa: S608 (a hash)
    through = until(lambda: rows(site.catalog / CATALOG, here) or not centre.running, within_s=LONGEST_S)

    said = Found(rss_mb=megabytes(begun, "VmHWM"))
    with closing(sqlite3.connect(site.catalog / CATALOG)) as connection:
        connection.row_factory = sqlite3.Row
        take_stock(connection, site.catalog, found=said)
    fallen = {"the program ended": not centre.running or centre.pid != begun, "a traceback": "Traceback" in centre.log}
    stopped = {"the last good frame did not arrive": not through}
    found(judge("the same through a broker", [*sent, last], said, beside=fallen | stopped))


def test_a_device_that_is_told_nonsense_still_delivers(
    site: Site, mosquitto: Mosquitto, talker: Link, random: Random, found: Finder
) -> None:
    device = carrying(site, frames=30, smallest=20_000, largest=200_000)
    device.start()
    assert until(lambda: site.account().captured == 30, within_s=LONGEST_S)
    assert until(lambda: f"Sending SUBACK to {DEVICE}" in mosquitto.log, within_s=LONGEST_S)
    held = [Waiting(*row) for row in rows(site.store / INDEX_NAME, "SELECT frame_id, sha256, bytes FROM captures")]
    topic = down(DeviceId(DEVICE), Down.RECEIPTS)
    for _ in range(GOSSIP):
        talker.publish(Message(topic, receipts(random, held)))
    talker.publish(Message(topic, RETAINED, retain=True))
    heard = until(lambda: taken(mosquitto) > GOSSIP, within_s=LONGEST_S)
    count = taken(mosquitto)
    site.centres[0].start()

    arrived(site, 30)

    wrong = {
        f"of {GOSSIP} it heard {count}": not heard,
        "ended": not device.running,
        "a traceback": "Traceback" in device.log,
    }
    faults = tuple(fault for fault, so in wrong.items() if so)
    found(site.account().verdict("R8", "receipts of nonsense", count, wrong=faults))


def taken(broker: Mosquitto) -> int:
    """How many messages the device has taken from a broker."""
    return broker.log.count(f"Received PUBACK from {DEVICE} ")


def test_no_gossip_silences_a_device_for_ever(random: Random, found: Finder) -> None:
    """Without any further word, not even a greeting, it asks again when the longest of all waits is over."""
    silent = believed = 0
    for _ in range(TRIALS):
        listener = Listener(random)
        for _ in range(GOSSIP // TRIALS):
            listener.hear(receipts(random, listener.frames))
        believed += listener.believed
        silent += not listener.asks_within(LONGEST_PAUSE_S + PATIENCE_S)
    wrong = (f"lies believed: {believed}",) if believed else ()
    found(Verdict("R8", "gossip without a centre", GOSSIP, stuck=silent, wrong=wrong))


def test_rivals_on_one_catalog_lose_and_double_nothing(site: Site, random: Random, found: Finder) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk takes root")
    with small_disk(site.catalog, mib=256):
        carrying(site, frames=150, every=0.04, smallest=60_000, largest=400_000)
        for program in site.programs:
            program.start()
        assert until(lambda: site.account().arrived, within_s=LONGEST_S)
        fallen = [centre.log[-300:] for centre in site.centres if not centre.running]
        rivalry = Rivalry(site, random)
        rivalry.rage(6)
        everything = arrived(site, 150)
        account = site.quiet(within_s=LONGEST_S)
        fallen += rivalry.fallen
        fallen += [] if everything else [f"captured {account.captured} of 150"]
        happened = rivalry.happened
        found(account.verdict("R8", "three receivers", happened.total(), wrong=tuple(fallen), amounts=happened))
        site.close()


def test_a_receiver_that_forgets_what_it_confirmed_is_noticed(site: Site, found: Finder) -> None:
    told_to = ["forgets-what-it-confirmed", "askance", "central", "run", "--config", str(site.central_yaml)]
    site.centres = [Program(site.folder / "mutant.log", *told_to, command=MUTANT)]
    carrying(site, frames=3, smallest=20_000, largest=60_000)
    for program in site.programs:
        program.start()

    noticed = until(lambda: site.account().lost, within_s=LONGEST_S)

    found(Verdict("R8", "centres without a check", 1, controls={"commits are taken back": noticed}))
