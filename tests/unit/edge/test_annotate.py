"""Detections become annotations in the same order, in pixels, with the suggestions marked."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from askance.edge.annotate import annotate, fit
from askance.wire.annotations import Box
from askance.wire.capture import Reason
from askance.wire.codec import dump_json
from support_scenes import CAR, NAMES, PERSON, scene


def test_a_candidate_below_the_threshold_is_a_suggestion() -> None:
    found = annotate(scene((PERSON, 0.91), (CAR, 0.123456)), NAMES)

    assert [("person", 0.91, False), ("car", 0.1235, True)] == [(one.label, one.score, one.suggested) for one in found]


def test_nothing_seen_is_an_empty_list() -> None:
    assert () == annotate(scene(), NAMES)


@given(st.lists(st.floats(0, 1920, width=32), min_size=4, max_size=4))
def test_a_box_inside_the_frame_stays_inside_after_rounding(sides: list[float]) -> None:
    left, right = sorted(sides[:2])
    top, bottom = sorted(sides[2:])
    boxes = np.array([[left, top, right, bottom]], np.float32)

    (box,) = annotate(replace(scene((PERSON, 0.5)), boxes=boxes), NAMES)

    assert isinstance(box, Box)
    assert box.inside(image_width=1920, image_height=1920)
    assert np.allclose([left, top, right, bottom], [box.x, box.y, box.x + box.width, box.y + box.height], atol=0.011)


REASON = Reason(rule="unsure", rule_version="1", signal="entropy", value=0.5, text="two", objects=(2, 0))


def test_what_fits_is_left_as_it_is() -> None:
    boxes = annotate(scene((PERSON, 0.9), (CAR, 0.5), (CAR, 0.2)), NAMES)

    assert (boxes, (REASON,)) == fit(boxes, [REASON], room=10_000)


def test_the_weakest_go_first_and_no_reason_points_at_them() -> None:
    boxes = annotate(scene((PERSON, 0.9), (CAR, 0.5), (CAR, 0.2)), NAMES)
    room = sum(len(dump_json(box)) + 1 for box in boxes[:2])

    kept, reasons = fit(boxes, [REASON], room=room)

    assert boxes[:2] == kept
    assert [(0,)] == [reason.objects for reason in reasons]


def test_where_nothing_fits_the_reasons_stay() -> None:
    boxes = annotate(scene((PERSON, 0.9)), NAMES)

    kept, reasons = fit(boxes, [REASON.model_copy(update={"objects": (0,)})], room=5)

    assert ((), [()]) == (kept, [reason.objects for reason in reasons])
