"""A message with QoS 0, from somebody who does not know the protocol, has no number that could be acknowledged."""

import time
from pathlib import Path

import pytest

from askance.central.config import ReceiverSection
from askance.central.receiver import Receiver
from askance.mqtt import Message
from askance.wire.codec import dump_json
from askance.wire.identity import DeviceId
from askance.wire.receipts import Receipts, Status
from askance.wire.topics import Down, Up, down, up
from support_bench import idle
from support_broker import Mosquitto
from support_central import open_intake
from support_courier import DEVICE, Shelf, rounds
from support_link import linked, section
from support_polling import until
from support_receiver import Receiver as Peer
from support_reception import make_line


def shout(broker: Mosquitto, topic: str, *, payload: bytes, retain: bool) -> None:
    """Publish with QoS 0, and wait until the broker has the message."""
    before = broker.log.count("Received PUBLISH from stranger")
    with linked(section(broker.port), client_id="stranger") as ear:
        ear.link._client.publish(topic, payload, qos=0, retain=retain)
        assert until(lambda: broker.log.count("Received PUBLISH from stranger") > before)


@pytest.mark.parametrize("retain", [False, True], ids=["live", "retained"])
def test_the_centre_takes_it_and_keeps_its_line(mosquitto: Mosquitto, tmp_path: Path, retain: bool) -> None:  # noqa: FBT001 (a column of the table)
    mosquitto.start()
    intake, line = open_intake(tmp_path / "centre"), make_line(mosquitto.port, "centre")
    # no broker gives a shared subscription what was retained
    receiver = Receiver(line, intake, section=ReceiverSection(shared_group=None), clock=time.monotonic)

    def known(device: DeviceId) -> bool:
        receiver.step(0.01)
        return device in intake.known()

    def listening() -> bool:
        receiver.step(0.01)
        return "Sending SUBACK to centre" in mosquitto.log

    stranger = DeviceId("stranger")
    said = dump_json(Status(device=stranger, online=True))
    assert retain or until(listening)
    shout(mosquitto, up(stranger, Up.STATUS), payload=said, retain=retain)
    assert until(lambda: known(stranger))
    with linked(section(mosquitto.port), client_id=DEVICE) as ear:
        ear.link.publish(Message(up(DEVICE, Up.STATUS), dump_json(Status(device=DEVICE, online=True))))

        assert until(lambda: known(DEVICE) and "Received PUBACK from centre" in mosquitto.log)
    assert line._links == 1
    line.close()


@pytest.mark.parametrize("retain", [False, True], ids=["live", "retained"])
def test_the_device_takes_it_and_keeps_its_line(mosquitto: Mosquitto, retain: bool) -> None:  # noqa: FBT001 (a column of the table)
    mosquitto.start()
    peer = Peer(mosquitto.port, device=DEVICE)
    peer.open()
    receipts, said = down(DEVICE, Down.RECEIPTS), dump_json(Receipts()) if retain else b"no receipts"
    shelf = Shelf()
    if retain:
        shout(mosquitto, receipts, payload=said, retain=True)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: on.line.up and idle(on.machine))
        if not retain:
            shout(mosquitto, receipts, payload=said, retain=False)
        assert on.until(lambda: on.counts.get("sync.retained_receipt" if retain else "sync.unreadable_receipt") == 1)
        shelf.put(b"new")
        on.line.wake()

        assert on.until(lambda: shelf.delivered)
        assert "sync.line_lost" not in on.counts
    peer.close()
