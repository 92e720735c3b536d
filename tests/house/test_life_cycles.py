"""The drawings of the life cycles are those of the tables."""

from pathlib import Path

from support_diagrams import page


def test_the_page_is_drawn_from_the_tables(checkout: Path) -> None:
    """To draw it again: python tests/support_diagrams.py > docs/life-cycles.md."""
    assert page() == (checkout / "docs" / "life-cycles.md").read_text()
