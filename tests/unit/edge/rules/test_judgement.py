"""A rule matches, weighs the frame, and says what hinders it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from askance.edge.rules.budgets import Limits
from askance.edge.rules.circumstances import Asked, Reading
from askance.edge.rules.conditions import All, Doubt
from askance.edge.rules.context import FrameContext
from askance.edge.rules.decision import decide
from askance.edge.rules.document import RuleId
from askance.edge.rules.memory import Memory
from askance.edge.rules.payment import remember, settle, show
from askance.edge.rules.policy import Policy, Rule, Zone
from askance.edge.values import Drop, Keep, Measure, Signal, Spending
from askance.edge.view import NOBODY
from askance.units import Rate
from askance.wire.identity import CameraId
from support_scenes import SHARP, SIZE
from support_tracks import Seen, view

SECOND = 10**9
GATE, YARD = CameraId("gate"), CameraId("yard")
NEAR, ENTROPY = Measure("near_threshold", None, 0.2, 0.6), Measure("entropy")
PEOPLE = Rule(RuleId("people"), "1-a", Doubt(NEAR, 0.0), {"near_threshold": 2.0, "entropy": 1.0})
TRACKS = Policy((replace(PEOPLE, track_ns=60 * SECOND),))
LEFT, RIGHT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
ZONES = Policy(
    (replace(PEOPLE, zone_ns=60 * SECOND, zones=(Zone(GATE, None, LEFT, None), Zone(GATE, None, RIGHT, None))),)
)
WEST, EAST = (100.0, 200.0, 160.0, 260.0), (500.0, 200.0, 560.0, 260.0)


def context(
    now_s: float = 0, *, near: float = 0.0, objects: Sequence[int] = (0,), seen: Sequence[Seen] = (Seen(7),)
) -> FrameContext:
    signals: Mapping[Measure, Signal | None] = {
        wish: Signal(wish.signal, near, tuple(objects), "") for policy in (TRACKS, ZONES) for wish in everywhere(policy)
    }
    now_ns = round(now_s * SECOND)
    return FrameContext(GATE, now_ns, now_ns, {ENTROPY: None, **signals}, SHARP, view(now=seen, size=SIZE), 0.9)


def everywhere(policy: Policy) -> set[Measure]:
    return {wish for camera in (GATE, YARD) for wish in policy.at((camera, None)).measures}


def play(policy: Policy, memory: Memory, frame: FrameContext) -> tuple[Memory, str]:
    """Decide on a frame and let who keeps it pay; how it ended."""
    memory, decided = decide(policy, memory, context=frame)
    decision = decided.outcome
    if isinstance(decision, Drop):
        return memory, decision.reason
    memory, settled = settle(policy, memory, keep=decision, size=1, now_ns=frame.now_ns)
    assert isinstance(settled, Keep)
    return memory.kept(frame), "kept"


def ends(policy: Policy, *frames: FrameContext) -> list[str]:
    memory, told = Memory(), list[str]()
    for frame in frames:
        memory, end = play(policy, memory, frame)
        told.append(end)
    return told


def test_a_rule_without_weights_is_worth_its_strongest_signal_and_circumstances_only_where_there_is_no_other() -> None:
    fast, asked = Reading("speed", 5.0, None), replace(context(near=0.5), readings={"speed": 9.0}, asked="the guard")
    plain = replace(PEOPLE, weights=None)
    found = {
        clause: decide(Policy((replace(plain, when=clause),)), Memory(), context=asked)[1].verdicts[0]
        for clause in (All((Doubt(NEAR, 0.0), fast)), fast, All((Doubt(NEAR, 0.0), fast, Asked())))
    }

    assert [(verdict.value, verdict.finding.strongest().clause) for verdict in found.values()] == [
        (0.5, "near_threshold"),
        (1.0, "signal"),
        (1.0, "manual"),
    ]


def test_a_signal_counts_once_with_its_strongest_value() -> None:
    other = Measure("near_threshold", None, 0.1, 0.9)
    rule = replace(PEOPLE, when=All((Doubt(other, 0.0), Doubt(NEAR, 0.0), Doubt(ENTROPY, 0.0))))
    signals = {
        NEAR: Signal("near_threshold", 0.5, (), ""),
        ENTROPY: Signal("entropy", 0.25, (), ""),
        other: Signal("near_threshold", 0.75, (), ""),
    }

    (verdict,) = decide(Policy((rule,)), Memory(), context=replace(context(), signals=signals))[1].verdicts
    assert verdict.value == 2.0 * 0.75 + 0.25


def test_a_rule_that_does_not_match_is_hindered_by_nothing_and_has_watched() -> None:
    policy = Policy((replace(PEOPLE, pause_ns=SECOND),))
    memory = remember(policy, [Spending("people", 0, 1, 1)], now_ns=0)

    (verdict,) = decide(policy, memory, context=context())[1].verdicts

    assert (verdict.finding.matched, verdict.value, verdict.obstacle, verdict.bar.since_ns) == (False, 0.0, None, 0)


def test_a_frame_that_is_worth_less_than_the_best_of_late_is_outdone_and_raises_no_bar() -> None:
    policy = Policy((replace(PEOPLE, limits=Limits(frames=Rate(2, timedelta(minutes=1)))),))
    memory, decided = decide(policy, Memory(), context=context(near=0.9))
    first = decided.outcome
    memory, decided = decide(policy, memory, context=context(5, near=0.5))
    worse = decided.outcome
    memory, decided = decide(policy, memory, context=context(10, near=0.95))
    better = decided.outcome

    assert isinstance(first, Keep)
    assert worse == Drop("rules.outdone")
    assert isinstance(better, Keep)
    assert [best.value for best in memory.bar(PEOPLE.id).bests] == pytest.approx([1.8, 1.0, 1.9])


def test_what_shows_the_same_as_a_kept_frame_of_the_same_camera_and_pose_is_left_alone_for_a_while() -> None:
    policy = Policy((replace(PEOPLE, scene_ns=60 * SECOND),))
    memory, same = Memory().kept(context()), context(30, near=0.5)
    others = (
        context(60, near=0.5),
        context(30, near=0.5, seen=()),
        replace(same, quality=replace(SHARP, dhash="f" * 16)),
        replace(same, camera=YARD),
        replace(same, pose="road"),
    )

    assert decide(policy, memory, context=same)[1].outcome == Drop("rules.alike")
    assert [isinstance(decide(policy, memory, context=other)[1].outcome, Keep) for other in others] == [True] * 5


def test_of_each_track_one_frame_is_kept_in_its_pause() -> None:
    one, two = (Seen(7),), (Seen(7), Seen(8, score=0.4, box=(20.0, 200.0, 80.0, 260.0)))
    board = (Seen(7), Seen(9, score=0.25, box=(303.0, 200.0, 361.0, 260.0)))  # it lies on 7
    frames = (
        context(0, near=0.5, seen=one),
        context(58, near=0.9, seen=board, objects=(1,)),
        context(59, near=0.9, seen=one),
        context(59.5, near=0.5, seen=two, objects=(1, 0)),
        context(60.5, near=0.5, seen=two, objects=(1, 0)),
        context(120, near=0.5, seen=one),
    )

    assert ends(TRACKS, *frames) == ["kept", *["rules.cooldown"] * 2, "kept", "rules.cooldown", "kept"]


def test_evidence_of_nobody_who_is_followed_and_of_nothing_is_not_held_back() -> None:
    nobody = [context(now_s, near=0.5, seen=(Seen(NOBODY),)) for now_s in (0, 1)]
    nothing = [context(now_s, near=0.5, objects=()) for now_s in (0, 1)]

    assert ends(TRACKS, *nobody, *nothing) == ["kept"] * 4


def test_beside_somebody_who_was_kept_a_candidate_that_is_not_followed_counts_for_nothing() -> None:
    both = (Seen(7), Seen(NOBODY, score=0.4))

    assert ends(TRACKS, *(context(at, near=0.5, seen=both, objects=(0, 1)) for at in (0, 1))) == [
        "kept",
        "rules.cooldown",
    ]


def test_the_tracks_of_another_camera_are_other_tracks() -> None:
    assert ends(TRACKS, context(0, near=0.5), replace(context(1, near=0.5), camera=YARD)) == ["kept", "kept"]


def test_a_zone_pauses_while_the_others_go_on() -> None:
    west, east = (Seen(1, box=WEST),), (Seen(2, box=EAST),)
    frames = (
        context(0, near=0.5, seen=west),
        context(10, near=0.5, seen=west),
        context(20, near=0.5, seen=east),
        context(30, near=0.5, seen=(*west, *east), objects=(0, 1)),
        context(60, near=0.5, seen=west),
    )

    assert ends(ZONES, *frames) == ["kept", "rules.cooldown", "kept", "rules.cooldown", "kept"]


def test_at_a_camera_without_zones_all_of_the_picture_is_one() -> None:
    frames = [
        replace(context(now_s, near=0.5, seen=(Seen(1, box=box),)), camera=YARD)
        for now_s, box in ((0, WEST), (1, EAST))
    ]

    assert ends(ZONES, *frames) == ["kept", "rules.cooldown"]


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_ten_years_ends_every_pause(years: int) -> None:
    policy = Policy((replace(PEOPLE, pause_ns=SECOND, track_ns=SECOND, zone_ns=SECOND, scene_ns=SECOND),))
    then = 20 * 365 * 86_400

    assert ends(policy, context(then, near=0.5), context(then + years * 365 * 86_400, near=0.5)) == ["kept", "kept"]


def test_what_a_rule_cannot_have_is_no_measure_for_what_it_can() -> None:
    """A thing that stands there all day, in every frame the best, and kept."""
    policy = Policy((replace(PEOPLE, limits=Limits(frames=Rate(2, timedelta(minutes=1))), scene_ns=3600 * SECOND),))
    memory, first = play(policy, Memory(), context(near=0.9))
    ends = set[str]()
    for second in range(5, 40, 5):
        memory, ended = play(policy, memory, context(second, near=0.9))
        ends.add(ended)

    _, other = play(policy, memory, replace(context(40, near=0.5), quality=replace(SHARP, dhash="f" * 16)))

    assert ("kept", {"rules.alike"}, "kept") == (first, ends, other)


def test_whom_a_frame_shows_that_was_kept_all_rules_leave_alone_that_pause_for_tracks_and_no_zone() -> None:
    pausing, free = TRACKS.rules[0], replace(PEOPLE, id=RuleId("free"))
    policy = Policy((pausing, replace(pausing, id=RuleId("other")), free))
    verdicts = decide(policy, Memory(), context=context(near=0.9))[1].verdicts
    memory = show(policy, Memory(), verdicts=verdicts, now_ns=0)

    after = decide(policy, memory, context=context(30, near=0.9))[1].verdicts

    assert {"people": "rules.cooldown", "other": "rules.cooldown", "free": None} == {
        verdict.rule.id: verdict.obstacle for verdict in after
    }
    of_zones = decide(ZONES, Memory(), context=context(near=0.9))[1].verdicts
    assert of_zones[0].subjects
    assert {frozenset()} == {
        frozenset(each.kept_ns) for each in show(policy, Memory(), verdicts=of_zones, now_ns=0).marks.values()
    }
