"""Each thing that the agent will need is tried by itself, with a hint where it fails."""

from pathlib import Path

import pytest

from askance.edge.config import CameraSection, EdgeConfig, StoreSection
from askance.edge.preflight import tests as preflight
from askance.errors import BrokerAwayError, BrokerRefusedError, ConfigError, ModelError, SourceError
from askance.sections import BrokerSection
from askance.wire.identity import CameraId
from support_broker import Mosquitto, free_port
from support_camera import HttpCamera
from support_models import silent, write_package


def config(tmp_path: Path, camera: Path, *, port: int) -> EdgeConfig:
    return EdgeConfig(
        cameras=(CameraSection(id=CameraId("street"), url=str(camera)),),
        store=StoreSection(path=tmp_path / "device"),
        broker=BrokerSection(port=port),
    )


def test_on_a_machine_that_is_ready_each_test_says_what_it_found(
    tmp_path: Path, assets: Path, mosquitto: Mosquitto
) -> None:
    mosquitto.start()

    found = {
        name: test() for name, test in preflight(config(tmp_path, assets / "video/bikes.mp4", port=mosquitto.port))
    }

    assert "coco-80@2, 84 labels" == found["labels"]
    assert isinstance(found["rules"], str)
    assert "unsure-people" in found["rules"]
    assert "first frame in" in found["model ssdlite-mobilenet-v2-coco"]
    assert "640 x 272" in found["camera street"]
    assert "0 frames" in found["store"]
    assert str(found["broker"]).endswith("MQTT 5")


def test_a_camera_without_frames_is_named(tmp_path: Path) -> None:
    video = tmp_path / "broken.mp4"
    video.write_bytes(b"no video")
    tests = dict(preflight(config(tmp_path, video, port=free_port())))

    with pytest.raises(SourceError, match=r"broken\.mp4"):
        tests["camera street"]()


def test_counts_of_labels_are_added_up_or_refused(tmp_path: Path) -> None:
    counts = tmp_path / "counts.yaml"
    counts.write_text("person: 20\nbicycle: 2\n")
    tests = dict(preflight(EdgeConfig(label_counts=counts)))

    assert "coco-80@2, 84 labels, 22 objects labelled" == tests["labels"]()
    counts.write_text("persn: 20\n")
    with pytest.raises(ConfigError, match="unknown label"):
        tests["labels"]()


def test_both_streams_of_a_camera_and_every_model_are_tried(tmp_path: Path) -> None:
    write_package(tmp_path / "tiny", silent())
    with HttpCamera() as camera:
        section = {"id": "street", "url": camera.url, "substream": camera.url}
        companion = {"model": "tiny", "models": tmp_path, "every": 2, "probe": False}
        values = {"cameras": [section], "companions": [companion], "store": {"path": tmp_path / "device"}}
        tests = dict(preflight(EdgeConfig.model_validate(values)))

        assert "first frame in" in tests["model tiny"]()
        assert "160 x 120" in tests["camera street"]()
        assert "160 x 120" in tests["main stream of camera street"]()


def test_models_that_look_again_are_tried(tmp_path: Path) -> None:
    write_package(tmp_path / "tiny", silent())
    detector = {"model": "tiny", "models": tmp_path, "probe": False}
    looks = {"models": ["tiny"], "challengers": ["gone"]}
    tests = dict(preflight(EdgeConfig.model_validate({"detector": detector, "second_look": looks})))

    assert "first frame in" in tests["second look tiny"]()
    with pytest.raises(ModelError, match="gone"):
        tests["second look gone"]()


def test_a_broker_that_is_away_and_one_that_refuses_are_told_apart(tmp_path: Path, mosquitto: Mosquitto) -> None:
    away = dict(preflight(config(tmp_path, tmp_path, port=free_port())))
    mosquitto.start("allow_anonymous false")
    refusing = dict(preflight(config(tmp_path, tmp_path, port=mosquitto.port)))

    with pytest.raises(BrokerAwayError):
        away["broker"]()
    with pytest.raises(BrokerRefusedError, match="refuses us"):
        refusing["broker"]()


def test_the_broker_of_readings_is_tried_as_well(tmp_path: Path, mosquitto: Mosquitto) -> None:
    mosquitto.start()
    topics = [{"topic": "vehicle/speed", "reading": "speed"}]
    made = config(tmp_path, tmp_path, port=free_port())
    hearing = made.model_validate(
        made.model_dump() | {"readings": {"broker": {"port": mosquitto.port}, "topics": topics}}
    )

    assert "readings" not in dict(preflight(made))
    assert dict(preflight(hearing))["readings"]() == f"127.0.0.1:{mosquitto.port}, MQTT 5"


def test_rules_that_never_hold_are_told_with_what_to_do(tmp_path: Path) -> None:
    write_package(tmp_path / "tiny", silent())
    rules = tmp_path / "rules.yaml"
    zone = "{camera: gatee, include: [[0, 0], [1, 0], [1, 1]]}"
    when = "{entropy: {classes: [dog], at_least: 0.5}}"
    rules.write_text(f"version: 1\nrules:\n  - id: lost\n    when: {when}\n    zones: [{zone}]\n")
    values = {
        "cameras": [{"id": "gate", "url": "0"}],
        "detector": {"model": "tiny", "models": tmp_path, "probe": False},
        "rules": [rules],
    }
    known = dict(preflight(EdgeConfig.model_validate(values)))["rules"]()
    (tmp_path / "tiny" / "errors.yaml").write_text("sha256: 0")
    unfit = dict(preflight(EdgeConfig.model_validate(values)))["rules"]()
    gone = {**values, "detector": {"model": "gone", "models": tmp_path}}
    unknown = dict(preflight(EdgeConfig.model_validate(gone)))["rules"]()

    dog = f"{rules}:4: rule lost: no model sees dog: it never holds"
    gatee = f"{rules}:5: rule lost: a zone of camera gatee, which is not there"
    keys = "did you mean gate? see `cameras.id`"
    assert f"; error model: {tmp_path / 'tiny' / 'errors.yaml'}:1: " in unfit[0]
    assert unfit[1].endswith(f"{keys}; see `askance models check`")
    assert known == (
        f"lost; {dog}; {gatee}",
        f"take it out, or name a model that sees it with `detector.model`; {keys}",
    )
    assert unknown == (f"lost; not held against the models; {gatee}", keys)
