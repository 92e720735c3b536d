"""Trouble while the agent runs: it says so, loses nothing, and goes on as soon as it can."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chaos.site import OPEN_GATE
from support_broker import Mosquitto, free_port
from support_camera import HttpCamera
from support_polling import until
from support_programs import Program, askance, askance_json, edge_config, refused, write_yaml


@pytest.fixture
def crossing(assets: Path) -> str:
    """A folder of 120 street-camera frames."""
    return str(assets / "video" / "crossing" / "img")


EVERYTHING = "version: 1\nrules:\n  - {id: all, when: {random: {probability: 1.0}}}\n"


@pytest.fixture
def eager(tmp_path: Path, crossing: str) -> Mapping[str, Any]:
    """Sections that keep every frame of a real folder."""
    rules = tmp_path / "everything.yaml"
    rules.write_text(EVERYTHING)
    return {"cameras": [{"id": "street", "url": crossing}], "rules": [str(rules)], "gate": {"motion": 0.0}}


@pytest.fixture
def agents() -> Iterator[list[Program]]:
    """Agents that a test starts; none survives it."""
    started: list[Program] = []
    yield started
    for agent in started:
        agent.kill()


def start_agent(agents: list[Program], tmp_path: Path, config: Path) -> Program:
    agent = Program(tmp_path / f"agent-{len(agents)}.log", "edge", "run", "--config", str(config))
    agents.append(agent)
    agent.start()
    return agent


def pending(config: Path) -> int:
    done = askance("edge", "status", "--config", str(config), "--json")
    return (
        0
        if done.returncode
        else askance_json("edge", "status", "--config", str(config), "--json")["counts"].get("pending", 0)
    )


def test_broker_away_the_agent_goes_on_capturing_and_says_so(
    tmp_path: Path, eager: Mapping[str, Any], agents: list[Program]
) -> None:
    config = edge_config(tmp_path, **eager)

    agent = start_agent(agents, tmp_path, config)

    assert until(lambda: pending(config) > 20, within_s=60), agent.log
    assert until(lambda: "cannot reach the broker" in agent.log, within_s=10), agent.log
    assert agent.running
    assert 0 == agent.stop()


def test_broker_refuses_the_login(
    tmp_path: Path, eager: Mapping[str, Any], agents: list[Program], mosquitto: Mosquitto
) -> None:
    mosquitto.start("allow_anonymous false")
    config = edge_config(tmp_path, **{**eager, "broker": {"port": mosquitto.port}})

    checked = askance("edge", "check", "--config", str(config))
    agent = start_agent(agents, tmp_path, config)

    assert os.EX_NOPERM == checked.returncode, checked.stdout
    assert "refuses us" in checked.stdout
    assert "broker.username" in checked.stdout
    assert until(lambda: "refused" in agent.log and pending(config) > 0, within_s=60), agent.log
    assert 0 == agent.stop()


def test_second_agent_on_the_same_store(tmp_path: Path, eager: Mapping[str, Any], agents: list[Program]) -> None:
    config = edge_config(tmp_path, **eager)
    first = start_agent(agents, tmp_path, config)
    assert until(lambda: pending(config) > 0, within_s=60), first.log

    done = askance("edge", "run", "--config", str(config))

    refused(done, code=os.EX_TEMPFAIL, says=[str(tmp_path / "device")], hints=["store.path"])
    assert first.running


def test_truncated_jpeg_is_counted_and_the_others_are_kept(
    tmp_path: Path, crossing: str, eager: Mapping[str, Any], agents: list[Program]
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(1, 6):
        whole = (Path(crossing) / f"{number:04}.jpg").read_bytes()
        (folder / f"{number}.jpg").write_bytes(whole[: len(whole) // 2] if number == 3 else whole)
    config = edge_config(tmp_path, **{**eager, "cameras": [{"id": "street", "url": str(folder)}]})

    agent = start_agent(agents, tmp_path, config)

    assert until(lambda: pending(config) == 4, within_s=60), agent.log
    assert until(lambda: "3.jpg" in agent.log, within_s=10), agent.log
    assert 0 == agent.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for the store's ballast and 2 MiB more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("a small file system needs root and mount")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_full_disk_stops_capturing_says_so_and_recovers_without_a_restart(
    tmp_path: Path, small_disk: Path, eager: Mapping[str, Any], agents: list[Program], mosquitto: Mosquitto
) -> None:
    """The disk fills while the centre is away; then the centre takes the frames, and there is room for new ones."""
    broker = {"port": mosquitto.port}
    mosquitto.start()
    with HttpCamera() as camera:
        camera.size = (1280, 960)
        config = edge_config(
            tmp_path,
            **{
                **eager,
                "cameras": [{"id": "live", "url": camera.url}],
                "gate": OPEN_GATE,
                "governor": {"cpu": None},  # a busy test machine is no reason to fill the disk more slowly
                "store": {"path": str(small_disk / "device"), "min_free": 0},
                "sync": {"ack_timeout": "1s"},
                "broker": broker,
            },
        )
        agent = start_agent(agents, tmp_path, config)
        assert until(lambda: "WARNING store: " in agent.log, within_s=60), agent.log
        held = pending(config)
        assert held > 0
        assert agent.running

        central = write_yaml(tmp_path / "central.yaml", {"storage": {"path": str(tmp_path / "c")}, "broker": broker})
        centre = Program(tmp_path / "central.log", "central", "run", "--config", str(central))
        agents.append(centre)
        centre.start()

        assert until(lambda: "store: well again" in agent.log, within_s=60), agent.log + centre.log
        status = ["central", "status", "--config", str(central), "--json"]
        assert until(lambda: askance_json(*status)["captures"] > held, within_s=60), agent.log + centre.log
        assert agent.running
        assert 0 == agent.stop()


def test_a_centre_whose_broker_is_away_says_so(tmp_path: Path, agents: list[Program]) -> None:
    broker = {"port": free_port()}
    central = write_yaml(tmp_path / "central.yaml", {"storage": {"path": str(tmp_path / "c")}, "broker": broker})
    centre = Program(tmp_path / "central.log", "central", "run", "--config", str(central))
    agents.append(centre)

    centre.start()

    assert until(lambda: "cannot reach the broker" in centre.log, within_s=30), centre.log
    assert 0 == centre.stop()


def test_a_device_that_may_not_speak_under_its_name_says_so(
    tmp_path: Path, eager: Mapping[str, Any], agents: list[Program], mosquitto: Mosquitto
) -> None:
    """The broker lets it in and listen, and refuses whatever it publishes."""
    acl = tmp_path / "acl"
    acl.write_text("topic read #\n")
    acl.chmod(0o600)
    mosquitto.start(f"acl_file {acl}")
    config = edge_config(tmp_path, **{**eager, "broker": {"port": mosquitto.port}})

    agent = start_agent(agents, tmp_path, config)

    assert until(lambda: "is device.id (tried-camera) its user name," in agent.log, within_s=60), agent.log
    assert pending(config) > 0
    told = askance_json("edge", "status", "--config", str(config), "--json")["trouble"]
    assert "Not authorized" in told["sync"], told
    assert 0 == agent.stop()
