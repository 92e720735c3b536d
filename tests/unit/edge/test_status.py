"""What the agent says of itself, also when its store cannot be read."""

from pathlib import Path

from askance.edge.health import Health
from askance.edge.status import MOST_COUNTERS, report
from askance.wire.receipts import RuleTally
from support_store import DEVICE, open_store


def test_counts_gauges_and_trouble_are_said(tmp_path: Path) -> None:
    health = Health()
    health.count("seen", 3)
    health.trouble("detector", "it is " + "very " * 100 + "ill")
    rules = {"people": RuleTally(matched=3, kept=1, refused={"cooldown": 2})}
    with open_store(tmp_path) as store:
        status = report(DEVICE, store, online=False, boot_id="boot", health=health, gauges={"streams": 2}, rules=rules)

    assert not status.online
    assert ({"seen": 3, "streams": 2}, rules) == (status.counters, status.rules)
    (trouble,) = status.trouble
    assert trouble.startswith("detector: it is very")
    assert len(trouble) == 240


def test_more_counts_than_a_message_takes_are_left_out(tmp_path: Path) -> None:
    health = Health()
    for number in range(2 * MOST_COUNTERS):
        health.count(f"reason.{number}")
    with open_store(tmp_path) as store:
        status = report(DEVICE, store, online=True, boot_id="boot", health=health, gauges={"streams": 2}, rules={})

    assert MOST_COUNTERS == len(status.counters)
    assert 2 == status.counters["streams"]
