"""`askance edge`: check, status and requeue, as a user types them."""

import json
import os
from pathlib import Path

import pytest

from support_broker import free_port
from support_programs import askance, askance_json, write_yaml
from support_store import keep, open_store


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


def test_requeue_takes_one_frame_or_all_out_of_quarantine(config: str, tmp_path: Path) -> None:
    with open_store(tmp_path / "device") as store:
        frames = [keep(store) for _ in range(3)]
        for frame in frames:
            store.quarantine(frame, "schema")

    assert "queued again: 1\n" == askance("edge", "requeue", frames[0], "--config", config).stdout
    assert "queued again: 2\n" == askance("edge", "requeue", "--config", config).stdout
    with open_store(tmp_path / "device") as store:
        assert set(frames) == {due.frame_id for due in store.due(9, exclude=())}


def test_requeue_says_why_it_cannot(config: str, tmp_path: Path) -> None:
    missing = askance("edge", "requeue", "--config", config)
    assert (os.EX_IOERR, False) == (missing.returncode, (tmp_path / "device").exists())

    with open_store(tmp_path / "device") as store:
        frame = keep(store)
        busy = askance("edge", "requeue", "--config", config)
    assert os.EX_TEMPFAIL == busy.returncode
    assert "another agent holds the store" in busy.stderr
    assert "requeue while pending" in askance("edge", "requeue", frame, "--config", config).stderr
    unknown = askance("edge", "requeue", "0" * 26, "--config", config)
    assert (os.EX_IOERR, True) == (unknown.returncode, "does not hold this frame" in unknown.stderr)
