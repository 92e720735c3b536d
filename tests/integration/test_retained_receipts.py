"""What a broker was told to retain for a device is an old story, and holds nothing up."""

from collections.abc import Iterator

import pytest

from askance.wire.codec import dump_json
from askance.wire.receipts import Receipts
from support_broker import Mosquitto
from support_courier import DEVICE, Shelf, rounds
from support_polling import until
from support_receiver import Receiver


@pytest.fixture
def receiver(mosquitto: Mosquitto) -> Iterator[Receiver]:
    mosquitto.start()
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    yield receiver
    receiver.close()


def test_a_pause_that_the_broker_was_told_to_keep_holds_nothing_up(mosquitto: Mosquitto, receiver: Receiver) -> None:
    shelf = Shelf()
    frame_id = shelf.put(b"good")
    receiver.say_bytes(dump_json(Receipts(pause_s=3600, credit=0)), retain=True)
    assert until(lambda: "Sending PUBACK to receiver" in mosquitto.log)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: [frame_id] == shelf.delivered)
        assert on.counts["sync.retained_receipt"] == 1
