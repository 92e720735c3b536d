"""What the command line says of a device is put into its configuration."""

from pathlib import Path

from askance.cli.footage import configured, open_reel
from support_programs import write_yaml
from support_replay import record


def test_the_command_line_goes_before_the_configuration(tmp_path: Path) -> None:
    path = write_yaml(tmp_path / "edge.yaml", {"labels": "mine.yaml", "detector": {"model": "a", "floor": 0.1}})

    config = configured(path, model=tmp_path / "models" / "b", labels=tmp_path / "labels.yaml")

    assert (tmp_path / "models", "b", 0.1) == (config.detector.models, config.detector.model, config.detector.floor)
    assert tmp_path / "labels.yaml" == config.labels
    assert tmp_path / "mine.yaml" == configured(path, model=None).labels


def test_without_cameras_of_a_configuration_a_recording_is_one_of_its_own(tmp_path: Path) -> None:
    street = str(record(tmp_path / "street", 1))
    alone = write_yaml(tmp_path / "edge.yaml", {"cameras": [{"id": "gate", "url": "0"}]})

    shown = [
        open_reel([street], configured(path, model=None), fps=None, cameras=(), poses=()).recordings[0].camera
        for path in (None, alone)
    ]

    assert ["street", "gate"] == shown
