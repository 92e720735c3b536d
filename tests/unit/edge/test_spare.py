"""Live frames that wait are looked at again while nothing else is to do, and never for more than the share."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from askance.edge.config import SecondLookSection
from askance.edge.decided import Unobserved
from askance.edge.decider import Decider
from askance.edge.detect.again import Looking, SecondLook
from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.pipeline import Pipeline
from askance.edge.spare import SAVED_S, Spare
from askance.edge.stages import Begun, Looked
from askance.edge.values import Drop, Image
from askance.edge.view import alone
from askance.labels import LabelMap
from support_pipeline import SECOND, Built, frame
from support_polling import until
from support_scenes import SHARP
from support_store import open_store

BEST = """version: 1
rules:
  - id: best
    when: {any: [{near_threshold: {classes: [person], from: 0.05, to: 0.99}}, {second_look: {at_least: 0.9}}]}
    slot: 30s
"""


class Clock:
    """Goes on when it is told to, and with every forward pass, which takes ``passing_s``."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.passing_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, step = Clock(), Looking.step

    def slow(looking: Looking) -> None:
        step(looking)
        clock.now_s += clock.passing_s

    monkeypatch.setattr(Looking, "step", slow)
    return clock


@pytest.fixture
def second(panel: Panel, lane: Lane) -> SecondLook:
    return SecondLook(panel.main, SecondLookSection(), lane=lane)


@pytest.fixture
def built(panel: Panel, labels: LabelMap, tmp_path: Path, second: SecondLook) -> Iterator[Built]:
    with open_store(tmp_path / "store") as store:
        made = Built(store, panel, labels=labels, rules=BEST, folder=tmp_path, live=True)
        made.stages = replace(made.stages, second=second)
        yield made


def waiting(built: Built, photo: Image) -> Decider:
    """What decides, with a frame that waits for the end of its slot."""
    decider = Decider(built.stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=Unobserved())
    begun = Begun(built.stages.panel.begin(frame(photo, 1)), SHARP, SECOND)
    seen = built.stages.panel.finish(begun.look)
    assert () == decider.decide(alone(seen.detections, size=(photo.shape[1], photo.shape[0])), Looked(begun, seen))
    return decider


def test_a_pass_at_a_time_until_the_look_is_over(built: Built, photo: Image, second: SecondLook, clock: Clock) -> None:
    decider = waiting(built, photo)
    spare = Spare(decider, second, share=1.0, clock=clock)
    passes = 0
    while decider.suspect() is not None:
        clock.now_s += 1.0
        assert () == spare.use()
        passes += 1

    assert 4 == passes
    assert 1 == built.counts()["second_look"]
    assert () == spare.use()


def test_no_more_than_its_share_is_spent(built: Built, photo: Image, second: SecondLook, clock: Clock) -> None:
    decider = waiting(built, photo)
    spare = Spare(decider, second, share=0.1, clock=clock)
    begun_s = clock.now_s
    clock.passing_s = 0.5
    while decider.suspect() is not None:
        clock.now_s += 0.05
        spare.use()

    assert 4 * clock.passing_s <= 0.1 * (clock.now_s - begun_s) + clock.passing_s


def test_time_is_saved_up_only_so_far(built: Built, photo: Image, second: SecondLook, clock: Clock) -> None:
    spare = Spare(waiting(built, photo), second, share=0.01, clock=clock)
    clock.now_s += 1000 * SAVED_S
    begun_s, clock.passing_s = clock.now_s, SAVED_S

    for _ in range(20):
        spare.use()

    assert 2 * clock.passing_s == clock.now_s - begun_s


def test_a_look_that_its_frame_did_not_wait_for_changes_nothing(
    built: Built, photo: Image, second: SecondLook, clock: Clock
) -> None:
    decider = waiting(built, photo)
    spare = Spare(decider, second, share=1.0, clock=clock)
    clock.now_s += 1
    spare.use()
    (kept,) = decider.flush()
    clock.passing_s, before_s = 0.5, clock.now_s

    for _ in range(3):
        clock.now_s += 1
        assert () == spare.use()

    assert not isinstance(kept, Drop)
    assert "second_look" not in built.counts()
    assert 3.0 == clock.now_s - before_s, "no pass is run for a frame that has left"


def test_the_pipeline_looks_again_while_no_frame_comes_and_ends_what_is_over(built: Built, photo: Image) -> None:
    pipeline = Pipeline(
        built.stages, built.health, draw=lambda: 0.5, now_ns=0, kept=lambda: None, observer=Unobserved()
    )
    begun = pipeline.begin(frame(photo, 1))
    assert isinstance(begun, Begun)
    pipeline.finish(begun)

    assert until(lambda: pipeline.idle(2 * SECOND) == () and "second_look" in built.counts())
    (kept,) = pipeline.idle(31 * SECOND)

    assert not isinstance(kept, Drop)
