"""Tests of written cards."""

from pathlib import Path

from askance.edge.detect.package import load_package, read_card
from askance.models.cards import dump_card, write_card
from support_models import silent, write_package


def test_a_card_survives_being_written(tmp_path: Path) -> None:
    card = load_package(write_package(tmp_path / "tiny", silent(), figures={"ap50": 0.5})).card
    write_card(card, tmp_path / "card.yaml")
    assert card == read_card(tmp_path / "card.yaml")


def test_what_was_not_given_stays_out(tmp_path: Path) -> None:
    card = load_package(write_package(tmp_path / "tiny", silent())).card
    assert "report" not in dump_card(card)
