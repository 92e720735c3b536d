"""Tables on standard output."""

from collections.abc import Iterator, Sequence

import click


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write rows in columns, two spaces apart, a line each."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def echo_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; the first row has the titles."""
    for line in columns(rows):
        click.echo(line)


def megabytes(count: int) -> str:
    """Write a size."""
    return f"{count / 1e6:.1f} MB"
