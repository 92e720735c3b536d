"""What is in one frame only is doubted."""

import pytest

from askance.edge.score.isolated import isolated
from askance.edge.values import Measure
from support_scenes import CAR, LORE, PERSON
from support_tracks import Seen, view

ANY = Measure("isolated")
OTHER = Seen(9, PERSON, 0.8, (0.0, 0.0, 50.0, 50.0))


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
        pytest.param([Seen(2)], [Seen(3)], 0, id="a cut"),
        pytest.param([Seen(2)], [Seen(3), Seen(2)], 0.9, id="somebody stays"),
        pytest.param([], [Seen(3)], 0.9, id="nobody was there before"),
        pytest.param([Seen(2)], [], 0.9, id="nobody is there after"),
        pytest.param([Seen(2)], [Seen(3), Seen(2, score=0.1)], 0, id="who stays is not reported"),
    ],
)
def test_frames_that_have_nothing_in_common_isolate_nobody(before: list[Seen], after: list[Seen], value: float) -> None:
    assert isolated(view(before, now=[Seen(1, score=0.9)], after=[after]), ANY, lore=LORE).value == pytest.approx(value)


def test_what_is_not_reported_or_not_asked_for_does_not_count() -> None:
    seen = view([], now=[Seen(1, CAR, 0.4), Seen(2, PERSON, 0.9)], after=[[]])

    assert isolated(seen, Measure("isolated", frozenset({CAR})), lore=LORE).value == 0
    assert isolated(seen, ANY, lore=LORE).objects == (0,)
