"""A rule pauses after it has paid, for everything or for whom and where the frame was about."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.rules.budgets import Purse
from askance.edge.rules.context import Pose
from askance.edge.rules.cooldown import MOST, Marks, concerned, cooling, places, tracks
from askance.edge.rules.finding import Finding
from askance.edge.values import Area, Polygon, Spending, Subject
from askance.edge.view import NOBODY
from askance.edge.zones import WHOLE
from askance.wire.identity import CameraId
from support_tracks import Seen, view

GATE = CameraId("gate")
PAID = Purse().pay(Spending("r", 100, 1, 1), memory_ns=10)
LEFT: Polygon = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT: Polygon = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
WEST, EAST = (100.0, 200.0, 160.0, 260.0), (500.0, 200.0, 560.0, 260.0)
NORTH = (300.0, 20.0, 360.0, 80.0)
STREET = view(now=[Seen(3, box=WEST, score=0.9), Seen(NOBODY, box=EAST, score=0.8), Seen(5, box=NORTH, score=0.7)])


HERE: Pose = (GATE, "home")


def who(*numbers: int) -> tuple[Subject, ...]:
    return tuple((*HERE, number) for number in numbers)


@pytest.mark.parametrize(
    ("purse", "pause_ns", "now_ns", "expected"),
    [
        pytest.param(Purse(), 10, 100, False, id="never-paid"),
        pytest.param(PAID, 10, 100, True, id="at-once"),
        pytest.param(PAID, 10, 109, True, id="during"),
        pytest.param(PAID, 10, 110, False, id="over"),
        pytest.param(PAID, 0, 100, False, id="no-pause"),
    ],
)
def test_the_pause_ends_after_its_time(purse: Purse, pause_ns: int, now_ns: int, *, expected: bool) -> None:
    assert expected is cooling(purse, pause_ns, now_ns=now_ns)


@pytest.mark.parametrize(
    ("about", "now_ns", "expected"),
    [
        pytest.param((who(1), who(2)), 109, True, id="all of them"),
        pytest.param((who(1),), 110, False, id="over"),
        pytest.param((who(1),), 91, True, id="a moment before"),
        pytest.param((who(1),), 90, False, id="long before"),
        pytest.param((who(1), who(3)), 100, False, id="one that is new"),
        pytest.param((who(3, 1),), 100, True, id="one by another name"),
        pytest.param((), 100, False, id="nobody"),
        pytest.param((((CameraId("yard"), 1),),), 100, False, id="of another camera"),
    ],
)
def test_a_frame_is_known_that_is_about_nobody_new(
    about: tuple[tuple[Subject, ...], ...], now_ns: int, *, expected: bool
) -> None:
    marks = Marks().add(who(1, 2), now_ns=100, memory_ns=10)

    assert expected is marks.known(about, 10, now_ns=now_ns)


def test_what_is_farther_away_than_the_pause_is_forgotten() -> None:
    marks = Marks().add(who(1), now_ns=0, memory_ns=10).add(who(2), now_ns=9, memory_ns=10)

    assert list(marks.kept_ns) == [*who(1, 2)]
    assert list(marks.add(who(1), now_ns=15, memory_ns=10).kept_ns.items()) == [(who(2)[0], 9), (who(1)[0], 15)]
    assert list(marks.add(who(3), now_ns=10**18, memory_ns=10).kept_ns) == [*who(3)]
    assert marks.add((), now_ns=99, memory_ns=10) is marks


def test_a_hundred_thousand_tracks_within_a_pause_fill_no_memory() -> None:
    marks, began = Marks(), time.process_time()
    for number in range(0, 100_000, 100):
        marks = marks.add(who(*range(number, number + 100)), now_ns=number, memory_ns=10**9)

    assert len(marks.kept_ns) == MOST
    assert marks.known([who(99_999)], 10**9, now_ns=100_000)
    assert not marks.known([who(0)], 10**9, now_ns=100_000)
    assert time.process_time() - began < 10


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), max_size=40))
def test_nobody_is_kept_twice_within_a_pause(moves: list[tuple[int, int]]) -> None:
    marks, now_ns, kept = Marks(), 0, list[tuple[int, int]]()
    for number, step in moves:
        now_ns += step
        if not marks.known([who(number)], 10, now_ns=now_ns):
            marks = marks.add(who(number), now_ns=now_ns, memory_ns=10)
            assert all(now_ns - at_ns >= 10 for other, at_ns in kept if other == number)
            kept.append((number, now_ns))
        else:
            assert any(now_ns - at_ns < 10 for other, at_ns in kept if other == number)


def test_a_frame_is_about_the_tracks_of_its_objects() -> None:
    assert tracks((0, 2, 0), STREET, where=HERE) == (frozenset(who(3)), frozenset(who(5)))
    assert tracks((1, 2), STREET, where=HERE) == (frozenset(who(5)),)
    assert tracks((1,), STREET, where=HERE) == ()


def test_a_track_of_another_pose_is_somebody_else() -> None:
    ((one,), (other,)) = (tracks((0,), STREET, where=(GATE, pose)) for pose in ("home", "road"))

    assert not Marks().add(one, now_ns=0, memory_ns=10).known([other], 10, now_ns=5)


def test_another_box_on_an_object_is_nobody_new() -> None:
    car, board, point = (234.0, 88.0, 321.0, 119.0), (239.0, 88.0, 323.0, 119.0), (250.0, 90.0, 250.0, 90.0)
    street = view(now=[Seen(2, box=car, score=0.5), Seen(9, box=board, score=0.25), Seen(4, box=point, score=0.2)])

    assert tracks((1,), street, where=HERE) == (frozenset(who(2, 9)),)
    assert tracks((0, 1, 2), street, where=HERE) == (frozenset(who(2, 9)), frozenset(who(4)))


def found(*parts: tuple[str, tuple[int, ...]]) -> Finding:
    return Finding(True, "any", 0.5, "", parts=tuple(Finding(True, clause, 0.5, "", rows) for clause, rows in parts))


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        pytest.param(found(("silent", (0,)), ("flicker", (2,))), (who(3), who(5)), id="all that it says"),
        pytest.param(found(("silent", (0,)), ("schedule", ()), ("quality", ())), (who(3),), id="circumstances"),
        pytest.param(found(("silent", (0,)), ("lost_in_middle", ())), (), id="somebody who is not there"),
        pytest.param(found(("silent", (0,)), ("manual", ())), (), id="asked for"),
        pytest.param(found(("entropy", (0, 2))), (), id="the whole frame"),
        pytest.param(found(("silent", (1,))), (), id="somebody who is not followed"),
    ],
)
def test_evidence_concerns_who_is_followed_or_the_whole_frame(
    finding: Finding, expected: tuple[tuple[Subject, ...], ...]
) -> None:
    assert concerned(finding, STREET, where=HERE) == tuple(frozenset(names) for names in expected)


@pytest.mark.parametrize(
    ("objects", "area", "expected"),
    [
        pytest.param((0,), Area((LEFT, RIGHT)), (LEFT,), id="one zone"),
        pytest.param((0, 1), Area((LEFT, RIGHT)), (LEFT, RIGHT), id="two zones"),
        pytest.param((), Area((LEFT,)), (), id="about nothing"),
        pytest.param((1,), None, (WHOLE,), id="without zones"),
    ],
)
def test_a_frame_is_about_the_zones_its_objects_stand_in(
    objects: tuple[int, ...], area: Area | None, expected: tuple[Polygon, ...]
) -> None:
    assert places(objects, STREET, where=HERE, area=area) == tuple((*HERE, polygon) for polygon in expected)


def test_what_was_kept_before_but_is_noted_late_forgets_nothing() -> None:
    one, two = who(1, 2)
    marks = Marks().add([one], now_ns=588, memory_ns=300).add([one, two], now_ns=40, memory_ns=300)

    assert marks.known([[one]], 300, now_ns=610)
    assert not marks.known([[two]], 300, now_ns=610)
