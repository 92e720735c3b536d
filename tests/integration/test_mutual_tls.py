"""A fleet with certificates in a real mosquitto with the shipped listener: each device is itself, and nobody else."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner

from askance.cli.provision import provision
from askance.mqtt import Down, Received, Subscribed, Up
from askance.sections import BrokerSection
from askance.wire.identity import DeviceId
from askance.wire.topics import Down as Answers
from askance.wire.topics import Up as Speech
from askance.wire.topics import down, every_up, up
from support_broker import Mosquitto
from support_fleet import HOST, Fleet, shipped_fleet_conf
from support_polling import until
from support_talker import Talker

GATE, YARD = DeviceId("gate-7"), DeviceId("yard-2")
Dial: TypeAlias = Callable[..., Talker]


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """A new authority."""
    return Fleet(tmp_path / "fleet")


@pytest.fixture
def broker(mosquitto: Mosquitto, fleet: Fleet, checkout: Path) -> Mosquitto:
    """A broker that runs with the shipped listener; only places and the port are ours."""
    mosquitto.start_with(shipped_fleet_conf(mosquitto, fleet, checkout=checkout))
    return mosquitto


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Log in; the client id is the name unless said otherwise."""
    talkers: list[Talker] = []

    def log_in(section: BrokerSection, client_id: str) -> Talker:
        talkers.append(Talker(section, client_id))
        return talkers[-1]

    yield log_in
    for talker in talkers:
        talker.line.close()


def test_each_speaks_on_its_own_topics_and_hears_its_own_answers(broker: Mosquitto, fleet: Fleet, dial: Dial) -> None:
    gate = dial(fleet.section(broker.port, GATE), GATE)
    central = dial(fleet.section(broker.port, "central", "central"), "askance-central-1")
    for talker in (gate, central):
        talker.meets(Up)
    central.line.subscribe(every_up(shared_group="rx"))
    assert central.meets(Subscribed).granted
    gate.line.subscribe(down(GATE, Answers.RECEIPTS))
    assert gate.meets(Subscribed).granted

    assert [None] * len(Speech) == [gate.says(up(GATE, kind)) for kind in Speech]
    assert up(GATE, Speech.FRAME) == central.meets(Received).topic
    assert central.says(down(GATE, Answers.RECEIPTS)) is None
    assert down(GATE, Answers.RECEIPTS) == gate.meets(Received).topic


def test_a_device_writes_and_reads_nothing_of_another(broker: Mosquitto, fleet: Fleet, dial: Dial) -> None:
    gate = dial(fleet.section(broker.port, GATE), GATE)
    yard = dial(fleet.section(broker.port, YARD), YARD)
    central = dial(fleet.section(broker.port, "central", "central"), "askance-central-1")
    for talker in (gate, yard, central):
        talker.meets(Up)
    for spied in (down(YARD, Answers.RECEIPTS), up(YARD, Speech.FRAME), "#"):
        gate.line.subscribe(spied)
        gate.meets(Subscribed)
    yard.line.subscribe(down(YARD, Answers.RECEIPTS))
    yard.meets(Subscribed)

    assert ["Not authorized"] * len(Speech) == [gate.says(up(YARD, kind)) for kind in Speech]
    assert "Not authorized" == gate.says(down(YARD, Answers.RECEIPTS))
    assert central.says(down(YARD, Answers.RECEIPTS)) is None
    assert down(YARD, Answers.RECEIPTS) == yard.meets(Received).topic
    assert yard.says(up(YARD, Speech.FRAME)) is None
    assert central.says(down(GATE, Answers.RECEIPTS)) is None
    assert down(GATE, Answers.RECEIPTS) == gate.meets(Received).topic
    assert [down(GATE, Answers.RECEIPTS)] == [event.topic for event in gate.heard if isinstance(event, Received)]


def test_a_device_cannot_take_over_the_connection_of_another(broker: Mosquitto, fleet: Fleet, dial: Dial) -> None:
    """It gives the other one's client id; the broker takes the name in its certificate instead."""
    gate = dial(fleet.section(broker.port, GATE), GATE)
    gate.meets(Up)

    thief = dial(fleet.section(broker.port, YARD), GATE)
    thief.meets(Up)

    assert gate.says(up(GATE, Speech.STATUS)) is None
    assert [] == [event for event in gate.heard if isinstance(event, Down)]
    assert f"as {YARD}" in broker.log


