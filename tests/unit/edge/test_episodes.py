"""Frames around a kept one are found, before and after it, as far apart as its rules want."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detect.panel import Seen
from askance.edge.episodes import MOST_BYTES, Episode, Episodes, Shot
from askance.edge.keeper import Beside
from askance.edge.rules import Policy, Rule, RuleId
from askance.edge.rules.circumstances import Asked
from askance.edge.rules.conditions import Doubt
from askance.edge.rules.policy import Context
from askance.edge.stages import Taken
from askance.edge.values import Instant, Keep, Measure
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId, FrameId
from support_scenes import SHARP, SIZE, scene

SECOND = 10**9
GATE, YARD = CameraId("gate"), CameraId("yard")
ALONE = Rule(RuleId("alone"), "1-a", Doubt(Measure("entropy"), 0.4))
AROUND = replace(ALONE, id=RuleId("around"), context=Context(2 * SECOND, 3 * SECOND, SECOND))
FRAME = FrameId("0" * 32)
KEEP = Keep((), ())
ASKED = replace(AROUND, id=RuleId("asked"), when=Asked(), context=Context(5 * SECOND, 0, SECOND))
EARLIER = replace(ALONE, id=RuleId("earlier"), context=Context(5 * SECOND, 0, 2 * SECOND))


def shot(at_s: float, *, camera: CameraId = GATE, size: int = 1, last_ns: int | None = None) -> Shot:
    at_ns = round(at_s * SECOND)
    instant = Instant(at_ns, None, ClockQuality.NONE)
    taken = Taken(camera, 0, instant, at_ns, SHARP, SIZE, bytes(size), SIZE, last_ns=last_ns)
    return Shot(taken, Seen(scene(), (), {}))


def remembering(episodes: Episodes, *shots: Shot) -> None:
    for each in shots:
        if episodes.wants(each.taken.camera, each.taken_ns):
            episodes.remember(each)


def seconds(episode: Episode) -> list[float]:
    """When the frames around it were taken."""
    return [each.taken_ns / SECOND for _, each in episode.found]


def test_frames_before_and_after_are_found() -> None:
    episodes = Episodes(Policy((AROUND,)))
    remembering(episodes, *(shot(at_s / 2) for at_s in range(20)), shot(9, camera=YARD))
    trigger = shot(10)
    episodes.remember(trigger)
    episode = episodes.begin(trigger, [AROUND.id])
    assert episode is not None
    assert [8, 9] == seconds(episode)

    found = [at_s for at_s in range(11, 20) for each in episodes.remember(shot(at_s)) if each is episode]

    assert [11, 12, 13] == found
    assert [8, 9, 11, 12, 13] == seconds(episode)


def test_other_cameras_have_nothing_to_do_with_it() -> None:
    episodes = Episodes(Policy((AROUND,)))
    episode = episodes.begin(shot(10), [AROUND.id])

    assert () == episodes.remember(shot(11, camera=YARD))
    assert (episode,) == episodes.remember(shot(11))


def test_several_rules_get_what_each_of_them_wants_and_pay_for_no_more() -> None:
    episodes = Episodes(Policy((AROUND, EARLIER)))
    remembering(episodes, *(shot(at_s) for at_s in range(10)))

    episode = episodes.begin(shot(10), [AROUND.id, EARLIER.id, ALONE.id])

    assert episode is not None
    assert (episode,) == episodes.remember(shot(13))
    assert [6, 8, 9, 13] == seconds(episode)
    assert all(episode.paid_by(each) is None for _, each in episode.found)
    episode.beside = Beside(FRAME, 10 * SECOND, KEEP, frozenset({AROUND.id, EARLIER.id, ALONE.id}))
    paid = [episode.paid_by(each) for _, each in episode.found]
    assert [{"earlier"}, {"around", "earlier"}, {"around"}, {"around"}] == [each.payers for each in paid if each]
    episode.beside = replace(episode.beside, payers=frozenset({EARLIER.id}))
    assert [True, True, False, False] == [episode.paid_by(each) is not None for _, each in episode.found]


@pytest.mark.parametrize(("last_s", "asked"), [(None, [5, 6, 7, 8, 9]), (3, [7, 8, 9]), (0, []), (60, [5, 6, 7, 8, 9])])
def test_of_what_led_to_a_frame_that_is_asked_for_no_more_is_taken_than_is_wanted_and_by_other_rules_as_always(
    last_s: int | None, asked: list[int]
) -> None:
    episodes = Episodes(Policy((AROUND, ASKED)))
    remembering(episodes, *(shot(at_s) for at_s in range(10)))
    trigger = shot(10, last_ns=None if last_s is None else last_s * SECOND)

    episode = episodes.begin(trigger, [AROUND.id, ASKED.id])

    assert episode is not None
    theirs = {
        rule: [each.taken_ns // SECOND for _, each in episode.found if rule in episode.wanted[each]]
        for rule in (AROUND.id, ASKED.id)
    }
    assert {AROUND.id: [8, 9], ASKED.id: asked} == theirs


def test_a_frame_is_given_to_those_who_claim_it_once() -> None:
    episode, claimed = Episode(shot(10), {}), shot(9)
    claimed.claims.append(episode)

    assert [(episode, claimed)] == claimed.claimed()
    assert [] == claimed.claimed()


def test_rules_without_context_remember_nothing() -> None:
    episodes = Episodes(Policy((ALONE,)))

    assert not episodes.wants(GATE, 0)
    assert episodes.begin(shot(1), [ALONE.id]) is None


def test_a_frame_that_is_not_kept_after_all_gathers_nothing() -> None:
    episodes = Episodes(Policy((AROUND,)))
    episode = episodes.begin(shot(10), [AROUND.id])
    assert episode is not None

    episodes.end(episode)

    assert () == episodes.remember(shot(11))
    episodes.end(episode)  # again is harmless


def test_a_clock_that_goes_back_forgets() -> None:
    episodes = Episodes(Policy((AROUND,)))
    remembering(episodes, shot(100), shot(101))
    open_one = episodes.begin(shot(101.5), [AROUND.id])

    assert episodes.wants(GATE, 5 * SECOND)
    assert () == episodes.remember(shot(5))
    fresh = episodes.begin(shot(6), [AROUND.id])
    assert fresh is not None
    assert [5] == seconds(fresh)
    assert open_one not in episodes.remember(shot(102))


def test_pictures_are_remembered_up_to_a_size() -> None:
    deep = replace(AROUND, context=Context(60 * SECOND, 0, SECOND))
    episodes = Episodes(Policy((deep,)))
    remembering(episodes, *(shot(at_s, size=MOST_BYTES // 3) for at_s in range(10)))

    episode = episodes.begin(shot(10), [deep.id])

    assert episode is not None
    assert [7, 8, 9] == seconds(episode)


@given(
    times=st.lists(st.integers(0, 400), min_size=1, max_size=60, unique=True).map(sorted),
    every=st.integers(1, 30),
    before=st.integers(0, 100),
    after=st.integers(0, 100),
    place=st.floats(0, 1, exclude_max=True),
)
def test_all_are_inside_and_far_enough_apart(
    times: list[int], every: int, before: int, after: int, place: float
) -> None:
    rule = replace(ALONE, context=Context(before * SECOND, after * SECOND, every * SECOND))
    episodes, at_s = Episodes(Policy((rule,))), times[int(place * len(times))]
    episode = None
    for each in map(shot, times):
        if episodes.wants(GATE, each.taken_ns) or each.taken_ns == at_s * SECOND:
            episodes.remember(each)
        if each.taken_ns == at_s * SECOND:
            episode = episodes.begin(each, [rule.id])

    assert episode is not None
    found = np.array(sorted([*seconds(episode), at_s]))
    assert at_s - before <= found.min()
    assert found.max() <= at_s + after
    assert np.all(np.diff(found) >= every)
