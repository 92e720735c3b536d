"""Values that options of more than one command take."""

import click

_LARGEST = 8192
_CORES = 64


def size(text: str) -> tuple[int, int]:
    """Read a size, as in 640x384."""
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 0 < int(width) <= _LARGEST and 0 < int(height) <= _LARGEST):
        raise click.BadParameter(f"{text}: expected a width and a height up to {_LARGEST}, as in 640x384")
    return int(width), int(height)


def counts(text: str) -> tuple[int, ...]:
    """Read numbers of threads, as in 1,2."""
    parts = text.split(",")
    if not all(part.isdigit() and 1 <= int(part) <= _CORES for part in parts):
        raise click.BadParameter(f"{text}: expected numbers from 1 to {_CORES}, as in 1,2")
    return tuple(dict.fromkeys(map(int, parts)))
