"""A broker of the demo's own: mosquitto where it is installed, else amqtt; gone with its block."""

from pathlib import Path

import pytest

from askance.demo.broker import LoopbackBroker, find_mosquitto
from askance.errors import BrokerAwayError
from support_broker import listening


@pytest.mark.parametrize("mosquitto", [True, False], ids=["mosquitto", "amqtt"])
def test_it_listens_inside_its_block_and_not_after(tmp_path: Path, *, mosquitto: bool) -> None:
    program = find_mosquitto() if mosquitto else None
    if mosquitto and program is None:
        pytest.skip("no mosquitto on this machine: apt-get install mosquitto")

    with LoopbackBroker(tmp_path, mosquitto=program) as broker:
        assert listening(broker.port)
        assert ("mosquitto" if mosquitto else "amqtt") == broker.name

    assert not listening(broker.port)


def test_a_broker_that_does_not_start_names_its_log(tmp_path: Path) -> None:
    broker = LoopbackBroker(tmp_path, mosquitto="false")

    with pytest.raises(BrokerAwayError) as caught, broker:
        pytest.fail("it started")

    assert str(tmp_path / "broker.log") in str(caught.value.hint)
