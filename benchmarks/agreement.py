"""The table of decoder families: how far each agrees with whoever else reads the same file, as the tests compare them.

python benchmarks/agreement.py                  everything, half an hour with ultralytics' exports
python benchmarks/agreement.py --only yolo11n   comparisons whose name has this in it
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from material import CHECKOUT
from report import columns

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.package import read_card

CARDS = CHECKOUT / "tests" / "cards"
TESTS = ("test_detectors.py", "test_ultralytics.py", "test_kinds.py")
TITLES = ("family", "reference", "compared", "alone", "worst IoU", "worst score", "mask", "pixels", "degrees")


class Recorder:
    """A plugin of pytest that keeps every row which a test has compared."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def pytest_collection(self) -> None:
        """Listen where the tests compare; they take that function by name when they are collected."""
        import support_agreement  # noqa: PLC0415 (pytest puts the tests' folder where it is found)

        compare = support_agreement.agree

        def agree(blank: Any, pairs: Iterable[Any]) -> Any:  # noqa: ANN401 (the tests' own types)
            row = compare(blank, pairs)
            self.rows.append(row)
            return row

        support_agreement.agree = agree


def main(argv: Sequence[str] | None = None) -> None:
    """Run the comparisons and print the table; end as the tests do."""
    parser = argparse.ArgumentParser(description="compare decoders with their references")
    parser.add_argument("--only", metavar="WORD", default="", help="in the name of a comparison")
    options = parser.parse_args(argv)
    recorder = Recorder()
    files = [str(CHECKOUT / "tests" / "integration" / name) for name in TESTS]
    status = pytest.main(["-q", "--no-header", "-k", options.only, *files], plugins=[recorder])
    families = {card.name: card.decoder.family for card in map(read_card, sorted(CARDS.glob("*.yaml")))}
    print(columns([TITLES, *(_line(row, families) for row in recorder.rows)]))
    compared = {families.get(row.family, row.family) for row in recorder.rows}
    print(f"families with tests of another kind, or not asked for: {', '.join(sorted(set(DECODERS) - compared))}")
    sys.exit(status)


def _line(row: Any, families: Mapping[str, str]) -> tuple[str, ...]:  # noqa: ANN401 (a type of the tests)
    """Write a row; some tests name the card where others name the family."""
    kinds = (None if value is None else f"{value:.3f}" for value in (row.mask, row.pixels, row.degrees))
    card = f"{row.family}, " if row.family in families else ""
    return (
        families.get(row.family, row.family),
        f"{card}{row.reference}",
        str(row.compared),
        str(row.alone),
        f"{row.iou:.5f}",
        f"{row.score:.1e}",
        *(kind or "-" for kind in kinds),
    )


if __name__ == "__main__":
    main()
