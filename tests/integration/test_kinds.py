"""Every kind that is not a box, from real weights: against a decoding by hand, and against what the photos show."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from askance.edge.detect.decode import Candidates, Outputs
from askance.edge.detect.model import Model
from askance.edge.detect.pose import Intrinsics, lift
from askance.edge.shapes import Region, Skeleton, Solid
from askance.edge.values import Image
from support_assets import asset_package

FLOOR = 0.1


def look(assets: Path, name: str, image: Image) -> tuple[Model, Outputs, Candidates]:
    """Run a model on an image: it, what it gave, and what its decoder made of that."""
    model = Model(asset_package(assets, name), threads=1)
    prepared = model.prepare(image)
    outputs = model.forward(prepared)
    return model, outputs, model.decode(outputs, fit=prepared.fit, floor=FLOOR, most=50)


def read(file: Path) -> Image:
    image = cv2.imread(str(file))
    assert image is not None
    return image.astype(np.uint8)


def classes(model: Model, found: Candidates) -> list[str | None]:
    return [model.package.card.classes[column] for column in found.columns]


def whole(region: Region, image: Image) -> NDArray[np.bool_]:
    """Paint a region on a frame."""
    frame = np.zeros(image.shape[:2], np.bool_)
    rows, columns = region.inside.shape
    frame[region.top : region.top + rows, region.left : region.left + columns] = region.inside
    return frame


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / (one | other).sum())


def regions(found: Candidates) -> list[Region]:
    return [shape for shape in found.shapes or () if isinstance(shape, Region)]


def skeletons(found: Candidates) -> list[Skeleton]:
    return [shape for shape in found.shapes or () if isinstance(shape, Skeleton)]


@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        pytest.param("models/coral/cat_720p.jpg", "Egyptian cat", id="cat"),
        pytest.param("images/bus.jpg", "police van", id="bus"),
    ],
)
def test_mobilenet_gives_the_tags_of_its_probabilities(assets: Path, photo: str, expected: str) -> None:
    model, outputs, found = look(assets, "coral-mobilenet-v2", read(assets / photo))
    numbers = outputs["MobilenetV2/Predictions/Softmax"][0] / 256
    by_hand = [column for column in np.argsort(-numbers, kind="stable") if column and numbers[column] >= FLOOR]
    assert by_hand == found.columns.tolist()
    assert numbers[by_hand].tolist() == found.scores.tolist()
    assert expected == classes(model, found)[0]


def test_mobilenets_classes_are_those_of_its_own_list_of_names(assets: Path) -> None:
    names = (assets / "models/coral/imagenet_labels.txt").read_text(encoding="utf-8").splitlines()
    given = asset_package(assets, "coral-mobilenet-v2").card.classes
    assert len(names) == len(given)
    for line, name in zip(names[1:], given[1:], strict=True):
        assert name is not None
        assert line.strip().split(",")[0] == name.split(" or ")[0].split(" (")[0]


def test_deeplab_gives_the_pixels_of_its_choice_and_sees_bus_and_persons(assets: Path) -> None:
    image = read(assets / "images/bus.jpg")
    model, outputs, found = look(assets, "coral-deeplabv3", image)
    assert ["bus", "person"] == classes(model, found)
    assert [1.0, 1.0] == found.scores.tolist()
    nearest = cv2.resize(
        outputs["ArgMax"][0].astype(np.uint8), image.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT
    )
    for region, column, place in zip(regions(found), (6, 15), found.boxes.tolist(), strict=True):
        assert iou(whole(region, image), nearest == column) >= 0.99
        across, down = np.flatnonzero((nearest == column).any(axis=0)), np.flatnonzero((nearest == column).any(axis=1))
        np.testing.assert_allclose(place, [across[0], down[0], across[-1] + 1, down[-1] + 1], atol=2)
    bus, person = (whole(region, image) for region in regions(found))
    assert bus[550, 600]
    assert person[550, [110, 300, 795]].all()
    assert not (bus | person)[1000].any()


def test_twinlitenet_gives_road_and_lines_as_its_logits_enlarged_say(assets: Path) -> None:
    image = read(assets / "models/twinlitenet-road/caeb782d-4a20b7c4.jpg")
    model, outputs, found = look(assets, "twinlitenet-road", image)
    assert ["drivable area", "lane line"] == classes(model, found)
    for name, region, score in zip(("da", "ll"), regions(found), found.scores, strict=True):
        powers = np.exp(outputs[name][0].astype(np.float64))
        share = (powers / powers.sum(axis=0))[1]
        no, yes = (cv2.resize(logit, image.shape[1::-1], interpolation=cv2.INTER_LINEAR) for logit in outputs[name][0])
        assert iou(whole(region, image), yes > no) >= 0.99
        assert pytest.approx(share[share > 0.5].mean(), abs=0.01) == score
        assert region.soft is not None
        assert pytest.approx(share[share > 0.05].mean(), abs=0.05) == region.soft[region.soft > 0.05].mean()
    road, lines = (whole(region, image) for region in regions(found))
    assert road[500, 640]
    assert not road[:250].any()
    assert lines[:600].any(axis=1).sum() > 200


def letterboxed(numbers: NDArray[Any], image: Image) -> NDArray[np.float64]:
    """Carry shares of a square letterbox, y and x last, to x and y in pixels: the square's side is the frame's longer.

    Resizing rounds to whole pixels of the input, so that this is right to a pixel of the input.
    """
    height, width = image.shape[:2]
    side = max(height, width)
    shares = numbers.astype(np.float64)
    return np.stack([shares[..., 1] * side - (side - width) / 2, shares[..., 0] * side - (side - height) / 2], axis=-1)


def test_movenet_multipose_finds_the_three_large_persons_of_the_bus(assets: Path) -> None:
    image = read(assets / "images/bus.jpg")
    _, outputs, found = look(assets, "movenet-multipose", image)
    rows = outputs["Identity:0"][0]
    rows = rows[np.argsort(-rows[:, 55])]
    rows = rows[rows[:, 55] >= FLOOR]
    np.testing.assert_allclose(found.scores, rows[:, 55])
    for row, place, skeleton in zip(rows, found.boxes, skeletons(found), strict=True):
        joints = row[:51].reshape(17, 3)
        np.testing.assert_allclose(skeleton.points[:, :2], letterboxed(joints, image), atol=1080 / 256)
        np.testing.assert_allclose(skeleton.points[:, 2], joints[:, 2])
        corners = letterboxed(row[51:55].reshape(2, 2), image).ravel()
        np.testing.assert_allclose(place, corners, atol=1080 / 256)
    large = sorted(found.boxes[found.scores > 0.2].tolist())
    assert 3 == len(large)
    expected = [[50, 400, 245, 905], [223, 405, 345, 860], [670, 380, 809, 880]]
    assert (np.abs(np.array(large) - expected) < 30).all()


def test_movenets_single_pose_is_that_of_its_seventeen_joints(assets: Path) -> None:
    image = read(assets / "images/bus.jpg")
    _, outputs, found = look(assets, "coral-movenet", image)
    joints = outputs["StatefulPartitionedCall:0"][0, 0]
    (skeleton,) = skeletons(found)
    points = letterboxed(joints, image)
    np.testing.assert_allclose(skeleton.points[:, :2], points, atol=1080 / 192)
    np.testing.assert_allclose(found.scores, [joints[:, 2].mean()], rtol=1e-6)
    seen = points[joints[:, 2] >= 0.2]
    np.testing.assert_allclose(found.boxes, [[*seen.min(axis=0), *seen.max(axis=0)]], atol=1080 / 192)


# Photo of coco128, and the chair's box in it as its label file has it: class, centre, size as shares.
CHAIRS = ["val2017/000000004495", "val2017/000000001993", "val2017/000000000139"]


def chair_crops(assets: Path, photo: str) -> list[tuple[Image, tuple[int, int], tuple[int, int]]]:
    """Cut squares, 1.5 times as long as the longer side, round the chairs of a photo; with corner and frame size."""
    folder = assets / "images/coco128"
    image = read(folder / "images" / f"{photo}.jpg")
    height, width = image.shape[:2]
    crops: list[tuple[Image, tuple[int, int], tuple[int, int]]] = []
    for line in (folder / "object_detection/labels" / f"{photo}.txt").read_text().splitlines():
        label, x, y, wide, tall = map(float, line.split())
        if label != 56:
            continue
        half = round(0.75 * max(wide * width, tall * height))
        left, top = round(x * width) - half, round(y * height) - half
        border = cv2.copyMakeBorder(image, half, half, half, half, cv2.BORDER_CONSTANT).astype(np.uint8)
        crops.append((border[top + half : top + 3 * half, left + half : left + 3 * half], (left, top), (width, height)))
    return crops


def edge_lengths(points: NDArray[np.float64], pairs: Sequence[tuple[int, int]]) -> list[NDArray[np.float64]]:
    return [points[other] - points[one] for one, other in pairs]


@pytest.mark.parametrize("photo", CHAIRS)
def test_objectron_finds_the_chair_and_its_place_in_space(assets: Path, photo: str) -> None:
    best: tuple[float, Any] = (0.0, None)
    for crop, corner, size in chair_crops(assets, photo):
        _, outputs, found = look(assets, "objectron-chair", crop)
        presence = float(outputs["Identity"][0, 0])
        assert int(presence >= FLOOR) == len(found.scores)
        best = max(best, (presence, (crop, outputs, found, corner, size)), key=lambda row: row[0])
    presence, (crop, outputs, found, corner, size) = best
    assert presence > 0.5
    (solid,) = found.shapes
    assert isinstance(solid, Solid)
    assert pytest.approx(presence) == found.scores[0]
    by_hand = outputs["Identity_1"].reshape(9, 2) * (crop.shape[1] / 224, crop.shape[0] / 224)
    np.testing.assert_allclose(solid.points, by_hand, rtol=1e-5)
    corners = by_hand[1:]
    np.testing.assert_allclose(found.boxes, [[*corners.min(axis=0), *corners.max(axis=0)]], rtol=1e-5)

    # x slowest, z fastest, and a chair's own y is up: edges of one direction point the same way.
    order = list(product((0, 1), repeat=3))
    for axis in range(3):
        ends = [
            (one + 1, other + 1)
            for one, other in product(range(8), repeat=2)
            if [b - a for a, b in zip(order[one], order[other], strict=True)] == [int(axis == way) for way in range(3)]
        ]
        edges = edge_lengths(solid.points, ends)
        assert 4 == len(edges)
        assert all(edge @ np.mean(edges, axis=0) > 0 for edge in edges)
        assert axis != 1 or all(edge[1] < 0 for edge in edges)

    width, height = size
    camera = Intrinsics((1.2 * max(size), 1.2 * max(size)), (width / 2, height / 2))
    placement = lift(solid.points + corner, camera, height=0.9)
    assert placement is not None
    w, x, y, z = placement.rotation
    assert w * w - x * x + y * y - z * z < -0.8  # how far its own y, which is up, goes down in the camera's frame
    assert 1.0 < placement.translation[2] < 15.0
    assert 0.2 < min(placement.size)
    assert max(placement.size) < 2.0
