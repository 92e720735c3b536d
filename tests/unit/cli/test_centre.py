"""What the centre's commands work on."""

from pathlib import Path

from askance.central.config import CentralConfig
from askance.central.lifecycle import State
from askance.central.schema import create_catalog
from askance.central.tasks import Filter
from askance.cli.centre import STATES, labels, which, working


def test_a_choice_of_tasks_is_read_from_options() -> None:
    chosen = which(state="open", at_least=0.5, device="camera-1", limit=3)

    assert (State.OPEN, 0.5, "camera-1", 3) == (chosen.state, chosen.at_least, chosen.device, chosen.limit)
    assert Filter() == which(state=None, at_least=None, device=None, limit=None)


def test_the_states_offered_are_those_of_the_life_cycle() -> None:
    assert tuple(State) == STATES


def test_the_shipped_label_map_is_taken_when_none_is_named() -> None:
    assert "person" in [label.name for label in labels(CentralConfig())]


def test_the_queue_is_closed_behind_a_command(tmp_path: Path) -> None:
    create_catalog(tmp_path / "centre").close()
    (tmp_path / "central.yaml").write_text("storage: {path: centre}\n")

    with working(tmp_path / "central.yaml") as queue:
        assert queue.claim("ana") is None
