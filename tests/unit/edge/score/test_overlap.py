"""Of two classes on one place one is wrong."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.detections import Detections
from askance.edge.score.overlap import APART, TOGETHER, overlap
from askance.edge.shapes import Region, Scope, Shape, Whole
from askance.edge.values import Measure, Signal
from support_scenes import BICYCLE, CAR, LORE, PERSON, still

ANY = Measure("overlap")
MASK = np.ones((2, 2), np.bool_)
Thing = tuple[int, float, float]
"""Label, left edge and score of a box that is a hundred pixels wide."""

things = st.lists(
    st.tuples(st.sampled_from([PERSON, BICYCLE, CAR]), st.floats(0, 300), st.sampled_from([0.3, 0.6, 0.9])), max_size=12
)


def found(
    *given: Thing, shapes: Sequence[Shape | None] | None = None, models: tuple[str | None, ...] | None = None
) -> Detections:
    scores = np.array([score for _, _, score in given], np.float32)
    return Detections(
        boxes=np.array([(left, 0, left + 100, 100) for _, left, _ in given], np.float32).reshape(-1, 4),
        scores=scores,
        label_ids=np.array([label for label, _, _ in given], np.int32),
        class_scores=None,
        reported=scores >= 0.5,
        shapes=None if shapes is None else tuple(shapes),
        models=models,
    )


def measured(*given: Thing, wish: Measure = ANY) -> Signal:
    return overlap(still(found(*given)), wish, lore=LORE)


def test_the_value_rises_from_boxes_that_may_be_apart_to_one_place() -> None:
    assert measured((CAR, 0, 0.9), (PERSON, 0, 0.6)).value == 1.0
    assert measured((CAR, 0, 0.9), (PERSON, 20, 0.6)).value == pytest.approx((80 / 120 - APART) / (TOGETHER - APART))
    assert measured((CAR, 0, 0.9), (PERSON, 40, 0.6)).value == 0.0


def test_pairs_add_up_as_if_they_were_independent() -> None:
    one = measured((CAR, 0, 0.9), (PERSON, 20, 0.6)).value
    both = measured((CAR, 0, 0.9), (PERSON, 20, 0.6), (CAR, 300, 0.9), (PERSON, 320, 0.6))
    assert both.value == pytest.approx(1 - (1 - one) ** 2)


def test_the_sentence_names_the_pair_that_overlaps_most() -> None:
    signal = measured((CAR, 0, 0.9), (PERSON, 300, 0.8), (BICYCLE, 10, 0.7), (CAR, 301, 0.6))
    assert signal.objects == (1, 3, 0, 2)
    assert signal.text == "person and car on one place: their boxes overlap by 0.98, and 1 more"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([], id="nothing"),
        pytest.param([(CAR, 0, 0.9), (CAR, 0, 0.8)], id="one class"),
        pytest.param([(CAR, 0, 0.9), (PERSON, 0, 0.4)], id="one is not reported"),
        pytest.param([(CAR, 0, 0.9), (PERSON, 200, 0.9)], id="two places"),
    ],
)
def test_anything_else_is_no_contradiction(given: list[Thing]) -> None:
    assert measured(*given) == Signal("overlap", 0.0, (), "no two classes on one place")


def test_one_of_the_classes_has_to_be_asked_for() -> None:
    pair: list[Thing] = [(CAR, 0, 0.9), (PERSON, 0, 0.6)]
    assert measured(*pair, wish=Measure("overlap", frozenset({PERSON}))).value == 1.0
    assert measured(*pair, wish=Measure("overlap", frozenset({BICYCLE}))).value == 0.0


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(None, 1.0, id="box"),
        pytest.param(Region(0, 0, MASK, Scope.INSTANCE), 1.0, id="instance"),
        pytest.param(Region(0, 0, MASK, Scope.SEMANTIC), 0.0, id="all pixels of a class"),
        pytest.param(Region(0, 0, MASK, Scope.STUFF), 0.0, id="stuff"),
        pytest.param(Whole(), 0.0, id="class of the image"),
    ],
)
def test_what_has_no_place_of_its_own_contradicts_nothing(shape: Shape | None, expected: float) -> None:
    seen = found((CAR, 0, 0.9), (PERSON, 0, 0.6), shapes=[None, shape])
    assert overlap(still(seen), ANY, lore=LORE).value == expected


@pytest.mark.parametrize(("models", "expected"), [((None, "faces"), 0.0), (("faces", "faces"), 1.0)])
def test_a_model_contradicts_itself_alone(models: tuple[str | None, ...], expected: float) -> None:
    assert overlap(still(found((CAR, 0, 0.9), (PERSON, 0, 0.6), models=models)), ANY, lore=LORE).value == expected


@pytest.mark.parametrize("given", [[], [(CAR, 0, 0.9)], [(CAR, 0, 0.9), (PERSON, 300, 0.9)]])
def test_what_stands_alone_contradicts_nothing_whoever_sees_it_and_whatever_its_shape(given: list[Thing]) -> None:
    seen = found(*given, shapes=[None] * len(given), models=("faces",) * len(given))
    assert overlap(still(seen), ANY, lore=LORE).value == 0.0


@given(things, st.integers(0, 99))
def test_the_order_of_objects_does_not_matter(given: list[Thing], seed: int) -> None:
    shuffled = Random(seed).sample(given, len(given))  # noqa: S311 (a test's shuffle)
    assert measured(*given).value == measured(*shuffled).value


@given(things, st.sampled_from([PERSON, BICYCLE, CAR]), st.floats(0, 300))
def test_one_more_object_never_lowers_the_value(given: list[Thing], label: int, left: float) -> None:
    assert measured(*given).value <= measured(*given, (label, left, 0.9)).value + 1e-12 <= 1 + 1e-12
