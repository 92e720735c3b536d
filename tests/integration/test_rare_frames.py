"""Who stays in place is followed however rare frames are, and whoever may be another is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.edge.attention import GateSection
from askance.edge.detect.panel import Panel
from askance.edge.stages import Begun
from askance.edge.store import Store
from askance.edge.track import TrackMemory, follow
from askance.edge.values import Image
from askance.labels import LabelMap
from support_follow import FRAME_NS, SECOND_NS, ids, person, seen
from support_pipeline import CAMERA, Built, frame
from support_store import open_store

FOLLOWED = "version: 1\nrules: [{id: a, when: {near_threshold: {classes: [person], from: 0.5, to: 0.99}}, %s}]\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


@pytest.mark.parametrize("every_ns", [2 * SECOND_NS, 10 * SECOND_NS, 100 * SECOND_NS])
def test_what_stays_in_its_place_is_followed_however_rare_frames_are(every_ns: int) -> None:
    steps = np.random.default_rng(3).normal(0, 2, 12)

    assert [[0]] * 12 == ids([seen(person(100 + step)) for step in steps], every_ns=every_ns)


def test_who_moves_on_between_rare_frames_is_another() -> None:
    """Half its width farther on, a second later it is the same, and after more than that it may be anybody."""
    assert [[0], [0]] == ids([seen(person(0)), seen(person(20))], every_ns=SECOND_NS)
    assert [[0], [1]] == ids([seen(person(0)), seen(person(20))], every_ns=SECOND_NS + 1)


def test_no_motion_is_expected_to_go_on_for_longer_than_a_second() -> None:
    """It walked at 40 pixels a second and stood still when nobody looked: not far from where it was seen last."""
    memory = TrackMemory()
    for number in range(10):
        memory, _ = follow(memory, seen(person(8.0 * number)), at_ns=number * FRAME_NS)
    far = []
    for number in (1, 2):
        memory, _ = follow(memory, seen(), at_ns=9 * FRAME_NS + 20 * number * SECOND_NS)
        (track,) = memory.tracks
        far.append(float(track.place[0]))

    assert [20 + 72 + 40] * 2 == pytest.approx(far, abs=3)


def test_time_in_which_nothing_moved_takes_nobody_away() -> None:
    """It walked, and then the gate held frames back for ten minutes, because nothing moved."""
    memory = TrackMemory()
    for number in range(10):
        memory, _ = follow(memory, seen(person(8.0 * number)), at_ns=number * FRAME_NS)
    later_ns = 600 * SECOND_NS
    _, tracks = follow(replace(memory, at_ns=later_ns), seen(person(72)), at_ns=later_ns + FRAME_NS)
    _, others = follow(memory, seen(person(72)), at_ns=later_ns + FRAME_NS)

    assert ([0], [1]) == (tracks.tolist(), others.tolist())


def test_a_pause_for_tracks_holds_at_half_a_frame_a_second(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    rules = FOLLOWED % "cooldown: {track: 1h}"
    built = Built(store, panel, labels=labels, rules=rules, folder=tmp_path)
    for number in range(5):
        begun = built.pipeline.begin(frame(photo, 1 + number * 2))
        assert isinstance(begun, Begun)
        built.pipeline.finish(begun)
    built.pipeline.flush(CAMERA)

    assert (1, 4) == (built.counts()["kept"], built.counts()["rules.cooldown"])


def test_who_was_there_before_nothing_moved_for_long_is_there_after(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    """Ten minutes, in which the gate holds all frames back; then a corner of the picture changes."""
    changed = photo.copy()
    changed[:60, :60] ^= 128
    gate = GateSection(motion=0.001, at_least=None, frozen=None)
    rules = FOLLOWED % "cooldown: {track: 1h}"
    built = Built(store, panel, labels=labels, rules=rules, folder=tmp_path, gate=gate)
    for image, at in ((photo, 1), *((photo, 10 * number) for number in range(1, 61)), (changed, 600.2)):
        begun = built.pipeline.begin(frame(image, at))
        if isinstance(begun, Begun):
            built.pipeline.finish(begun)
    built.pipeline.flush(CAMERA)

    assert (60, 1, 1) == tuple(built.counts()[name] for name in ("gate.still", "kept", "rules.cooldown"))


def test_another_scene_says_nothing_of_the_one_before(
    store: Store, panel: Panel, labels: LabelMap, photo: Image, tmp_path: Path
) -> None:
    """What waits is decided on at the cut, and people who stand where others stood are others."""
    other = np.asarray(cv2.bitwise_not(cv2.flip(photo, 0)), np.uint8)
    rules = FOLLOWED % "cooldown: {track: 1h}"
    built = Built(store, panel, labels=labels, rules=rules, folder=tmp_path)
    ends = [
        built.pipeline.finish(begun)
        for number, image in enumerate((photo, photo, other, photo))
        if isinstance(begun := built.pipeline.begin(frame(image, 1 + number / 10)), Begun)
    ]
    built.pipeline.flush(CAMERA)

    assert [0, 0, 2, 1] == [len(end) for end in ends]
    assert (2, 1) == (built.counts()["kept"], built.counts()["rules.cooldown"])
