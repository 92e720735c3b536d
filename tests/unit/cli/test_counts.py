"""`askance queue counts`: what people have labelled so far, in a file that a device takes."""

import json
import secrets
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from askance.central.batch import Letter
from askance.central.config import QueueSection
from askance.central.queue import Queue
from askance.central.schema import create_catalog
from askance.central.tasks import accepted
from askance.cli.centre import UnwritableError
from askance.cli.counts import counts
from askance.edge.label_counts import read_label_counts
from askance.wire.topics import Up
from support_central import Clock, make_envelope, open_intake, topic
from support_replay import coco


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A centre that has three frames with a person each, two of them done."""
    folder = tmp_path / "centre"
    open_intake(folder).take([Letter(topic(Up.FRAME), make_envelope(number)) for number in (1, 2, 3)])
    connection = create_catalog(folder)
    work = Queue(connection, QueueSection(), clock=Clock(), mint=lambda: secrets.token_hex(4))
    for _ in range(2):
        lease = work.claim("ana")
        assert lease is not None
        work.submit(lease.token, accepted(lease.task.manifest), seconds=None)
    connection.close()
    path = tmp_path / "central.yaml"
    path.write_text(yaml.safe_dump({"storage": {"path": str(folder)}}))
    return path


def test_the_file_is_what_a_device_reads(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "counts.json"

    done = CliRunner().invoke(counts, ["--config", str(config), "--out", str(out)])

    assert (0, f"{out}\n") == (done.exit_code, done.output)
    assert {"person": 2} == json.loads(out.read_text())
    assert {coco().resolve("person").id: 2} == read_label_counts(out, coco())


def test_a_file_that_cannot_be_written_is_told(config: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(counts, ["--config", str(config), "--out", str(tmp_path / "none" / "counts.json")])

    assert UnwritableError.exit_code == done.exit_code
    assert "name a place that you may write with `--out`" in done.output
