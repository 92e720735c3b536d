"""A file of counts says of which labels the fleet has few."""

import json
from pathlib import Path

import pytest

from askance.edge.label_counts import read_label_counts
from askance.errors import ConfigError
from support_replay import coco


def read(folder: Path, text: str) -> dict[str, int]:
    """The counts of a file, by the labels' names."""
    file = folder / "counts.yaml"
    file.write_text(text)
    labels = coco()
    names = {int(label.id): label.name for label in labels.labels}
    return {names[label]: count for label, count in read_label_counts(file, labels).items()}


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    counts = {"person": 5120, "hair drier": 0}

    assert counts == read(tmp_path, "person: 5120\nhair drier: 0\n") == read(tmp_path, json.dumps(counts))


def test_names_of_one_label_are_added_up(tmp_path: Path) -> None:
    label = next(label for label in coco().labels if label.aliases)

    assert {label.name: 7} == read(tmp_path, json.dumps({label.name: 3, label.aliases[0]: 4}))


def test_nothing_labelled_is_known_too(tmp_path: Path) -> None:
    assert {} == read(tmp_path, "{}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("person: 1\nbicycel: 2\n", r"counts.yaml:2: unknown label in label map coco-80@2: bicycel"),
        ("person: -1\n", r"counts.yaml:1: person: .*greater than or equal to 0"),
        ("person: few\n", r"counts.yaml:1: person: expected an? .*integer"),
        ("person: 1.5\n", r"counts.yaml:1: person: expected an? .*integer"),
        ("- person\n", r"counts.yaml:1: expected keys and values"),
    ],
)
def test_what_is_no_count_of_a_label_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, text)


def test_the_nearest_name_and_the_command_that_writes_the_file_are_hints(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as unknown:
        read(tmp_path, "bicycel: 2\n")
    with pytest.raises(ConfigError) as missing:
        read_label_counts(tmp_path / "none.yaml", coco())

    assert "did you mean bicycle?" in str(unknown.value.hint)
    assert "askance queue counts" in str(missing.value.hint)
