"""`askance central`: what it holds, in words and as JSON."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from askance.central import daemon
from askance.central.batch import Letter
from askance.central.config import CentralConfig
from askance.cli.central import central
from askance.wire.codec import dump_json
from askance.wire.receipts import Ledger, Status
from askance.wire.topics import Up
from support_central import DEVICE, make_envelope, open_intake, topic


@pytest.fixture
def config(tmp_path: Path) -> Path:
    ledger = Ledger(boot_id="boot-a", captured=4, stored=3, pending=1, evicted={}, quarantined=0)
    status = Status(device=DEVICE, online=True, boot_id="boot-a", ledgers=(ledger,), trouble=("disk full\x1b[2J",))
    open_intake(tmp_path / "centre").take(
        [
            Letter(topic(Up.FRAME), make_envelope(1)),
            Letter(topic(Up.STATUS), dump_json(status)),
            Letter(topic(Up.QUERY), b"{"),
        ]
    )
    path = tmp_path / "central.yaml"
    path.write_text(yaml.safe_dump({"storage": {"path": "centre"}}))
    return path


def test_status_as_json_has_every_count(config: Path) -> None:
    result = CliRunner().invoke(central, ["status", "--config", str(config), "--json"])

    found = json.loads(result.stdout)
    assert (1, 1, {"schema": 1}, 2) == (
        found["captures"],
        found["tasks"]["open"],
        found["dead_letters"],
        found["unaccounted"],
    )
    assert ("camera-1", 1) == (found["devices"][0]["device"], found["devices"][0]["received"])


def test_status_in_words_says_what_is_wrong(config: Path) -> None:
    words = CliRunner().invoke(central, ["status", "--config", str(config)]).stdout

    assert "camera-1: online, captured 4 = stored 3 + pending 1 + evicted 0 + quarantined 0; received 1" in words
    assert r"trouble: disk full\x1b[2J" in words
    assert "dead letters: schema 1" in words
    assert "unaccounted frames: 2" in words


def test_run_hands_the_configuration_to_the_daemon(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[CentralConfig] = []
    monkeypatch.setattr(daemon, "run", ran.append)

    CliRunner().invoke(central, ["run", "--config", str(config)])

    assert [config.parent / "centre"] == [one.storage.path for one in ran]
