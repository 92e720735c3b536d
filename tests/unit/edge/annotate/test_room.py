"""What a manifest has no room for gets coarser first, and goes last."""

import numpy as np
import pytest
from numpy.typing import NDArray

from askance.codecs.pixels import covered
from askance.codecs.rle import encode
from askance.edge.annotate import annotate, fit, tally
from askance.wire.annotations import Annotation, Mask, Polygon, Segment
from askance.wire.capture import Reason
from askance.wire.codec import dump_json
from support_scenes import CAR, NAMES, PERSON, scene

REASON = Reason(rule="unsure", rule_version="1", signal="entropy", value=0.5, text="two", objects=(2, 0))
SIZE = 320, 240
ROWS, COLUMNS = np.mgrid[: SIZE[1], : SIZE[0]]


def length(annotations: tuple[Annotation, ...]) -> int:
    return sum(len(dump_json(annotation)) + 1 for annotation in annotations)


def mask(inside: NDArray[np.bool_], *, scope: str = "instance") -> Mask:
    whole = {"x": 0.0, "y": 0.0, "width": 320.0, "height": 240.0}
    return Mask.model_validate(
        {"label_id": 1, "label": "person", "score": 0.5, **whole, "counts": encode(inside), "scope": scope}
    )


def segment(inside: NDArray[np.bool_]) -> Segment:
    return Segment.model_validate(mask(inside).model_dump(exclude={"kind", "scope"}) | {"thing": False})


DISC = np.asarray((ROWS - 120) ** 2 + (COLUMNS - 160) ** 2 < 100**2)
WAVES = np.asarray(np.sin(COLUMNS / 9) * 30 + np.sin(ROWS / 3) * 10 > 0)


def test_what_fits_is_left_as_it_is() -> None:
    boxes = annotate(scene((PERSON, 0.9), (CAR, 0.5), (CAR, 0.2)), NAMES)

    assert (boxes, (REASON,)) == fit(boxes, [REASON], room=10_000, size=SIZE)
    assert {} == tally(boxes, boxes)


def test_the_weakest_go_first_and_no_reason_points_at_them() -> None:
    boxes = annotate(scene((PERSON, 0.9), (CAR, 0.5), (CAR, 0.2)), NAMES)

    kept, reasons = fit(boxes, [REASON], room=length(boxes[:2]))

    assert boxes[:2] == kept
    assert [(0,)] == [reason.objects for reason in reasons]
    assert {"annotate.left_out": 1} == tally(boxes, kept)


def test_where_nothing_fits_the_reasons_stay() -> None:
    boxes = annotate(scene((PERSON, 0.9)), NAMES)

    kept, reasons = fit(boxes, [REASON.model_copy(update={"objects": (0,)})], room=5)

    assert ((), [()]) == (kept, [reason.objects for reason in reasons])


def test_an_object_gets_corners_before_it_goes() -> None:
    before = (mask(DISC), mask(DISC))

    kept, _ = fit(before, [REASON.model_copy(update={"objects": (1,)})], room=length(before) - 1, size=SIZE)

    assert [Polygon, Polygon] == [type(one) for one in kept]
    assert {"annotate.simplified": 2} == tally(before, kept)
    assert isinstance(kept[0], Polygon)
    again = covered(kept[0], width=SIZE[0], height=SIZE[1])
    assert 0.99 < (again & DISC).sum() / (again | DISC).sum()


@pytest.mark.parametrize("share", [0.9, 0.5, 0.35])
def test_what_divides_the_image_gets_coarser_alike_and_stays_apart(share: float) -> None:
    before = (segment(WAVES), segment(~WAVES))

    kept, _ = fit(before, [], room=int(length(before) * share), size=SIZE)
    covers = [covered(one, width=SIZE[0], height=SIZE[1]) for one in kept if isinstance(one, Segment)]

    assert 2 == len(kept)
    assert (covers[0] ^ covers[1]).all()
    assert 0.8 < (covers[0] == WAVES).mean()
    assert all(one.fault(image_width=SIZE[0], image_height=SIZE[1]) is None for one in kept)


def test_all_pixels_of_a_class_stay_a_mask() -> None:
    before = (mask(WAVES, scope="semantic"),)

    (kept,), _ = fit(before, [], room=length(before) - 1, size=SIZE)

    assert isinstance(kept, Mask)
    assert ("semantic", (160, 120)) == (kept.scope, kept.grid)


def test_a_mask_that_corners_do_not_make_shorter_stays_one() -> None:
    dots = np.asarray((ROWS % 8 == 0) & (COLUMNS % 8 == 0) & (ROWS < 80) & (COLUMNS < 80))
    before = mask(dots), mask(np.zeros_like(dots)), mask(DISC), mask(DISC)

    kept, _ = fit(before, [], room=length(before) - 1, size=SIZE)

    assert before[:2] == kept[:2]
    assert isinstance(kept[2], Polygon)


def test_the_coarsest_that_is_still_too_much_goes_from_the_end() -> None:
    before = tuple(segment(WAVES) for _ in range(4))

    kept, _ = fit(before, [], room=length(before) // 10, size=SIZE)

    assert 0 < len(kept) < 4
    assert {"annotate.simplified": len(kept), "annotate.left_out": 4 - len(kept)} == tally(before, kept)


def test_what_is_coarse_already_gets_no_finer_and_what_has_no_pixels_stays() -> None:
    coarse = segment(WAVES).model_copy(update={"grid": (40, 30), "counts": encode(WAVES[::8, ::8])})
    boxes = annotate(scene((PERSON, 0.9)), NAMES)
    before = (coarse, *boxes, segment(WAVES))

    kept, _ = fit(before, [], room=length(before) // 2, size=SIZE)

    assert (coarse, *boxes) == kept[:2]
    assert isinstance(kept[2], Segment)
    assert kept[2].grid is not None
