"""Python's own memory, in a program that runs for months."""

import gc
from typing import Final

TIDY_S: Final = 60.0
"""How often to tidy up, seconds."""


def settle() -> None:
    """Set apart what is there for good, when all parts are built: to look for garbage then takes next to no time."""
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Give back what Python keeps for later.

    Of the tuples that nobody needs any more it keeps up to 2,000 of every length for the next ones; a whole collection
    alone lets go of them. Python starts one when objects pile up, and here none do: what it kept grew for 90,000
    frames, to some three megabytes.
    """
    gc.collect()
