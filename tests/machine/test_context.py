"""Frames around those that are kept: each rule gets those that it wants, and pays for them and for no others."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.edge.store import Store
from askance.wire.capture import Manifest, Role
from support_pipeline import SECOND, Built, frame
from support_replay import coco, configured, doubtful_model
from support_store import open_store
from support_waiting import Notes, build, manifests, noise, one_by_one

BOTH = """version: 1
rules:
  - {id: before, when: {random: {probability: 0.5}}, arm: novelty, context: {before: 2s, every: 1s}}
  - {id: after, when: {random: {probability: 0.5}}, arm: novelty, context: {after: 4s, every: 2s}}
  - {id: alone, when: {random: {probability: 0.5}}, arm: novelty}
"""
BESIDE = """version: 1
rules:
  - {id: keeps, when: {random: {probability: 0.3}}, arm: novelty, context: {before: 2s, after: 2s, every: 1s}}
  - {id: watch, when: {random: {probability: 0.6}}, arm: novelty, context: {before: 3s, every: 1s}, mode: count_only}
"""
WAITING = """version: 1
rules:
  - id: best
    when: {near_threshold: {from: 0.2, to: 0.6}}
    slot: 10s
    budget: {frames: 1/h}
    context: {before: 2s, after: 2s, every: 1s}
"""


@pytest.fixture
def panel(tmp_path: Path, lane: Lane) -> Panel:
    """It sees a person at 0.38 in every picture."""
    return Panel(read_detector(configured(doubtful_model(tmp_path / "model")).detector, coco()), (), lane=lane)


def play(store: Store, panel: Panel, folder: Path, *, rules: str, draws: Sequence[float]) -> tuple[Notes, Built]:
    """Show a frame a second, as many as there are draws."""
    drawn = iter(draws)
    pipeline, notes, built = build(store, panel, folder, rules=rules, draw=lambda: next(drawn))
    one_by_one(pipeline, [frame(noise(at_s), at_s) for at_s in range(len(draws))])
    return notes, built


def around(kept: Sequence[Manifest]) -> list[float | None]:
    return [manifest.offset_s for manifest in kept if manifest.role is Role.CONTEXT]


def test_rules_that_keep_the_same_frame_each_get_and_pay_for_what_they_want_around_it(
    panel: Panel, tmp_path: Path
) -> None:
    with open_store(tmp_path / "store") as store:
        notes, _ = play(store, panel, tmp_path, rules=BOTH, draws=[0.1 if at_s == 5 else 0.9 for at_s in range(12)])
        kept = sorted(manifests(store), key=lambda manifest: manifest.taken.monotonic_ns)
        paid = {rule: sorted(each.at_ns // SECOND for each in history) for rule, history in store.spent().items()}
        price = next(each.bytes for each in store.spent()["alone"])

    assert [price] == [one.size for one in notes.decided if one.size is not None], "nobody has asked for the others'"
    assert [-2.0, -1.0, 2.0, 4.0] == around(kept)
    assert {"before": [3, 4, 5], "after": [5, 7, 9], "alone": [5]} == paid
    assert ["before", "before", "after", "after"] == [
        manifest.reasons[0].rule for manifest in kept if manifest.role is Role.CONTEXT
    ]


@pytest.mark.parametrize("counting", [False, True])
def test_frames_that_wait_and_lose_are_there_for_the_one_that_won(
    panel: Panel, tmp_path: Path, *, counting: bool
) -> None:
    rules = WAITING + ("    mode: count_only\n" if counting else "")
    with open_store(tmp_path / "store") as store:
        notes, built = play(store, panel, tmp_path, rules=rules, draws=[0.5] * 9)
        kept = sorted(manifests(store), key=lambda manifest: manifest.taken.monotonic_ns)
        spent = sorted(each.at_ns // SECOND for history in store.spent().values() for each in history)

    (won,) = (at_ns // SECOND for at_ns in notes.taken("best"))
    there = [at_s for at_s in range(won - 2, won + 3) if 0 <= at_s < 9]
    assert there == spent
    if counting:
        assert [] == kept
    else:
        assert [at_s - won for at_s in there if at_s != won] == around(kept)
        assert (1, len(there) - 1) == (built.counts()["kept"], built.counts()["context"])


def test_a_rule_that_only_counts_pays_beside_others_as_if_it_captured_and_nothing_for_what_is_there_for_another_frame(
    panel: Panel, tmp_path: Path
) -> None:
    draws = {5: 0.1, 8: 0.5}  # both keep the first, and the one that counts the second too
    with open_store(tmp_path / "store") as store:
        play(store, panel, tmp_path, rules=BESIDE, draws=[draws.get(at_s, 0.9) for at_s in range(12)])
        paid = {rule: sorted(each.at_ns // SECOND for each in history) for rule, history in store.spent().items()}

    assert {"keeps": [3, 4, 5, 6, 7], "count_only:watch": [2, 3, 4, 5, 8]} == paid
