"""How a frame ended is counted, and told with who paid for it and who would have."""

from askance.edge.contest import Held
from askance.edge.detect.panel import Seen
from askance.edge.ending import Ending
from askance.edge.episodes import Shot
from askance.edge.health import Health
from askance.edge.rules import FrameContext, Memory, Policy, RuleId, decide
from askance.edge.stages import Taken
from askance.edge.values import Drop, Instant
from askance.replay.account import Account
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId, FrameId
from support_replay import PEOPLE, WATCH
from support_scenes import CAR, PERSON, SHARP, SIZE, scene, still

GATE = CameraId("gate")


def test_a_frame_is_counted_and_told_once() -> None:
    health, account = Health(), Account(Policy((PEOPLE, WATCH)))
    ending, found = Ending(health, account), scene((PERSON, 0.9), (CAR, 0.3))
    signals = dict.fromkeys(Policy((PEOPLE, WATCH)).measures)
    context = FrameContext(GATE, 5, 5, signals, SHARP, still(found), 0.5)
    _, decision = decide(Policy((PEOPLE, WATCH)), Memory(), context=context)
    taken = Taken(GATE, 3, Instant(5, None, ClockQuality.NONE), 5, SHARP, SIZE, b"", SIZE)
    held = Held(Shot(taken, Seen(found, (), {})), context, decision)
    held.payers, held.counted = frozenset({PEOPLE.id}), {WATCH.id}

    ending.tell_held(held, FrameId("one"))
    ending.tell(taken, held.shot.seen, pose=None, decision=decision, ended=Drop("rules.no_match"))

    assert {"kept": 1, "rules.no_match": 1} == dict(health.vitals().counts) == dict(account.ends)
    (kept,) = account.kept
    assert (3, 5, 1, frozenset({RuleId("people")})) == (kept.place.number, kept.at_ns, kept.objects, kept.payers)
    assert [5] == [one.at_ns for one in account.tallies[WATCH.id].counted]
