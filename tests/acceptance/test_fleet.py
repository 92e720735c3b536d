"""A fleet from the operator's three commands to frames in the queue, over mutual TLS."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.site import EVERY_FRAME, OPEN_GATE
from support_broker import Mosquitto
from support_polling import until
from support_programs import Program, askance, askance_json, write_yaml

HOST = "127.0.0.1"


def provision(folder: Path, port: int, name: str, *options: str) -> Path:
    """Make a member; returns what is copied over its root directory, its paths made to lie there."""
    out = folder / name
    done = askance("provision", name, "--ca", str(folder / "ca"), "--out", str(out), "--port", str(port), *options)
    assert done.returncode == 0, done.stderr
    for settings in out.rglob("50-fleet.yaml"):
        settings.write_text(settings.read_text().replace("/etc/askance", f"{out}/etc/askance"))
    return out / "etc"


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """Programs that a test starts; none survives it."""
    started: list[Program] = []
    yield started
    for program in started:
        program.kill()


def test_three_commands_make_a_fleet_that_works(
    tmp_path: Path, checkout: Path, assets: Path, mosquitto: Mosquitto, programs: list[Program]
) -> None:
    broker = provision(tmp_path, mosquitto.port, HOST, "--role", "broker", "--new-ca")
    central = provision(tmp_path, mosquitto.port, "central", "--role", "central", "--broker", HOST)
    device = provision(tmp_path, mosquitto.port, "gate-7", "--broker", HOST)
    conf = askance("config", "example", "mosquitto-fleet").stdout.replace("listener 8883", f"listener {mosquitto.port}")
    acl = tmp_path / "acl"
    acl.write_bytes((checkout / "config" / "mosquitto" / "acl").read_bytes())
    acl.chmod(0o600)
    conf = conf.replace("/etc/mosquitto/certs", str(broker / "mosquitto" / "certs"))
    conf = conf.replace("/etc/mosquitto/askance.acl", str(acl))
    mosquitto.start_with(f"per_listener_settings true\nuser {getpass.getuser()}\nlog_dest stderr\n{conf}")
    rules = tmp_path / "rules.yaml"
    rules.write_text(EVERY_FRAME)
    edge_yaml = write_yaml(
        device / "askance" / "edge.yaml",
        {
            "cameras": [{"id": "street", "url": str(assets / "video" / "crossing" / "img"), "fps": 5}],
            "gate": OPEN_GATE,
            "rules": [str(rules)],
            "store": {"path": str(tmp_path / "device")},
        },
    )
    central_yaml = write_yaml(central / "askance" / "central.yaml", {"storage": {"path": str(tmp_path / "central")}})
    programs.append(Program(tmp_path / "central.log", "central", "run", "--config", str(central_yaml)))
    programs.append(Program(tmp_path / "edge.log", "edge", "run", "--config", str(edge_yaml)))

    for program in programs:
        program.start()

    def arrived() -> int:
        status = askance("central", "status", "--config", str(central_yaml), "--json")
        if status.returncode:
            return 0
        return int(askance_json("central", "status", "--config", str(central_yaml), "--json")["captures"])

    assert until(lambda: arrived() >= 3, within_s=60), "".join(program.log for program in programs)
    checked = askance("edge", "check", "--config", str(edge_yaml))
    assert "gate-7" in str(askance_json("central", "status", "--config", str(central_yaml), "--json"))
    assert "broker" in checked.stdout
    assert [0, 0] == [program.stop() for program in programs]
