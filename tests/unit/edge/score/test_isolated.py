"""What is in one frame only is doubted."""

import pytest

from askance.edge.score.isolated import isolated
from askance.edge.values import Measure
from askance.edge.view import NOBODY, View
from support_scenes import CAR, LORE, PERSON, SIZE
from support_tracks import Seen, moment, view

ANY = Measure("isolated")
OTHER = Seen(9, PERSON, 0.8, (0.0, 0.0, 50.0, 50.0))


def walker(track: int, score: float = 0.9) -> Seen:
    return Seen(track, PERSON, score)


def slow(before: list[Seen], *, now: list[Seen], after: list[Seen], every_ns: int) -> View:
    """Three frames far apart."""
    one, two, three = (moment(found, at_ns=at * every_ns) for at, found in enumerate((before, now, after)))
    return View(two, SIZE, (one,), (three,))


def test_an_object_that_no_frame_around_knows_is_isolated() -> None:
    seen = view([OTHER], now=[OTHER, Seen(1, CAR, 0.7)], after=[[OTHER]])
    signal = isolated(seen, ANY, lore=LORE)

    assert signal.value == pytest.approx(0.7)
    assert (signal.objects, signal.text) == ((1,), "car at 0.70 is in this frame only, not in 2 around it")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([[Seen(1)]], [[]], id="was there"),
        pytest.param([[]], [[], [Seen(1)]], id="comes back"),
        pytest.param([[Seen(1, score=0.1)]], [[]], id="was whispered of"),
        pytest.param([], [[]], id="nothing is known before"),
        pytest.param([[]], [], id="nothing is known after"),
    ],
)
def test_an_object_with_a_partner_or_an_unknown_side_is_not(before: list[list[Seen]], after: list[list[Seen]]) -> None:
    assert isolated(view(*before, now=[Seen(1)], after=after), ANY, lore=LORE).value == 0


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        pytest.param([walker(2)], [walker(3)], 0, id="a cut"),
        pytest.param([walker(2)], [walker(3), walker(2)], 0.9, id="somebody stays"),
        pytest.param([], [walker(3)], 0.9, id="nobody was there before"),
        pytest.param([walker(2)], [], 0.9, id="nobody is there after"),
        pytest.param([walker(2)], [walker(3), walker(2, 0.1)], 0, id="who stays is not reported"),
    ],
)
def test_frames_that_have_nothing_in_common_isolate_nobody(before: list[Seen], after: list[Seen], value: float) -> None:
    assert isolated(view(before, now=[Seen(1, score=0.9)], after=[after]), ANY, lore=LORE).value == pytest.approx(value)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Seen(NOBODY, CAR, 0.06), id="a whisper that nobody follows"),
        pytest.param(Seen(2, CAR, 0.9), id="another track, lost since"),
        pytest.param(Seen(2, CAR, 0.9, (330.0, 200.0, 390.0, 260.0)), id="another track, half a box away"),
    ],
)
def test_what_may_be_the_object_in_a_frame_around_speaks_for_it(other: Seen) -> None:
    assert isolated(view([OTHER], [OTHER, other], now=[OTHER, Seen(1)], after=[[OTHER]]), ANY, lore=LORE).value == 0
    assert isolated(view([OTHER], now=[OTHER, Seen(1)], after=[[OTHER, other]]), ANY, lore=LORE).value == 0


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Seen(2, PERSON), id="of another label"),
        pytest.param(Seen(2, CAR, 0.9, (0.0, 0.0, 60.0, 60.0)), id="too far away"),
        pytest.param(Seen(2, CAR, 0.4, (345.0, 200.0, 405.0, 260.0)), id="a whisper beside its place"),
    ],
)
def test_what_cannot_be_the_object_does_not(other: Seen) -> None:
    assert isolated(view([OTHER, other], now=[OTHER, Seen(1)], after=[[OTHER]]), ANY, lore=LORE).value > 0.8


def test_whom_this_frame_shows_too_is_not_the_object() -> None:
    beside = Seen(2, CAR, 0.9, (340.0, 200.0, 400.0, 260.0))

    assert isolated(view([beside], now=[beside, Seen(1)], after=[[beside]]), ANY, lore=LORE).value > 0.8


@pytest.mark.parametrize(("seconds", "doubted"), [(0.2, True), (0.7, True), (2.0, False), (10.0, False)])
def test_where_frames_lie_far_apart_an_object_may_have_come_and_gone(seconds: float, *, doubted: bool) -> None:
    """In the middle of the picture, 230 pixels from the nearest side, and 60 wide and high."""
    seen = slow([OTHER], now=[OTHER, Seen(1)], after=[OTHER], every_ns=int(seconds * 1e9))

    assert (isolated(seen, ANY, lore=LORE).value > 0) == doubted


def test_who_moved_between_frames_far_apart_is_not_in_one_only() -> None:
    far = Seen(2, CAR, 0.9, (100.0, 200.0, 160.0, 260.0))

    assert isolated(slow([OTHER, far], now=[OTHER, Seen(1)], after=[OTHER], every_ns=10**8), ANY, lore=LORE).value > 0
    assert isolated(slow([OTHER, far], now=[OTHER, Seen(1)], after=[OTHER], every_ns=10**9), ANY, lore=LORE).value == 0


def test_what_is_not_reported_or_not_asked_for_does_not_count() -> None:
    seen = view([], now=[Seen(1, CAR, 0.4), Seen(2, PERSON, 0.9)], after=[[]])

    assert isolated(seen, Measure("isolated", frozenset({CAR})), lore=LORE).value == 0
    assert isolated(seen, ANY, lore=LORE).objects == (0,)
