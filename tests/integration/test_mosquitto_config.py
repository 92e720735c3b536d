"""The shipped broker configuration, in a real mosquitto and included as Debian does: who gets in, and to what."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from pydantic import SecretStr

from askance.mqtt import Down, Limits, Received, Subscribed, Up
from askance.sections import BrokerSection
from askance.wire.identity import DeviceId
from askance.wire.topics import Down as Answers
from askance.wire.topics import Up as Speech
from askance.wire.topics import down, every_up, up
from support_broker import Mosquitto, find_mosquitto
from support_talker import Talker

GATE, YARD = DeviceId("gate-7"), DeviceId("yard-2")
PASSWORDS = {"central": "of the centre", GATE: "of the gate", YARD: "of the yard"}

# What Debian's mosquitto.conf says before it includes ours; the user only because a test's folder is private.
DEBIAN = """
user root
persistence true
persistence_location {folder}/
log_dest stderr
include_dir {folder}/conf.d
"""

Dial: TypeAlias = Callable[..., Talker]


@pytest.fixture(scope="module")
def port(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A broker that runs with exactly the shipped files; only places and the port are ours."""
    if find_mosquitto() is None or shutil.which("mosquitto_passwd") is None:
        pytest.skip("mosquitto is not installed")
    folder = tmp_path_factory.mktemp("broker")
    broker = Mosquitto(folder)
    (folder / "conf.d").mkdir()
    shipped = (checkout / "config" / "mosquitto" / "askance.conf").read_text()
    ours = re.sub(r"^listener 1883 ", f"listener {broker.port} ", shipped, flags=re.MULTILINE)
    (folder / "conf.d" / "askance.conf").write_text(ours.replace("/etc/mosquitto", str(folder)))
    (folder / "mosquitto.conf").write_text(DEBIAN.format(folder=folder))
    shutil.copy(checkout / "config" / "mosquitto" / "acl", folder / "askance.acl")
    passwords = folder / "askance.passwd"
    passwords.touch(mode=0o600)
    for name, password in PASSWORDS.items():
        subprocess.run(["mosquitto_passwd", "-b", passwords, name, password], check=True, capture_output=True)
    broker.restart()
    yield broker.port
    broker.stop()


@pytest.fixture
def dial(port: int) -> Iterator[Dial]:
    """Log in with a name and, unless said otherwise, its password."""
    talkers: list[Talker] = []

    def log_in(name: str | None, *, password: str | None = None) -> Talker:
        secret = password or (PASSWORDS[name] if name else None)
        broker = BrokerSection(port=port, username=name, password=None if secret is None else SecretStr(secret))
        talkers.append(Talker(broker, name or "nobody"))
        return talkers[-1]

    yield log_in
    for talker in talkers:
        talker.line.close()


def test_a_device_is_heard_by_the_centre_on_its_own_topics(dial: Dial) -> None:
    gate, central = dial(GATE), dial("central")
    for talker in (gate, central):
        talker.meets(Up)
    central.line.subscribe(every_up(shared_group="rx"))

    assert central.meets(Subscribed).granted
    assert [gate.says(up(GATE, kind)) for kind in Speech] == [None] * len(Speech)
    assert central.meets(Received).topic == up(GATE, Speech.FRAME)


def test_the_centre_is_heard_by_the_device_it_answers_and_by_no_other(dial: Dial) -> None:
    gate, yard, central = dial(GATE), dial(YARD), dial("central")
    for talker in (gate, yard, central):
        talker.meets(Up)
    for talker in (gate, yard):  # mosquitto grants every subscription and withholds the messages
        talker.line.subscribe(down(GATE, Answers.RECEIPTS))
        talker.meets(Subscribed)
    yard.line.subscribe(down(YARD, Answers.RECEIPTS))
    yard.meets(Subscribed)

    assert central.says(down(GATE, Answers.RECEIPTS)) is None
    assert central.says(down(YARD, Answers.RECEIPTS)) is None
    assert gate.meets(Received).topic == down(GATE, Answers.RECEIPTS)
    assert yard.meets(Received).topic == down(YARD, Answers.RECEIPTS)


@pytest.mark.parametrize(
    "topic",
    [
        pytest.param(up(YARD, Speech.FRAME), id="in another's name"),
        pytest.param(down(GATE, Answers.RECEIPTS), id="a receipt to itself"),
        pytest.param("elsewhere", id="elsewhere"),
    ],
)
def test_a_device_is_told_that_it_may_not_speak(dial: Dial, topic: str) -> None:
    gate = dial(GATE)
    gate.meets(Up)

    assert gate.says(topic) == "Not authorized"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param(GATE, "of the yard", id="a wrong password"),
        pytest.param("shed-1", "anything", id="an unknown device"),
        pytest.param(None, None, id="no login at all"),
    ],
)
def test_who_cannot_log_in_is_refused_for_good(dial: Dial, name: str | None, password: str | None) -> None:
    stranger = dial(name, password=password)

    assert stranger.meets(Down).refused
    assert stranger.line.refused


def test_the_broker_announces_the_limits_that_the_file_explains(dial: Dial) -> None:
    limits = dial(GATE).meets(Up).limits

    assert limits == Limits(receive_maximum=20, maximum_packet=1_049_600, shared_subscriptions=True)
