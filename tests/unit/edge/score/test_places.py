"""Places are where looks agree that there is something, whatever their order."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detections import Detections
from askance.edge.score.places import POWER, Places, places
from askance.edge.view import Again
from support_looks import look, looked, seen
from support_scenes import CAR, PERSON
from support_tracks import Seen

HERE, NEARLY, THERE = (100.0, 100.0, 200.0, 200.0), (110.0, 100.0, 210.0, 200.0), (300.0, 50.0, 400.0, 150.0)

boxes = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40)).map(
    lambda box: (float(box[0]), float(box[1]), float(box[0] + box[2]), float(box[1] + box[3]))
)
objects = st.lists(
    st.builds(
        Seen,
        label=st.sampled_from([CAR, PERSON]),
        score=st.floats(0, 1, width=16).map(float),
        box=boxes,
    ),
    max_size=12,
)


def of(first: Detections, *again: Again) -> Places:
    return places(looked(first, *again), again)


def test_candidates_of_one_label_on_one_place_are_one() -> None:
    found = of(
        seen(Seen(label=CAR, score=0.25, box=HERE), Seen(label=PERSON, score=0.75, box=HERE)),
        look("tiles", Seen(label=CAR, score=0.5, box=NEARLY), Seen(label=CAR, score=0.125, box=THERE)),
    )

    rows = zip(found.label_ids.tolist(), found.rows.tolist(), found.scores.tolist(), strict=True)
    assert [(PERSON, 0, [0.75, 0.0]), (CAR, -1, [0.0, 0.125]), (CAR, 1, [0.25, 0.5])] == sorted(rows)
    assert {(CAR, NEARLY), (CAR, THERE), (PERSON, HERE)} == set(
        zip(found.label_ids.tolist(), map(tuple, found.boxes.tolist()), strict=True)
    )
    assert [True, False, False] == [bool(found.confirmed[row]) for row in found.scores[:, 1].argsort()[::-1]]


def test_what_the_first_look_reported_leads_and_is_never_put_together() -> None:
    found = of(
        seen(Seen(score=0.75, box=HERE), Seen(score=0.625, box=NEARLY)), look("tiles", Seen(score=0.875, box=HERE))
    )

    assert [[0.75, 0.875], [0.625, 0.0]] == sorted(found.scores.tolist(), reverse=True)
    assert found.reported.all()


def test_a_look_that_could_not_see_a_place_says_nothing_of_it() -> None:
    halves = ((0, 0, 160, 480), (150, 0, 640, 480))
    found = of(
        seen(Seen(label=CAR, score=0.75, box=HERE), Seen(label=PERSON, score=0.75, box=THERE)),
        look("tiles", parts=halves),
        look("people", labels=frozenset({PERSON})),
    )

    table = {label: scores[1:] for label, scores in zip(found.label_ids.tolist(), found.scores.tolist(), strict=True)}
    assert np.isnan(table[CAR]).tolist() == [True, True]
    assert table[PERSON] == [0.0, 0.0]


def test_what_companions_saw_is_left_out() -> None:
    first = replace(seen(Seen(score=0.75, box=HERE), Seen(score=0.625, box=THERE)), models=(None, "other"))

    assert [0] == of(first, look("tiles")).rows.tolist()


def test_the_fused_score_is_the_power_mean_of_the_looks_that_could_see() -> None:
    first = seen(Seen(label=CAR, score=0.75, box=HERE), Seen(label=PERSON, score=0.25, box=THERE))
    found = of(first, look("mirror", Seen(label=CAR, score=0.5, box=HERE)), look("cars", labels=frozenset({CAR})))

    fused = found.fused()

    expected = [np.mean([0.75**POWER, 0.5**POWER, 0]) ** (1 / POWER), np.mean([0.25**POWER, 0]) ** (1 / POWER)]
    assert [CAR, PERSON] == fused.label_ids.tolist()
    assert [True, False] == fused.reported.tolist()
    np.testing.assert_allclose(fused.scores, expected, rtol=1e-6)


@pytest.mark.parametrize("again", [(), (look("mirror"),)])
def test_of_nothing_there_are_no_places(again: tuple[Again, ...]) -> None:
    found = of(seen(), *again)

    assert (0, (0, 1 + len(again))) == (len(found.rows), found.scores.shape)
    assert 0 == len(found.fused())


@given(objects, objects, objects, st.integers(0, 99))
def test_the_order_of_candidates_does_not_matter(
    first: list[Seen], one: list[Seen], other: list[Seen], seed: int
) -> None:
    def table(shuffle: bool) -> list[tuple[float, ...]]:  # noqa: FBT001 (asked twice, right below)
        lists = [Random(seed).sample(each, len(each)) if shuffle else each for each in (first, one, other)]  # noqa: S311 (a test's shuffle)
        found = of(seen(*lists[0]), look("one", *lists[1]), look("other", *lists[2]))
        columns = (found.boxes, found.label_ids[:, None], found.reported[:, None], found.scores)
        return sorted(map(tuple, np.concatenate(columns, axis=1).tolist()))

    assert table(shuffle=False) == table(shuffle=True)


@given(objects, objects)
def test_every_report_of_the_first_look_has_a_place_and_fusing_agrees_with_itself(
    first: list[Seen], again: list[Seen]
) -> None:
    found = of(seen(*first), look("again", *again))

    assert sum(each.score >= 0.5 for each in first) == int(found.reported.sum())
    fused = found.fused()
    best = np.nanmax(found.scores, axis=1, initial=0.0)
    assert (np.diff(fused.scores) <= 0).all()
    assert sorted(fused.scores.tolist()) <= sorted((best + 1e-6).tolist())
