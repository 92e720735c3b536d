"""An agent that runs is spoken to: its rules change under it, and it says why."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from askance.edge.config import StoreSection
from askance.edge.control.address import NAME
from askance.edge.control.client import ask
from askance.edge.control.messages import AskWhy, Capture, Reasons, Request
from askance.edge.store import Store
from askance.errors import ControlError
from askance.wire.capture import Role
from askance.wire.identity import DeviceId
from support_camera import HttpCamera
from support_polling import until
from support_programs import Program, askance, askance_json, edge_config
from support_waiting import manifests

# a grey camera is never white, and every frame is worth the same: the first ones are kept, up to the budget
DIM = "  - {id: dim, when: {quality: {brightness_below: 1.0}}, value: {weights: {quality: 0}}, budget: {frames: 2/h}}\n"
GREY = DIM.replace("id: dim", "id: grey").replace("2/h", "1/h")
HEAD = "version: 1\nrules:\n"
OPEN_GATE = {"motion": 0.0, "sharpness": 0.0, "darkest": 0.0, "brightest": 1.0}


class Running:
    """An agent with a live camera, and its rule file."""

    def __init__(self, folder: Path, camera: HttpCamera) -> None:
        self.store, self.rules = folder / "device", folder / "rules.yaml"
        self.rules.write_text(HEAD + DIM)
        sections: Mapping[str, Any] = {
            "cameras": [{"id": "live", "url": camera.url}],
            "rules": [str(self.rules)],
            "gate": OPEN_GATE,
            "governor": {"cpu": None, "temperature": None},
        }
        self.config = edge_config(folder, **sections)
        self.program = Program(folder / "agent.log", "edge", "run", "--config", str(self.config))

    @property
    def log(self) -> str:
        return self.program.log

    def why(self) -> Reasons | None:
        """What it says of its decisions; None while it says nothing."""
        try:
            return ask(self.store, Request(why=AskWhy(last=1))).why
        except ControlError:
            return None

    def outcomes(self, rule: str) -> dict[str, int]:
        """What came of a rule so far."""
        reasons = self.why()
        if reasons is None or rule not in reasons.rules:
            return {}
        tally = reasons.rules[rule]
        return {"matched": tally.matched, "kept": tally.kept, **tally.refused}

    def spent(self, rule: str, frames: int) -> bool:
        """Whether a rule has kept so many frames, and then been refused more for its budget."""
        outcomes = self.outcomes(rule)
        return outcomes.get("kept") == frames and outcomes.get("budget_frames", 0) > 0

    def has_kept(self, rule: str, frames: int) -> bool:
        """Whether a rule has kept so many frames."""
        return self.outcomes(rule).get("kept") == frames

    def kept(self) -> AbstractContextManager[Store]:
        """Open its store, once it has stopped."""
        section = StoreSection(path=self.store)
        return Store.open(section, device=DeviceId("tried-camera"), boot_id="later", randomness=os.urandom)

    def captured(self) -> int:
        (ledger,) = askance_json("edge", "status", "--config", str(self.config), "--json")["ledgers"]
        captured: int = ledger["captured"]
        return captured


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """An agent that is started by the test, and does not survive it."""
    with HttpCamera(fps=10) as camera:
        agent = Running(tmp_path, camera)
        agent.program.start()
        yield agent
        agent.program.kill()


def test_rules_change_under_a_running_agent_and_what_they_have_spent_is_not_forgotten(running: Running) -> None:
    assert until(lambda: running.spent("dim", 2), within_s=60), running.log

    running.rules.write_text(HEAD + GREY + DIM.replace("brightness_below", "brightnes_below"))
    wrong = f"rules: {running.rules}:4: unknown key: rules[1].when.quality.brightnes_below; did you mean"
    assert until(lambda: wrong in running.log, within_s=20), running.log
    before = running.outcomes("dim")["matched"]
    assert until(lambda: running.outcomes("dim")["matched"] > before, within_s=20), running.log
    assert {} == running.outcomes("grey")

    running.rules.write_text(HEAD + GREY + DIM)
    assert until(lambda: running.spent("grey", 1) and running.spent("dim", 2), within_s=20), running.log
    assert until(lambda: "rules: well again" in running.log), running.log
    assert 3 == running.captured()

    running.rules.write_text(HEAD + "  - broken\n")
    running.program.restart()
    assert until(lambda: running.outcomes("grey").get("budget_frames", 0) > 3, within_s=60), running.log
    assert 0 == running.outcomes("grey")["kept"] == running.outcomes("dim")["kept"]
    assert until(lambda: f"rules: {running.rules}:3: " in running.log), running.log
    assert 3 == running.captured()


def test_a_camera_turns_under_a_running_agent_and_its_frames_say_where_it_looked(running: Running) -> None:
    running.rules.write_text(HEAD + "  - {id: button, when: {manual: {}}}\n")
    running.program.restart()
    assert until(lambda: running.outcomes("button"), within_s=60), running.log
    config = ["--config", str(running.config)]

    for number, preset in enumerate(("main road", "yard"), start=1):
        assert f"pose of live: {preset}\n" == askance("edge", "pose", "live", preset, *config).stdout
        askance("edge", "capture", "--note", preset, *config)
        assert until(partial(running.has_kept, "button", number), within_s=20), running.log

    assert "poses: live at yard\n" in askance("edge", "status", *config).stdout
    assert "live at yard #" in askance("edge", "why", "--last", "1", *config).stdout
    assert 0 == running.program.stop()
    with running.kept() as store:
        kept = [(manifest.reasons[0].text, manifest.pose) for manifest in manifests(store)]
    assert {("asked for: main road", "main road"), ("asked for: yard", "yard")} == set(kept)


def test_a_signal_has_the_rules_read_at_once_and_an_ordered_stop_takes_the_socket_away(running: Running) -> None:
    assert until(lambda: running.outcomes("dim").get("kept"), within_s=60), running.log
    assert 0 == (running.store / NAME).stat().st_mode & 0o007

    running.rules.write_text(HEAD + GREY)
    os.kill(running.program.pid, signal.SIGHUP)
    assert until(lambda: running.outcomes("grey"), within_s=20), running.log

    assert 0 == running.program.stop()
    assert not (running.store / NAME).exists()
    with pytest.raises(ControlError, match="no agent runs"):
        ask(running.store, Request(why=AskWhy()))


def test_what_is_told_and_asked_for_decides_what_is_kept(running: Running) -> None:
    running.rules.write_text(
        HEAD
        + "  - {id: fast, when: {all: [{signal: {name: speed, above: 8}}, {manual: {}}]}}\n"
        + "  - {id: button, when: {manual: {}}}\n"
    )
    running.program.restart()
    assert until(running.why, within_s=60), running.log
    assert until(lambda: running.outcomes("button"), within_s=60), running.log

    taken = ask(running.store, Request(capture=Capture(note="the patrol"))).capture
    assert taken is not None
    assert ("fast", "button") == taken.rules
    assert until(lambda: running.outcomes("button").get("kept") == 1, within_s=20), running.log
    assert 0 == running.outcomes("fast")["kept"]

    ask(running.store, Request(readings={"speed": 12.5}, for_=timedelta(minutes=1)))
    ask(running.store, Request(capture=Capture()))
    assert until(lambda: running.outcomes("button").get("kept") == 2, within_s=20), running.log
    assert 1 == running.outcomes("fast")["kept"]
    assert 2 == running.captured()
    found = askance_json("edge", "status", "--config", str(running.config), "--json")["newest"]
    assert any("the patrol" in frame["reason"] for frame in found)


def test_as_much_of_what_led_to_a_frame_is_kept_as_is_asked_for(running: Running) -> None:
    running.rules.write_text(HEAD + "  - {id: button, when: {manual: {}}, context: {before: 5s, every: 100ms}}\n")
    running.program.restart()
    assert until(lambda: (why := running.why()) is not None and sum(why.ends.values()) > 20, within_s=60), running.log

    for number, asked in enumerate(("0s", "1s"), start=1):
        askance("edge", "capture", "--last", asked, "--note", asked, "--config", str(running.config))
        assert until(partial(running.has_kept, "button", number), within_s=20), running.log

    assert 0 == running.program.stop()
    with running.kept() as store:
        kept = manifests(store)
    around = [each.offset_s for each in kept if each.role is Role.CONTEXT]
    assert {"asked for: 0s", "asked for: 1s"} < {each.reasons[0].text for each in kept}
    assert around
    assert all(each is not None and -1.0 <= each < 0.0 for each in around)


def test_a_place_that_cannot_be_is_refused_and_the_agent_goes_on(running: Running) -> None:
    running.rules.write_text(HEAD + "  - {id: pole, when: {geofence: {centre: [90, 11.6], within: 500m}}}\n")
    running.program.restart()
    assert until(lambda: running.outcomes("pole"), within_s=60), running.log
    config = ["--config", str(running.config)]

    refused = askance("edge", "tell", "lat=90.001", "lon=11.6", *config)
    assert os.EX_UNAVAILABLE == refused.returncode
    assert "lat is not between -90 and 90" in refused.stderr
    assert 0 == running.outcomes("pole")["matched"]

    assert 0 == askance("edge", "tell", "lat=90", "lon=11.6", *config).returncode
    assert until(lambda: running.outcomes("pole")["kept"], within_s=20), running.log
