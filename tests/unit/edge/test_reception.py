"""What comes to a running agent from outside gets to where it belongs."""

import threading
import time
from functools import partial
from pathlib import Path

import pytest

from askance.edge.config import EdgeConfig
from askance.edge.control.client import ask
from askance.edge.control.messages import AskWhy, Capture, Request
from askance.edge.health import Health
from askance.edge.reception import Reception
from askance.edge.requests import Wish
from askance.edge.rules import Policy
from askance.edge.workers import Pulse, Worker
from askance.errors import ConfigError
from askance.labels import LabelMap
from askance.wire.identity import CameraId
from support_control import heard
from support_polling import until

RULES = "version: 1\nrules:\n  - {id: %s, when: {manual: {}}}\n"
GATE = CameraId("gate")


def config(folder: Path, rules: str) -> EdgeConfig:
    (folder / "rules.yaml").write_text(rules)
    (folder / "device").mkdir(exist_ok=True)
    return EdgeConfig.model_validate(
        {
            "cameras": [{"id": GATE, "url": "0"}],
            "rules": [folder / "rules.yaml"],
            "store": {"path": folder / "device"},
        }
    )


def test_rules_that_change_are_handed_to_all_who_go_by_them(tmp_path: Path, labels: LabelMap) -> None:
    reception = Reception(config(tmp_path, RULES % "button"), labels, health=Health())
    first, second = list[Policy](), list[Policy]()
    config(tmp_path, RULES % "bell")
    reception.rules.reload()

    for now_s in (0.0, 1.0):
        reception.look(now_s, first.append, second.append)

    assert [["bell"]] == [[rule.id for rule in policy.rules] for policy in first]
    assert first == second == [reception.rules.policy]


def test_what_is_said_on_the_socket_is_known_to_the_pipeline(tmp_path: Path, labels: LabelMap) -> None:
    made = config(tmp_path, RULES % "button")
    stop, health = threading.Event(), Health()
    reception = Reception(made, labels, health=health)
    worker = Worker(Pulse("control", stop, health), reception.work["control"])
    worker.start()
    assert until(partial(heard, tmp_path / "device"))

    assert ("speed",) == ask(made.store.path, Request(readings={"speed": 3.0})).told
    taken = ask(made.store.path, Request(capture=Capture(note="the patrol"))).capture
    why = ask(made.store.path, Request(why=AskWhy())).why
    stop.set()
    worker.join(5)

    assert taken is not None
    assert (("gate",), ("button",)) == (taken.cameras, taken.rules)
    assert why is not None
    assert () == why.decisions
    assert {"speed": 3.0} == reception.told.readings(time.monotonic_ns())
    assert Wish("the patrol") == reception.told.asked(GATE)


def test_wrong_rules_and_no_good_ones_end_the_start(tmp_path: Path, labels: LabelMap) -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        Reception(config(tmp_path, "version: 1\nrule: []\n"), labels, health=Health())
