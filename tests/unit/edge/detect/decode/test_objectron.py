"""Tests of the Objectron decoder: one box in a crop, or none."""

import numpy as np
import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.decode.objectron import Objectron, objectron
from askance.edge.detect.fit import fit
from askance.edge.detect.package import ModelCard
from askance.edge.shapes import Solid
from askance.edge.values import Floats
from askance.errors import ModelError
from support_decode import card_of

POINTS = [50.0, 50, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 14, 15, 16, 17]


def card(classes: tuple[str, ...] = ("chair",)) -> ModelCard:
    return card_of("objectron", list(classes), points="points", presence="presence")


def outputs(presence: float) -> dict[str, Floats]:
    return {"points": np.array([POINTS], np.float32), "presence": np.array([[presence]], np.float32)}


def test_the_table_has_the_family() -> None:
    assert isinstance(DECODERS["objectron"](card()), Objectron)
    assert {"near_threshold", "cuboid_jitter"} == objectron(card()).signals


def test_nine_points_come_out_in_pixels_of_the_crop_and_the_box_is_around_the_corners() -> None:
    wanted = card()
    place = fit(wanted.input, width=32, height=16)  # twice as wide as the input, and as high
    found = objectron(wanted).decode(outputs(0.7), fit=place, floor=0.1, most=5)
    np.testing.assert_allclose(found.boxes, [[4, 1, 32, 17]])
    np.testing.assert_allclose(found.scores, [0.7], atol=1e-6)
    assert [0] == found.columns.tolist()
    assert found.shapes is not None
    assert isinstance(found.shapes[0], Solid)
    np.testing.assert_allclose(found.shapes[0].points, np.reshape(POINTS, (9, 2)) * (2, 1))


@pytest.mark.parametrize(("presence", "most"), [pytest.param(0.05, 5, id="absent"), pytest.param(0.9, 0, id="no room")])
def test_otherwise_nothing_comes_out(presence: float, most: int) -> None:
    wanted = card()
    place = fit(wanted.input, width=16, height=16)
    found = objectron(wanted).decode(outputs(presence), fit=place, floor=0.1, most=most)
    assert (0, 4) == found.boxes.shape
    assert () == found.shapes


def test_a_second_class_is_refused() -> None:
    with pytest.raises(ModelError, match="expected 1"):
        objectron(card(("chair", "cup")))
