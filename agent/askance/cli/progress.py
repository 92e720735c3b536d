"""A bar on standard error for commands that take a while."""

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager

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
def bars() -> Generator[Callable[[str], Callable[[int, int], None]]]:
    """Give a bar for each named step of a longer work; the bar of the step before is then complete."""
    with ExitStack() as finished:

        def begin(step: str) -> Callable[[int, int], None]:
            finished.close()
            shown = finished.enter_context(click.progressbar(length=1, label=step, file=sys.stderr))

            def progress(done: int, total: int) -> None:
                shown.length = total
                shown.update(done - shown.pos)

            return progress

        yield begin
