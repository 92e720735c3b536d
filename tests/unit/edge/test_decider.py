"""The best frame of a slot is kept, once it is over; a second look at recordings comes before that."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from askance.edge.config import SecondLookSection
from askance.edge.decided import Around, Decided, Unobserved
from askance.edge.detect.again import SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.expectation import LEAST, Expectation, Hour, from_json, to_json
from askance.edge.pipeline import Pipeline
from askance.edge.rules import load_rules
from askance.edge.store import Store
from askance.edge.values import Drop, Image
from askance.labels import LabelMap
from askance.wire.capture import Manifest, Role
from askance.wire.codec import unpack
from askance.wire.identity import FrameId
from support_pipeline import CAMERA, Built, frame
from support_store import open_store

BEST = """version: 1
rules:
  - id: best
    when: {any: [{near_threshold: {classes: [person], from: 0.05, to: 0.99}}, {second_look: {at_least: 0.9}}]}
    budget: {frames: 60/h}
    slot: 30s
"""
AT_ONCE = """version: 1
rules:
  - {id: now, when: {near_threshold: {classes: [person], from: 0.05, to: 0.99}}}
"""


class Notes(Unobserved):
    """Writes down how frames end."""

    def __init__(self) -> None:
        self.ends: list[FrameId | Drop] = []
        self.decided: list[Decided] = []
        self.around: list[tuple[FrameId | None, FrameId | None, int]] = []

    def end(self, ended: FrameId | Drop) -> None:
        self.ends.append(ended)

    def note(self, decided: Decided) -> None:
        self.decided.append(decided)

    def surround(self, trigger: FrameId | None, around: Around) -> None:
        self.around.append((trigger, around.frame_id, around.objects))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def built(store: Store, panel: Panel, labels: LabelMap, tmp_path: Path) -> Built:
    return Built(store, panel, labels=labels, rules=BEST, folder=tmp_path)


@pytest.fixture
def second(panel: Panel, lane: Lane) -> SecondLook:
    return SecondLook(panel.main, SecondLookSection(), lane=lane)


def observed(built: Built, *, second: SecondLook | None = None) -> tuple[Pipeline, Notes]:
    notes, stages = Notes(), replace(built.stages, second=second)
    return Pipeline(stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=notes), notes


def play(pipeline: Pipeline, *pictures: tuple[float, Image]) -> list[FrameId | Drop]:
    ends: list[FrameId | Drop] = []
    for at_s, picture in pictures:
        begun = pipeline.begin(frame(picture, at_s))
        ends += [begun] if isinstance(begun, Drop) else pipeline.finish(begun)
    return ends


def views(photo: Image) -> tuple[Image, Image, Image]:
    """The photo and two parts of it, which a detector sees differently."""
    height, width = photo.shape[:2]
    return photo, np.ascontiguousarray(photo[:, : width // 2]), np.ascontiguousarray(photo[: height // 2])


def test_frames_wait_for_the_end_of_their_slot_and_the_best_is_kept(built: Built, store: Store, photo: Image) -> None:
    pipeline, notes = observed(built)

    early = play(pipeline, *zip((1, 12, 23), views(photo), strict=True))
    assert [] == store.due(9, exclude=())
    late = play(pipeline, (40, photo))

    kept = [note for note in notes.decided if not isinstance(note.ended, Drop)]
    assert [due.frame_id for due in store.due(9, exclude=())] == [note.ended for note in kept]
    assert [frozenset({"best"})] == [note.payers for note in kept]
    assert kept[0].verdicts[0].value == max(note.verdicts[0].value for note in notes.decided)
    assert {"rules.outdone"} == {end.reason for end in (*early, *late) if isinstance(end, Drop)}
    assert 4 == len(notes.decided)


def test_a_frame_that_waits_is_paid_for_at_the_time_it_was_taken(built: Built, store: Store, photo: Image) -> None:
    pipeline, _ = observed(built)

    play(pipeline, (5, photo), (100, np.zeros_like(photo)))

    ((paid,),) = store.spent().values()
    assert 5 * 10**9 == paid.at_ns


def test_time_passes_also_with_frames_that_show_nothing(built: Built, store: Store, photo: Image) -> None:
    pipeline, _ = observed(built)

    play(pipeline, (1, photo), (20, np.zeros_like(photo)))
    assert [] == store.due(9, exclude=())
    play(pipeline, (31, np.zeros_like(photo)))

    assert 1 == len(store.due(9, exclude=()))


def test_what_waits_is_decided_when_nothing_comes_any_more(built: Built, store: Store, photo: Image) -> None:
    pipeline, notes = observed(built)
    play(pipeline, (1, photo))

    (kept,) = pipeline.flush(CAMERA)

    assert [kept] == notes.ends == [due.frame_id for due in store.due(9, exclude=())]


def test_a_recording_is_looked_at_again_before_its_slot_ends(built: Built, photo: Image, second: SecondLook) -> None:
    pipeline, notes = observed(built, second=second)

    play(pipeline, (1, photo))
    assert "second_look" not in built.counts()
    pipeline.flush(CAMERA)

    assert 1 == built.counts()["second_look"]
    assert not isinstance(notes.decided[0].ended, Drop)


def test_other_rules_are_taken_over_with_the_next_frame_and_what_waits_is_not_lost(
    built: Built, photo: Image, labels: LabelMap, tmp_path: Path
) -> None:
    pipeline, notes = observed(built)
    play(pipeline, (1, photo))
    path = tmp_path / "now.yaml"
    path.write_text(AT_ONCE)

    pipeline.adopt(load_rules((path,), labels=labels))
    assert [] == notes.ends
    play(pipeline, (2, views(photo)[1]))

    assert [frozenset({"best"}), frozenset({"now"})] == [note.payers for note in notes.decided]


AROUND = """version: 1
rules:
  - id: around
    when: {near_threshold: {classes: [person], from: 0.05, to: 0.99}}
    budget: {frames: 60/h, bytes: %s/h}
    cooldown: {rule: 1h}
    context: {before: 2s, after: 2s, every: 1s}
