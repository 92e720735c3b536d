"""The demo's configurations say only what differs from the defaults, and its progress is the device's own word."""

from pathlib import Path

import pytest

from askance import settings
from askance.central.config import CentralConfig
from askance.demo.run import DEVICE, Progress, configure, read_progress, run
from askance.edge.config import EdgeConfig
from askance.errors import AskanceError
from askance.wire.receipts import Ledger, Status


def test_both_configurations_are_valid_and_meet_at_the_broker(tmp_path: Path) -> None:
    edge, central = configure(tmp_path / "clip.mp4", tmp_path, port=12345)

    agent = settings.load(EdgeConfig, edge, environ={})
    centre = settings.load(CentralConfig, central, environ={})
    assert (12345, 12345) == (agent.broker.port, centre.broker.port)
    assert str(tmp_path / "clip.mp4") == agent.cameras[0].url
    assert all(path.is_file() for path in agent.rules)


def test_progress_is_read_from_the_status() -> None:
    ledger = Ledger(boot_id="b", captured=9, stored=4, pending=5, evicted={}, quarantined=0)
    counts = {"seen": 100, "unsure": 20, "kept": 9, "sync.sent_frames": 6}

    assert Progress(seen=100, unsure=20, kept=9, sent=6, received=4) == read_progress(
        Status(device=DEVICE, online=True, ledgers=(ledger,), counters=counts)
    )


def test_a_will_says_nothing_of_the_progress() -> None:
    assert read_progress(Status(device=DEVICE, online=False)) is None


def test_a_program_that_fails_ends_the_demo_with_its_words(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no video")

    with pytest.raises(AskanceError, match="cannot be decoded"):
        run(clip, tmp_path, show=lambda _progress: None)
