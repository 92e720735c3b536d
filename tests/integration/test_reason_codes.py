"""What a broker of MQTT 5 says when it refuses or hangs up decides who is to blame, and what the device tells."""

import pytest

from chaos.quota import Quota
from support_broker import Mosquitto
from support_courier import DEVICE, Shelf, rounds
from support_receiver import Receiver


@pytest.mark.parametrize(
    ("code", "says"),
    [(0x8E, "Session taken over; another client has logged in with this id"), (0x96, "Message rate too high; raise")],
    ids=["two devices with one id", "a rate"],
)
def test_a_broker_that_hangs_up_for_its_own_reasons_shortens_no_message(
    mosquitto: Mosquitto, code: int, says: str
) -> None:
    """Else, at the floor, ten of these would set a frame aside."""
    mosquitto.start()
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    shelf.put(b"x" * 100_000)
    with Quota(mosquitto.port) as way, rounds(way.port, shelf) as on:
        way.code, way.hangs_up = code, True
        assert on.until(lambda: on.counts.get("sync.line_lost", 0) >= 6)
        assert on.health.vitals().trouble["broker"].startswith(says)
        way.code = None

        assert on.until(lambda: shelf.delivered)
    assert ({}, {}) == (shelf.quarantined, shelf.ceilings)
    receiver.close()


def test_a_quota_is_told_until_it_is_lifted(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    shelf.put(b"x" * 100_000)
    with Quota(mosquitto.port) as way, rounds(way.port, shelf) as on:
        way.code = 0x97
        assert on.until(lambda: "Quota exceeded; is the broker full?" in on.health.vitals().trouble.get("sync", ""))
        way.code = None

        assert on.until(lambda: shelf.delivered)
        assert on.until(lambda: "sync" not in on.health.vitals().trouble)
    receiver.close()
