"""Models of the test assets, each with the card that tests/cards has for it."""

from pathlib import Path

from askance.edge.detect.package import Package, read_card

CARDS = Path(__file__).parent / "cards"


def asset_package(assets: Path, name: str) -> Package:
    """Pair ``tests/cards/NAME.yaml`` with its file, wherever the assets keep it."""
    card = read_card(CARDS / f"{name}.yaml")
    (file,) = (assets / "models").glob(f"*/{card.file}")
    return Package(card, file.parent)
