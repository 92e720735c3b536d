"""The agent's parts are built from its configuration, and from what came with the program where it says nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.edge.config import CompanionSection, DetectorSection, EdgeConfig, SyncSection
from askance.edge.detect.lane import Lane
from askance.edge.health import Health
from askance.edge.parts import (
    boot_id,
    build_line,
    build_sync,
    read_companion,
    read_detector,
    read_labels,
    read_lenses,
    read_panel,
    read_policy,
    read_second_look,
    share_the_cores,
)
from askance.edge.shapes import Solid
from askance.edge.sync import Connected, Fetch
from askance.errors import ConfigError, ModelError
from askance.wire.identity import CameraId
from support_models import silent, write_package
from support_scenes import scene


def test_the_defaults_are_what_came_with_the_program() -> None:
    config = EdgeConfig()
    labels = read_labels(config)

    assert "coco-80@2" == labels.tag
    assert "ssdlite-mobilenet-v2-coco" == read_detector(config.detector, labels).info.name
    assert "unsure-people" == read_policy(config, labels).rules[0].id


def test_an_unknown_model_is_refused_with_the_command_that_lists_them() -> None:
    config = EdgeConfig(detector=DetectorSection(model="ssdlite-mobilenet-v2-cocos"))

    with pytest.raises(ModelError) as caught:
        read_detector(config.detector, read_labels(config))

    assert "askance models ls" in str(caught.value.hint)


def test_a_camera_with_a_lens_places_cuboids_in_space_and_in_metres_where_their_height_is_known() -> None:
    lens = {"fx": 800, "fy": 800, "cx": 320, "cy": 240}
    config = EdgeConfig.model_validate({"cameras": [{"id": "a", "url": "0", "lens": lens}, {"id": "b", "url": "1"}]})
    labels = read_labels(config)
    chair = labels.resolve("chair")
    known = labels.model_copy(update={"labels": (chair.model_copy(update={"height": 0.9}),)})
    corners = np.add(list(product((-0.2, 0.2), (-0.45, 0.45), (-0.25, 0.25))), (0.1, 0.2, 4.0))
    points = np.concatenate([[[0.1, 0.2, 4.0]], corners])
    solid = Solid(points[:, :2] / points[:, 2:] * 800 + (320, 240))
    seen = replace(scene((chair.id, 0.9)), shapes=(solid,))

    lenses = read_lenses(config, known)

    assert {"a"} == set(lenses)
    shapes = lenses[CameraId("a")](seen).shapes
    assert shapes is not None
    (placed,) = shapes
    assert isinstance(placed, Solid)
    assert placed.placement is not None
    assert placed.placement.metric
    np.testing.assert_allclose(placed.placement.translation, (0.1, 0.2, 4.0), atol=1e-3)
    np.testing.assert_allclose(placed.placement.size, (0.4, 0.9, 0.5), atol=1e-3)


@pytest.fixture
def lane() -> Iterator[Lane]:
    opened = Lane()
    yield opened
    opened.close()


def test_a_companion_that_cannot_be_loaded_is_trouble_and_the_others_are_there(tmp_path: Path, lane: Lane) -> None:
    write_package(tmp_path / "tiny", silent())
    (tmp_path / "torn").mkdir()
    companions = [{"model": name, "models": tmp_path, "every": 2, "probe": False} for name in ("tiny", "torn")]
    config, health = EdgeConfig.model_validate({"companions": companions}), Health()

    panel = read_panel(config, read_labels(config), lane=lane, health=health)

    assert "ssdlite-mobilenet-v2-coco" == panel.info.name
    assert ["companion torn"] == list(health.vitals().trouble)
    assert 1 == health.vitals().counts["companion.unavailable"]
    assert ["tiny"] == [companion.detector.info.name for companion in panel._companions]


def test_models_have_names_of_their_own(lane: Lane) -> None:
    config = EdgeConfig.model_validate({"companions": [{"model": "ssdlite-mobilenet-v2-coco", "every": 2}]})

    with pytest.raises(ConfigError, match="same name"):
        read_panel(config, read_labels(config), lane=lane, health=Health())


def test_a_companion_that_looks_at_an_unknown_label_is_refused_with_the_nearest(tmp_path: Path) -> None:
    config = EdgeConfig()
    section = CompanionSection(model="tiny", models=tmp_path, crops_of=("persom",))

    with pytest.raises(ConfigError, match="persom") as refused:
        read_companion(section, read_labels(config))

    assert "person" in str(refused.value.hint)


def test_labels_that_are_seen_by_their_masks_are_counted(tmp_path: Path, lane: Lane) -> None:
    write_package(tmp_path / "masks", silent(), task="segment")
    companion = {"model": "masks", "models": tmp_path, "every": 2, "probe": False}
    config = EdgeConfig.model_validate({"companions": [companion], "panoptic": True})
    labels = read_labels(config)

    panel = read_panel(config, labels, lane=lane, health=Health())

    assert frozenset(int(labels.resolve(name).id) for name in ("person", "car")) == panel._things


def test_an_expired_rule_is_read_and_known_as_expired(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: old, when: {random: {probability: 0.5}}, expires: 2026-01-01}\n")
    config = EdgeConfig(rules=(rules,))

    policy = read_policy(config, read_labels(config))

    assert (("old",), ()) == (policy.expired(date(2026, 1, 1)), policy.expired(date(2025, 12, 31)))


def test_a_missing_rule_file_is_named(tmp_path: Path) -> None:
    config = EdgeConfig(rules=(tmp_path / "gone.yaml",))

    with pytest.raises(ConfigError, match=r"gone\.yaml"):
        read_policy(config, read_labels(config))


def test_the_boot_has_one_name() -> None:
    assert Path("/proc/sys/kernel/random/boot_id").read_text() == f"{boot_id()}\n"


def test_the_line_is_the_brokers() -> None:
    line = build_line(EdgeConfig())

    assert ("127.0.0.1:1883", False) == (line.address, line.up)


def test_the_sync_machine_begins_with_what_is_due() -> None:
    machine = build_sync(SyncSection(frames=3), keepalive_s=30.0, ceiling=8192)

    assert [Fetch(3, frozenset())] == machine.receive(Connected(None, None), 0.0)


def test_opencv_keeps_to_one_core() -> None:
    threads = cv2.getNumThreads()
    try:
        share_the_cores()
        assert 1 == cv2.getNumThreads()
    finally:
        cv2.setNumThreads(threads)


def test_the_shipped_models_look_again_at_tiles(lane: Lane) -> None:
    config, health = EdgeConfig(), Health()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)

    second = read_second_look(config, labels, panel=panel, lane=lane, health=health)

    assert second is not None
    assert ["tiles"] == list(second.looks)
    assert {} == health.vitals().trouble


def test_nobody_looks_again_where_nobody_wants_it_or_the_model_finds_no_boxes(tmp_path: Path, lane: Lane) -> None:
    write_package(tmp_path / "tags", silent(), task="semantic")
    tiny = DetectorSection(model="tags", models=tmp_path, probe=False)
    configs = [
        EdgeConfig(second_look=None),
        EdgeConfig.model_validate({"second_look": {"tiles": None}}),
        EdgeConfig(detector=tiny),
    ]
    for config in configs:
        labels, health = read_labels(config), Health()
        panel = read_panel(config, labels, lane=lane, health=health)
        assert read_second_look(config, labels, panel=panel, lane=lane, health=health) is None


def test_a_model_that_cannot_look_again_is_trouble_and_the_others_do(tmp_path: Path, lane: Lane) -> None:
    for name, task in (("main", "detect"), ("other", "detect"), ("mask", "semantic")):
        write_package(tmp_path / name, silent(), task=task)
    main = {"model": "main", "models": tmp_path, "probe": False, "floor": 0.1, "report": 0.9}
    wanted = {"models": ["gone", "mask"], "challengers": ["other"]}
    config, health = EdgeConfig.model_validate({"detector": main, "second_look": wanted}), Health()
    labels = read_labels(config)
    panel = read_panel(config, labels, lane=lane, health=health)

    second = read_second_look(config, labels, panel=panel, lane=lane, health=health)

    assert second is not None
    assert ["tiles", "other"] == list(second.looks)
    assert ["second look gone", "second look mask"] == sorted(health.vitals().trouble)
    assert 2 == health.vitals().counts["second_look.unavailable"]
    challenger = second._all[-1].detector.info
    assert (0.1, 0.5) == (challenger.floor, challenger.report)
