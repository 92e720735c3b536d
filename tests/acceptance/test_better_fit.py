"""From what labelers made of frames to a better fit on the device, by the commands that docs/models.md shows."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from askance import shipped
from chaos.site import Site, take_photos
from support_broker import Mosquitto
from support_polling import until
from support_programs import askance, askance_json

PHOTOS = 20
SETTLED = 17
MODEL = "ssdlite-mobilenet-v2-coco"
ON_THE_DEVICE = "/var/lib/askance/models"


@pytest.fixture
def site(tmp_path: Path, assets: Path, mosquitto: Mosquitto) -> Iterator[Site]:
    mosquitto.start()
    made = Site(
        tmp_path,
        mosquitto.port,
        photos=take_photos(assets, tmp_path / "photos", count=PHOTOS),
        sections={"detector": {"model": "own", "models": str(tmp_path / "on-the-device")}},
    )
    yield made
    made.close()


def documented(checkout: Path) -> list[str]:
    """The commands of the section, without their comments."""
    page = (checkout / "docs" / "models.md").read_text()
    section = page.partition("## From the queue to a better fit\n")[2].partition("\n## ")[0]
    return [
        line.partition("  #")[0].strip()
        for line in re.findall(r"^    ((?:askance|scp|systemctl) .+)$", section, re.MULTILINE)
    ]


def listed(site: Site) -> list[Any]:
    """All tasks of the queue; none before there is a catalog."""
    done = askance("queue", "ls", "--config", str(site.central_yaml), "--json")
    return [] if done.returncode else json.loads(done.stdout)


def settle(site: Site, *, count: int) -> None:
    """Correct the most valuable frames: a labeler strikes the first object out, and leaves the others."""
    answer = site.folder / "answer.json"
    for _ in range(count):
        lease = askance_json("queue", "claim", "--config", str(site.central_yaml), "--labeler", "anna", "--json")
        seen = [each for each in lease["task"]["manifest"]["annotations"] if not each["suggested"]]
        drawn = [{key: box[key] for key in ("kind", "label_id", "label", "x", "y", "width", "height")} for box in seen]
        answer.write_text(json.dumps(drawn[1:]))
        config = ("--config", str(site.central_yaml))
        assert 0 == askance("queue", "submit", lease["token"], "--annotations", str(answer), *config).returncode


def test_the_documented_commands_lead_from_the_queue_to_a_better_fit_on_the_device(
    site: Site, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, device = tmp_path / "models" / "own", tmp_path / "on-the-device" / "own"
    shutil.copytree(shipped.folder("models") / MODEL, own, ignore=shutil.ignore_patterns("errors.yaml"))
    shutil.copytree(own, device)
    for program in site.programs:
        program.start()
    assert until(lambda: len(listed(site)) == PHOTOS, within_s=60), site.agent.log
    assert 0 == site.agent.stop(), site.agent.log
    before = {task["frame_id"] for task in listed(site)}
    settle(site, count=SETTLED)
    monkeypatch.chdir(tmp_path)

    export, fit, check, copy, look, restart = documented(checkout)
    said = []
    for command in (export, fit, check):
        done = askance(*shlex.split(command)[1:])
        assert 0 == done.returncode, done.stderr
        said.append(done.stdout)
    assert f"scp -r models/own gate-7:{ON_THE_DEVICE}/" == copy
    shutil.copytree(own, device, dirs_exist_ok=True)
    assert re.search("^ok +model own ", askance(*shlex.split(look)[1:]).stdout, re.MULTILINE)
    assert restart.startswith("systemctl restart")
    site.agent.start()

    assert said[1].startswith(f"fitted on {SETTLED} photos of images, ")
    assert f"left out: {PHOTOS - SETTLED} photos" in said[1]
    assert re.search("^error_model +of this file", said[2], re.MULTILINE)
    assert re.search("^calibration +of this file", said[2], re.MULTILINE)
    assert until(lambda: len(listed(site)) > PHOTOS, within_s=60), site.agent.log
    new = next(task["frame_id"] for task in listed(site) if task["frame_id"] not in before)
    manifest = askance_json("queue", "show", new, "--config", str(site.central_yaml), "--json")["manifest"]
    assert all(each["calibrated_score"] is not None for each in manifest["annotations"])
    assert manifest["annotations"], "the first photos show something"
    assert "error model" not in site.agent.log