def test_without_that_line_of_the_configuration_it_can(
    mosquitto: Mosquitto, fleet: Fleet, checkout: Path, dial: Dial
) -> None:
    text = shipped_fleet_conf(mosquitto, fleet, checkout=checkout).replace("use_username_as_clientid true", "")
    mosquitto.start_with(text)
    gate = dial(fleet.section(mosquitto.port, GATE), GATE)
    gate.meets(Up)

    dial(fleet.section(mosquitto.port, YARD), GATE).meets(Up)

    gate.meets(Down)


@pytest.mark.parametrize("who", ["no certificate", "one of another fleet", "one that has ended", "one for brokers"])
def test_who_shows_no_good_certificate_is_not_let_in(
    broker: Mosquitto, fleet: Fleet, tmp_path: Path, dial: Dial, who: str
) -> None:
    good = fleet.section(broker.port, GATE)
    assert good.tls is not None
    other = Fleet(tmp_path / "other")
    tls = {
        "no certificate": {"certificate": None, "key": None},
        "one of another fleet": other.member(GATE),
        "one that has ended": fleet.member(GATE, lasting=timedelta(seconds=-1)),
        "one for brokers": fleet.member(HOST, "broker"),
    }[who]

    stranger = dial(good.model_copy(update={"tls": good.tls.model_copy(update=dict(tls))}), GATE)

    stranger.meets(Down)
    assert [] == [event for event in stranger.heard if isinstance(event, Up)]
    assert f"as {GATE}" not in broker.log


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho leaves the socket to the collector
def test_a_device_does_not_speak_to_a_broker_of_another_fleet(broker: Mosquitto, tmp_path: Path, dial: Dial) -> None:
    other = Fleet(tmp_path / "other")

    line = dial(other.section(broker.port, GATE), GATE).line

    assert until(lambda: line.next(0.1) is None and line.trouble is not None)
    assert "certificate verify failed" in (line.trouble or "")


def test_a_stolen_device_is_out_once_the_operator_has_done_what_the_text_says(
    broker: Mosquitto, fleet: Fleet, dial: Dial
) -> None:
    """Revoke, copy the list, restart the broker: the connection that stands ends, and the others come back."""
    gate = dial(fleet.section(broker.port, GATE), GATE)
    yard = dial(fleet.section(broker.port, YARD), YARD)
    for talker in (gate, yard):
        talker.meets(Up)
    assert gate.says(up(GATE, Speech.STATUS)) is None
    before = broker.log

    done = CliRunner().invoke(provision, [GATE, "--revoke", "--ca", str(fleet.ca.parent)])
    assert "restart the broker" in done.stderr
    shutil.copy(done.stdout.strip(), broker.folder / "revoked.crl")
    broker.restart()

    yard.meets(Down)
    yard.meets(Up)
    assert yard.says(up(YARD, Speech.STATUS)) is None
    gate.meets(Down)
    assert until(lambda: gate.line.next(0.1) is None and "certificate revoked" in (gate.line.trouble or ""))
    assert f"as {GATE}" not in broker.log.removeprefix(before)


def test_without_a_restart_its_connection_stands(broker: Mosquitto, fleet: Fleet, dial: Dial) -> None:
    """Why the text asks for one."""
    gate = dial(fleet.section(broker.port, GATE), GATE)
    gate.meets(Up)

    assert 1 == fleet.authority.revoke(GATE, now=datetime.now(UTC))
    shutil.copy(fleet.revoked, broker.folder / "revoked.crl")
    broker.reload()

    assert until(lambda: "Reloading config" in broker.log)
    assert gate.says(up(GATE, Speech.STATUS)) is None


@pytest.mark.parametrize("text", ["README.md", "fleet.conf"])
def test_each_text_asks_for_a_restart(checkout: Path, text: str) -> None:
    said = " ".join((checkout / "config" / "mosquitto" / text).read_text().replace("# ", "").split())

    _, _, stolen = said.partition("stolen device")
    assert "restart the broker" in stolen.lower()[:400]
