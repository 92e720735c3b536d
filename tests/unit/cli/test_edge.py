"""`askance edge`: run, check and status, as a user types them."""

import json
import os
from pathlib import Path

import pytest

from support_broker import free_port
from support_programs import askance, askance_json, write_yaml


@pytest.fixture
def config(tmp_path: Path, assets: Path) -> str:
    content = {
        "cameras": [{"id": "street", "url": str(assets / "video" / "crossing" / "img")}],
        "store": {"path": str(tmp_path / "device")},
        "broker": {"port": free_port()},
    }
    return str(write_yaml(tmp_path / "edge.yaml", content))


def test_status_of_a_store_that_is_not_there_says_who_makes_it(config: str) -> None:
    done = askance("edge", "status", "--config", config)

    assert os.EX_IOERR == done.returncode
    assert "askance edge run" in done.stderr


def test_check_tells_each_part_and_ends_with_the_first_failure(config: str) -> None:
    done = askance("edge", "check", "--config", config, "--json")

    findings = {finding["name"]: finding["verdict"] for finding in json.loads(done.stdout)}
    assert os.EX_TEMPFAIL == done.returncode
    assert {"labels", "rules", "camera street", "store"} <= {
        name for name, verdict in findings.items() if verdict == "ok"
    }
    assert "failed" == findings["broker"]


def test_status_shows_the_ledger_for_people_and_for_programs(config: str, tmp_path: Path) -> None:
    assert os.EX_TEMPFAIL == askance("edge", "check", "--config", config).returncode  # it makes the store

    assert "captured 0 = stored 0 + pending 0" in askance("edge", "status", "--config", config).stdout
    assert 0 == askance_json("edge", "status", "--config", config, "--json")["bytes"]
    assert (tmp_path / "device" / "captures.db").is_file()
