"""A bar on standard error for commands that take a while."""

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import click


@contextmanager
def bar(label: str) -> Generator[Callable[[int, int | None], None]]:
    """Show progress; how much there is to do is learnt on the way."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as shown:

        def progress(done: int, total: int | None) -> None:
            shown.length = total or max(done, 1)
            shown.update(done - shown.pos)

        yield progress


@contextmanager
def bars() -> Generator[Callable[[str, int, int], None]]:
    """Show a bar for each step of a longer work; the bar of the step before is then complete."""
    with ExitStack() as finished:
        shown: dict[str, Any] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in shown:
                finished.close()
                shown[step] = finished.enter_context(click.progressbar(length=total, label=step, file=sys.stderr))
            shown[step].update(done - shown[step].pos)

        yield progress
