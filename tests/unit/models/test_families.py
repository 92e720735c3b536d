"""Tests of the table of families against the real files and the cards that people wrote for them."""

from pathlib import Path

import pytest

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.package import ModelCard, read_card
from askance.edge.detect.session import Port, Session
from askance.models.families import RECOGNISERS, recognise

CARDS = sorted((Path(__file__).parents[2] / "cards").glob("*.yaml"))


@pytest.mark.parametrize("card_file", CARDS, ids=[path.stem for path in CARDS])
def test_a_real_file_is_recognised_as_what_its_card_says(assets: Path, card_file: Path) -> None:
    card = read_card(card_file)
    [file] = (assets / "models").glob(f"*/{card.file}")
    guess = recognise(Session(file, threads=1).outputs, sides=(card.input.width, card.input.height))
    assert guess is not None
    assert (card.decoder.family, card.task) == (guess.family, guess.task)
    if guess.classes is not None:
        guessed = card.decoder.model_copy(update={"parameters": guess.parameters})
        assert outputs_of(card) == outputs_of(card.model_copy(update={"decoder": guessed}))


def outputs_of(card: ModelCard) -> set[str]:
    """The outputs that the decoder reads."""
    return set(DECODERS[card.decoder.family](card).outputs)


def test_every_row_says_what_it_looks_for() -> None:
    assert all(":" in row or "(" in row for row in RECOGNISERS)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([(1, 1, 8, 8), (1, 2, 8, 8)], id="half a centerface"),
        pytest.param([(5, 14), (5, 2)], id="plates without overlaps"),
        pytest.param([(1, 1)], id="one number"),
        pytest.param([(1, 64, 64), (1, 2, 64, 64)], id="choices and scores together"),
    ],
)
def test_what_is_nearly_a_family_is_none(shapes: list[tuple[int, ...]]) -> None:
    ports = [Port(f"out{number}", shape, "tensor(float)") for number, shape in enumerate(shapes)]
    assert recognise(ports, sides=(64, 64)) is None
