"""A body knows its limbs and which of its points are twins."""

from pathlib import Path

from askance.edge.score.body import Body
from askance.labels import LabelMap, Skeleton


def test_limbs_are_the_edges_and_twins_a_left_and_a_right_one() -> None:
    skeleton = Skeleton(keypoints=("right ear", "nose", "left ear", "left wing"), edges=(("nose", "left ear"),))

    assert Body.of(skeleton) == Body(("right ear", "nose", "left ear", "left wing"), ((1, 2),), ((2, 0),))


def test_the_shipped_labels_have_bodies(checkout: Path) -> None:
    labels = LabelMap.load(checkout / "config" / "labels.yaml")
    skeletons = {label.name: label.skeleton for label in labels.labels if label.skeleton is not None}

    assert {name: (len(body.limbs), len(body.twins)) for name in skeletons for body in (Body.of(skeletons[name]),)} == {
        "person": (19, 8),
        "face": (6, 2),
    }
