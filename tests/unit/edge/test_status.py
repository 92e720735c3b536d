"""What the agent says of itself, also when its store cannot be read."""

import resource
from pathlib import Path
from typing import Never

import pytest

from askance.edge.health import Health
from askance.edge.status import MOST_COUNTERS, report
from askance.edge.store import Store
from askance.errors import StoreFullError
from askance.wire.identity import CameraId
from askance.wire.receipts import MAX_LAST, RuleTally, RuleWord, Status
from support_control import Room
from support_places import break_folders
from support_store import DEVICE, keep, open_store, sha_of


def test_counts_gauges_and_trouble_are_said(tmp_path: Path) -> None:
    health = Health()
    health.count("seen", 3)
    health.trouble("detector", "it is " + "very " * 100 + "ill")
    rules = {"people": RuleTally(matched=3, kept=1, refused={"cooldown": 2})}
    with open_store(tmp_path) as store:
        status = report(
            DEVICE, store, online=False, boot_id="boot", health=health, gauges={"streams": 2}, rules=rules, last=()
        )

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
        status = report(
            DEVICE, store, online=True, boot_id="boot", health=health, gauges={"streams": 2}, rules={}, last=()
        )

    assert MOST_COUNTERS == len(status.counters)
    assert 2 == status.counters["streams"]


def test_of_the_last_decisions_it_is_said_what_each_rule_did_without_the_sentences(tmp_path: Path) -> None:
    room = Room()
    for index in range(MAX_LAST + 4):
        room.decide(9.0 if index else 3.0, camera=CameraId(f"camera-{index}"), index=index)
    with open_store(tmp_path) as store:
        last = room.decisions.latest()
        status = report(DEVICE, store, online=True, boot_id="b", health=Health(), gauges={}, rules={}, last=last)

    assert status.last is not None
    assert MAX_LAST == len(status.last)
    dropped, kept = status.last[CameraId("camera-0")], status.last[CameraId("camera-1")]
    assert ("rules.no_match", "kept", 0, 1) == (dropped.ended, kept.ended, dropped.index, kept.index)
    assert {
        "fast": RuleWord(outcome="paid", value=0.5, clause="signal"),
        "button": RuleWord(outcome="no_match", value=0.5, clause="manual"),
    } == kept.rules


def test_a_disk_that_takes_no_receipt_is_trouble_until_it_does(tmp_path: Path) -> None:
    def said() -> tuple[str, ...]:
        return report(DEVICE, store, online=True, boot_id="boot", health=health, gauges={}, rules={}, last=()).trouble

    health = Health()
    with open_store(tmp_path) as store:
        frame_id = keep(store)
        sha = sha_of(store, frame_id)
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, limit[1]))
        try:
            assert store.deliver(frame_id, sha)
            assert [] == store.due(9, exclude=())
            (trouble,) = said()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)

        assert trouble.startswith("receipts: cannot note a receipt")
        assert () == said()
        assert {"delivered": 1} == store.usage().counts


def test_ledgers_that_cannot_be_read_are_trouble_until_they_can(tmp_path: Path) -> None:
    def said() -> Status:
        return report(DEVICE, store, online=True, boot_id="boot", health=health, gauges={}, rules={}, last=())

    health = Health()
    with open_store(tmp_path) as store, pytest.MonkeyPatch.context() as broken:
        keep(store)
        broken.setattr(Store, "ledgers", failing)
        without = said()
        broken.undo()
        whole = said()

    assert (("ledgers: no space left",), ()) == (without.trouble, without.ledgers)
    assert ((), 1) == (whole.trouble, len(whole.ledgers))


def test_a_folder_that_the_disk_does_not_list_is_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(tmp_path) as store:
        frame_id = keep(store)
    break_folders(monkeypatch, tmp_path / "frames" / frame_id[-2:].lower())
    with open_store(tmp_path) as store:
        status = report(DEVICE, store, online=True, boot_id="boot", health=Health(), gauges={}, rules={}, last=())

    (trouble,) = status.trouble
    assert trouble.startswith("folders: the disk does not list 1 of")
    assert [1] == [ledger.pending for ledger in status.ledgers]


def failing(_store: Store) -> Never:
    raise StoreFullError("no space left")
