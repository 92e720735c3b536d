"""kill -9 of agent, centre and broker in turn while 200 frames are on their way: 200 in the queue, each once."""

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from chaos.site import OPEN_GATE
from support_broker import Mosquitto
from support_polling import until
from support_programs import Program, askance, askance_json, write_yaml

FRAMES = 200
# Small chunks, one at a time: the transfer has to last until everybody has been killed twice.
SLOWLY = {"chunk": "4KiB", "in_flight_messages": 1, "frames": 2}

EVERY_FRAME = """
version: 1
rules:
  - id: everything
    when: {random: {probability: 1.0}}
"""


@pytest.fixture
def folder_of_frames(assets: Path, tmp_path: Path) -> Path:
    """Two hundred real photos."""
    folder = tmp_path / "photos"
    folder.mkdir()
    photos = sorted((assets / "images" / "coco128" / "images").glob("*/*.jpg"))[:FRAMES]
    for number, photo in enumerate(photos):
        shutil.copy(photo, folder / f"{number:04}.jpg")
    assert len(list(folder.iterdir())) == FRAMES
    return folder


@pytest.fixture
def programs(folder_of_frames: Path, tmp_path: Path, mosquitto: Mosquitto) -> Iterator[tuple[Program, Program]]:
    """Agent and centre, not started."""
    broker = {"port": mosquitto.port}
    rules = tmp_path / "rules.yaml"
    rules.write_text(EVERY_FRAME)
    edge = write_yaml(
        tmp_path / "edge.yaml",
        {
            "device": {"id": "killed-camera"},
            "cameras": [{"id": "photos", "url": str(folder_of_frames)}],
            "gate": OPEN_GATE,
            "rules": [str(rules)],
            "store": {"path": str(tmp_path / "device")},
            "sync": {"ack_timeout": "1s", "reconnect_max": "1s", **SLOWLY},
            "broker": broker,
        },
    )
    central = write_yaml(tmp_path / "central.yaml", {"storage": {"path": str(tmp_path / "central")}, "broker": broker})
    agent = Program(tmp_path / "edge.log", "edge", "run", "--config", str(edge), "--until-delivered")
    centre = Program(tmp_path / "central.log", "central", "run", "--config", str(central))
    yield agent, centre
    agent.kill()
    centre.kill()


@pytest.mark.timeout(480)
def test_every_frame_arrives_once_whoever_is_killed(
    programs: tuple[Program, Program], tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """The frames are captured first, so that each of the kills falls into the transfer."""
    agent, centre = programs
    edge_config, central_config = str(tmp_path / "edge.yaml"), str(tmp_path / "central.yaml")
    agent.start()  # nobody is there to send to: the agent captures and waits
    assert until(lambda: _captured(edge_config) == FRAMES, within_s=180), agent.log
    agent.kill()
    # From here on the camera has nothing more to show: a second pass over the photos would capture them again.
    for photo in sorted((tmp_path / "photos").iterdir())[1:]:
        photo.unlink()
    write_yaml(
        tmp_path / "rules.yaml", {"version": 1, "rules": [{"id": "nothing", "when": {"random": {"rate": "1/day"}}}]}
    )

    mosquitto.start()
    centre.start()
    agent.start()
    received = 0
    for kill_and_restart in (agent.restart, centre.restart, mosquitto.kill_and_restart) * 2:
        assert until(partial(_more_than, received, config=central_config), within_s=60), agent.log + centre.log
        received = _received(central_config)
        assert received < FRAMES, "the transfer was over before the kill"
        kill_and_restart()
    assert 0 == agent.wait(120), agent.log

    status = askance_json("central", "status", "--config", central_config, "--json")
    queue = askance_json("queue", "ls", "--config", central_config, "--limit", "1000", "--json")
    ledgers = askance_json("edge", "status", "--config", edge_config, "--json")["ledgers"]
    assert FRAMES == status["captures"]
    assert FRAMES == len(queue)
    assert FRAMES == len({task["frame_id"] for task in queue})
    assert [(FRAMES, FRAMES, 0)] == [(one["captured"], one["stored"], one["pending"]) for one in ledgers]
    assert 0 == status["unaccounted"]
    assert 0 == centre.stop()


def _more_than(seen: int, *, config: str) -> bool:
    return _received(config) > seen


def _captured(config: str) -> int:
    done = askance("edge", "status", "--config", config, "--json")  # fails until the store has been made
    return 0 if done.returncode else sum(ledger["captured"] for ledger in json.loads(done.stdout)["ledgers"])


def _received(config: str) -> int:
    done = askance("central", "status", "--config", config, "--json")  # fails until the catalog has been made
    return 0 if done.returncode else int(json.loads(done.stdout)["captures"])
