"""Annotations of every kind by chance, inside an image of 600 x 400 pixels or more."""

from typing import Any

from hypothesis import strategies as st

from askance.wire.annotations import (
    Annotation,
    Box,
    Cuboid,
    Keypoints,
    Mask,
    Origin,
    Polygon,
    Pose,
    Segment,
    Tag,
)
from askance.wire.rle import compress

UNIT = st.floats(0, 1)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=64)
COUNTS = st.integers(0, 2**53)
COORDINATES = st.floats(-1e6, 1e6)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)


def annotations(models: st.SearchStrategy[str | None] = st.none()) -> st.SearchStrategy[Annotation]:  # noqa: B008 (a strategy is a value)
    """One of any kind, seen by one of ``models``."""
    every: dict[str, Any] = {
        "label_id": st.integers(0, 65535),
        "label": NAMES,
        "score": st.none() | UNIT,
        "calibrated_score": st.none() | UNIT,
        "origin": st.sampled_from(Origin),
        "track_id": st.none() | COUNTS,
        "suggested": st.booleans(),
        "model": models,
    }
    side = {"x": st.floats(0, 300), "width": st.floats(0, 300), "y": st.floats(0, 200), "height": st.floats(0, 200)}
    placed = every | side
    pixels = placed | {"grid": st.just((30, 20)), "counts": st.lists(st.integers(1, 30), max_size=19).map(_counts)}
    ring = st.lists(COORDINATES, min_size=6, max_size=12).map(lambda ring: ring[: len(ring) // 2 * 2])
    triple = st.tuples(NUMBERS, NUMBERS, NUMBERS)
    pose = st.builds(Pose, rotation=st.tuples(*[NUMBERS] * 4), translation=triple, size=triple, metric=st.booleans())
    corner = st.tuples(COORDINATES, COORDINATES)
    return st.one_of(
        st.builds(Tag, **every),
        st.builds(Box, rotation=st.none() | st.floats(-179, 180), **placed),
        st.builds(Polygon, rings=st.lists(ring, min_size=1, max_size=3), **placed),
        st.builds(Mask, scope=st.sampled_from(["instance", "semantic"]), **pixels),
        st.builds(Segment, thing=st.booleans(), **pixels),
        st.builds(
            Keypoints,
            points=st.lists(st.tuples(COORDINATES, COORDINATES, st.none() | UNIT), min_size=1, max_size=6),
            **placed,
        ),
        st.builds(Cuboid, points=st.lists(corner, min_size=9, max_size=9), pose=st.none() | pose, **placed),
    )


def _counts(lengths: list[int]) -> str:
    return compress([*lengths, 600 - sum(lengths)])
