"""A broker's limits on messages, announced or not, are kept, learnt, or cost one frame and never the queue."""

from askance.edge.sync.tolerance import LAST_STRIKES
from askance.wire.receipts import Notice, Status
from support_broker import Mosquitto
from support_courier import DEVICE, Shelf, rounds
from support_receiver import Receiver


def test_a_frame_that_the_broker_hangs_up_on_is_set_aside_once_it_takes_another_and_the_fleet_hears_of_it(
    mosquitto: Mosquitto,
) -> None:
    mosquitto.start("message_size_limit 3000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    big = shelf.put(b"y" * 4000)
    with rounds(mosquitto.port, shelf, longest_wait_s=0.02) as on:
        assert on.until(lambda: on.counts.get("sync.line_lost", 0) >= LAST_STRIKES + 2, within_s=30.0)
        assert "every frame that is sent" in on.health.vitals().trouble["sync"]
        assert {} == shelf.quarantined

        small = shelf.put(b"x" * 1000)
        assert on.until(lambda: big in shelf.quarantined and [small] == shelf.delivered, within_s=30.0)
        assert on.until(lambda: "sync" not in on.health.vitals().trouble)
        notice = Notice(code="quarantined", text="the broker hangs up on it", frame_id=big)
        assert on.until(lambda: notice in receiver.heard)
    receiver.close()


def test_a_limit_that_the_broker_did_not_announce_is_learnt(mosquitto: Mosquitto) -> None:
    mosquitto.start("message_size_limit 20000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    frame_id = shelf.put(b"y" * 100_000)
    with rounds(mosquitto.port, shelf) as on:
        assert on.until(lambda: [frame_id] == shelf.delivered)

        assert {on.line.address: 12 * 1024} == shelf.ceilings
        assert on.counts["sync.chunk_halved"] == 2
    receiver.close()


def test_a_status_too_long_for_the_broker_is_cut_and_the_frames_pass(mosquitto: Mosquitto) -> None:
    mosquitto.start("max_packet_size 2000")
    receiver = Receiver(mosquitto.port, device=DEVICE)
    receiver.open()
    shelf = Shelf()
    shelf.put(b"y" * 5000)
    with rounds(mosquitto.port, shelf, counters=200) as on:
        assert on.until(lambda: shelf.delivered)

        assert on.counts["sync.status_cut"] == 1
        assert on.counts.get("sync.line_lost") is None
    assert [Status(device=DEVICE, online=True)] == [word for word in receiver.heard if isinstance(word, Status)]
    receiver.close()