"""


def manifests(store: Store) -> list[Manifest]:
    """What is in the store, in the order of time."""
    found: list[Manifest] = []
    for due in store.due(99, exclude=()):
        envelope = store.read(due.frame_id, 0, length=due.size)
        assert envelope is not None
        found.append(unpack(envelope).manifest)
    return sorted(found, key=lambda manifest: manifest.taken.monotonic_ns)


@pytest.mark.parametrize("slot", ["", "    slot: 3s\n"])
def test_frames_around_a_kept_one_are_kept_with_what_was_seen_in_them(
    store: Store, panel: Panel, labels: LabelMap, tmp_path: Path, photo: Image, *, slot: str
) -> None:
    built = Built(store, panel, labels=labels, rules=AROUND % "9MB" + slot, folder=tmp_path)
    pipeline, notes = observed(built)
    tiles = np.random.default_rng(1).integers(0, 255, (9, 16, 3), np.uint8)  # squares of colour, in which nobody is
    empty = tiles.repeat(80, axis=0).repeat(80, axis=1)

    play(pipeline, *((at_s, photo if at_s == 5 else empty) for at_s in range(12)))

    kept = manifests(store)
    (trigger,) = (manifest for manifest in kept if manifest.role is Role.TRIGGER)
    around = [manifest for manifest in kept if manifest.role is Role.CONTEXT]
    assert [-2.0, -1.0, 1.0, 2.0] == [manifest.offset_s for manifest in around]
    assert {trigger.frame_id} == {manifest.group for manifest in around}
    assert {(trigger.frame_id, manifest.frame_id, 0) for manifest in around} == set(notes.around)
    assert "2.0 s before a frame that around kept" == around[0].reasons[0].text
    assert trigger.annotations != around[0].annotations
    (paid,) = store.spent().values()
    assert [1, 0, 0, 0, 0] == sorted((each.frames for each in paid), reverse=True)
    assert store.usage().bytes <= sum(each.bytes for each in paid)
    assert (4, 1) == (built.counts()["context"], built.counts()["kept"])


def test_what_cannot_be_paid_for_is_left_out_and_counted(
    store: Store, panel: Panel, labels: LabelMap, tmp_path: Path, photo: Image
) -> None:
    built = Built(store, panel, labels=labels, rules=AROUND % "150kB", folder=tmp_path)
    pipeline, _ = observed(built)

    play(pipeline, *((at_s, photo) for at_s in range(4)))

    assert [Role.TRIGGER] == [manifest.role for manifest in manifests(store)]
    assert 2 == built.counts()["context.budget_bytes"]


UNUSUAL = """version: 1
rules:
  - {id: unusual, when: {unexpected_count: {classes: [person], at_least: 0.5}}}
"""


def test_more_people_than_usual_at_this_hour_are_a_reason_and_are_learnt_from(
    store: Store, panel: Panel, labels: LabelMap, tmp_path: Path, photo: Image
) -> None:
    watched = Expectation({22: Hour(LEAST)})  # nobody ever, at the hour of these frames
    store.habits.note({CAMERA: json.dumps(to_json(watched))})
    built = Built(store, panel, labels=labels, rules=UNUSUAL, folder=tmp_path)
    pipeline, _ = observed(built)

    play(pipeline, (1, photo), (2, photo))
    pipeline.flush(CAMERA)

    assert {"unexpected_count"} == {reason.signal for manifest in manifests(store) for reason in manifest.reasons}
    assert "of person, usually 0.0 ± 0.0 at this hour" in manifests(store)[0].reasons[0].text
    learnt = from_json(json.loads(store.habits.read()[CAMERA])).hours[22]
    assert LEAST + 1 == learnt.looks
    assert labels.resolve("person").id in learnt.labels


def test_where_no_rule_asks_for_it_nothing_is_learnt(built: Built, store: Store, photo: Image) -> None:
    pipeline, _ = observed(built)

    play(pipeline, (1, photo))
    pipeline.flush(CAMERA)

    assert {} == store.habits.read()
