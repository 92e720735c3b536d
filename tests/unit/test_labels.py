"""Tests of the label map: names that resolve, and mistakes that are named with their lines."""

from pathlib import Path

import pytest

from askance import shipped
from askance.errors import ConfigError
from askance.labels import Label, LabelId, LabelMap

HEAD = "version: 3\nname: street\nlabels:\n"


def write(path: Path, text: str) -> Path:
    file = path / "labels.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_map_has_the_80_labels_of_coco_with_its_own_ids(assets: Path) -> None:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    lines = (assets / "images/coco128/object_detection/config.yaml").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("  ")]
    assert names == [label.name for label in labels.labels if label.id <= 90]
    assert (1, 90) == (labels.labels[0].id, labels.labels[79].id)
    assert len(labels.labels) == len({label.colour for label in labels.labels})
    assert "coco-80@2" == labels.tag


def test_the_shipped_map_has_what_faces_plates_and_roads_are_called() -> None:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")

    beyond = {label.id: label.name for label in labels.labels if label.id > 90}
    assert {301: "face", 302: "licence plate", 303: "drivable area", 304: "lane line"} == beyond


@pytest.mark.parametrize(("name", "points", "edges"), [("person", 17, 19), ("face", 5, 6)])
def test_the_shipped_map_knows_the_skeletons(name: str, points: int, edges: int) -> None:
    skeleton = LabelMap.load(shipped.folder("config") / "labels.yaml").resolve(name).skeleton

    assert skeleton is not None
    assert (points, edges) == (len(skeleton.keypoints), len(skeleton.joints))
    assert set(range(points)) == {end for joint in skeleton.joints for end in joint}


def test_the_names_of_pascal_voc_resolve() -> None:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    names = "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person"
    names += " pottedplant sheep sofa train tvmonitor"

    assert 20 == len({labels.resolve(name).id for name in names.split()})


SKELETON = "  - id: 1\n    name: arm\n    skeleton:\n      keypoints: [elbow, wrist]\n"


def test_edges_are_places_in_the_keypoints_and_attributes_have_values(tmp_path: Path) -> None:
    text = HEAD + SKELETON + "      edges: [[wrist, elbow]]\n    attributes: {side: [left, right]}\n"

    (label,) = LabelMap.load(write(tmp_path, text)).labels

    assert label.skeleton is not None
    assert ((1, 0),) == label.skeleton.joints
    assert {"side": ("left", "right")} == label.attributes


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        pytest.param("      edges: [[wrist, knee]]\n", ":6: .*joins what is no keypoint: knee", id="edge"),
        pytest.param("    attributes: {side: []}\n", ":8: .*side", id="attribute"),
    ],
)
def test_a_wrong_skeleton_or_attribute_is_refused_with_its_line(tmp_path: Path, rest: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        LabelMap.load(write(tmp_path, HEAD + SKELETON + rest))


def test_what_drawings_ask_is_there_by_id(tmp_path: Path) -> None:
    text = HEAD + SKELETON + '      edges: [[wrist, elbow]]\n    colour: "#102030"\n  - {id: 2, name: leg}\n'

    labels = LabelMap.load(write(tmp_path, text))

    assert ({1: "#102030"}, {1: ((1, 0),)}) == (labels.colours, labels.joints)


def test_two_keypoints_of_the_same_name_are_refused(tmp_path: Path) -> None:
    text = HEAD + SKELETON.replace("[elbow, wrist]", "[elbow, elbow]")

    with pytest.raises(ConfigError, match="two keypoints have the same name: elbow"):
        LabelMap.load(write(tmp_path, text))


@pytest.mark.parametrize("name", ["traffic light", "Traffic Light", "traffic_light", "traffic-light", "trafficlight"])
def test_case_and_spacing_do_not_matter(name: str) -> None:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    assert "traffic light" == labels.resolve(name).name


def test_an_alias_resolves_to_its_label(tmp_path: Path) -> None:
    labels = LabelMap.load(write(tmp_path, HEAD + "  - {id: 7, name: couch, aliases: [sofa]}\n"))
    assert Label(id=LabelId(7), name="couch", aliases=("sofa",)) == labels.resolve("Sofa")
    assert "street@3" == labels.tag


def test_an_unknown_name_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    labels = LabelMap.load(write(tmp_path, HEAD + "  - {id: 7, name: couch, aliases: [Arm Chair]}\n"))
    with pytest.raises(ConfigError, match="unknown label in label map street@3: armchairs") as caught:
        labels.resolve("armchairs")
    assert "did you mean Arm Chair?" in (caught.value.hint or "")


def test_a_name_unlike_any_other_is_refused_without_a_guess(tmp_path: Path) -> None:
    labels = LabelMap.load(write(tmp_path, HEAD + "  - {id: 7, name: couch}\n"))
    with pytest.raises(ConfigError) as caught:
        labels.resolve("zzz")
    assert "did you mean" not in (caught.value.hint or "")
    assert labels.find("zzz") is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            "  - id: 1\n    name: car\n  - id: 1\n    name: bus\n", ":6: duplicate id: 1 and 1 .* line 4", id="same id"
        ),
        pytest.param(
            "  - id: 1\n    name: car\n  - id: 2\n    name: car\n", ":7: duplicate name: car and car", id="same name"
        ),
        pytest.param(
            "  - id: 1\n    name: hot dog\n  - id: 2\n    name: Hot-Dog\n",
            ":7: duplicate name: hot dog and Hot-Dog are the same, see line 5",
            id="case and spacing",
        ),
        pytest.param(
            "  - id: 1\n    name: car\n  - id: 2\n    name: auto\n    aliases:\n      - van\n      - CAR\n",
            ":10: duplicate aliases: car and CAR are the same, see line 5",
            id="an alias that is a name",
        ),
        pytest.param(
            "  - id: 1\n    name: car\n    aliases:\n      - van\n  - id: 2\n    name: van\n",
            ":9: duplicate name: van and van are the same, see line 7",
            id="a name that is an alias",
        ),
    ],
)
def test_duplicates_are_refused_with_both_lines(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        LabelMap.load(write(tmp_path, HEAD + rows))
    assert "keep one of the two" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(HEAD + "  - {id: 1, name: car, color: red}\n", "labels.yaml:4: unknown key.*color", id="key"),
        pytest.param(HEAD + "  - id: 1\n    name: car\n    colour: red\n", "labels.yaml:6: .*colour", id="colour"),
        pytest.param(HEAD + "  - {id: -1, name: car}\n", "labels.yaml:4: .*id", id="negative id"),
        pytest.param("version: 1\nversion: 2\n", "labels.yaml:2: duplicate key: version", id="duplicate key"),
        pytest.param("version: [\n", "not valid YAML", id="no YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        LabelMap.load(write(tmp_path, text))


def test_a_missing_file_is_refused_with_the_key_to_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read") as caught:
        LabelMap.load(tmp_path / "nothing.yaml")
    assert "the key labels" in (caught.value.hint or "")
