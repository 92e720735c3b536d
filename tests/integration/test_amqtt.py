"""A broker of another make, which speaks MQTT 3.1.1 only: the line finds its version and carries messages."""

import random
import time
from pathlib import Path

import pytest

from askance.demo.broker import LoopbackBroker
from askance.line import Line
from askance.mqtt import Limits, Message, Received, Settled, Subscribed, Up
from support_link import hear, hear_all, section


def test_a_line_finds_the_older_version_and_carries_messages(tmp_path: Path) -> None:
    pytest.importorskip("amqtt", reason="amqtt is not installed: pip install 'askance[demo]'")
    with LoopbackBroker(tmp_path, mosquitto=None) as broker:
        on = Line(
            section(broker.port),
            client_id="line",
            will=None,
            receive_maximum=4,
            longest_wait_s=1.0,
            clock=time.monotonic,
            draw=random.random,
        )
        assert Limits(None, None, shared_subscriptions=False) == hear(on, Up, within_s=20).limits
        on.subscribe("t")
        assert hear(on, Subscribed).granted
        payload = bytes(range(256)) * 200
        mid = on.publish(Message("t", payload, expiry_s=60))

        events = hear_all(on, Settled, Received)

        assert [mid] == [event.mid for event in events if isinstance(event, Settled)]
        assert [payload] == [event.payload for event in events if isinstance(event, Received)]
        on.close()
