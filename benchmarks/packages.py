"""Model packages by their folder, or by a card whose file lies in the assets."""

from pathlib import Path

from askance.edge.detect.package import Package, load_package, read_card, sha256_of


def find_package(path: Path, *, assets: Path) -> Package:
    """Load a folder with a card, or a card whose file lies in the assets."""
    if path.is_dir():
        return load_package(path)
    card = read_card(path)
    files = list((assets / "models").glob(f"*/{card.file}"))
    if [sha256_of(file) for file in files] != [card.sha256]:
        raise SystemExit(f"the assets do not hold the file of {path}: {card.file}")
    return Package(card, files[0].parent)
