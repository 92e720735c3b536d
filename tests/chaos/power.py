"""When the power goes: at some moment of a worker's life, or at the n-th of its calls that change a file."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from random import Random
from typing import Any, Final, Self

from chaos.worker import FAILED, Say, Work, Worker

CALLS: Final = ("fsync", "mkdir", "rename", "replace", "unlink", "write")
"""Those of ``os`` before or after which a life may end."""

PATIENCE_S: Final = 60.0
"""How long a loaded machine may need to a worker's first word."""

OVER: Final = "over"
"""What a worker says when it ends itself."""

_OPENING_S: Final = 0.03
_WORKING_S: Final = 0.25
_CALLS: Final = 60


@dataclass(frozen=True, slots=True)
class Moment:
    """When a worker's life ends.

    Attributes:
        after_s: of its life, or with ``spoken`` of the time since its first word.
        spoken: see there.
        call: the number of its call of CALLS at which it ends, if it comes so far; None: only time ends it.
        before: that call is not made any more.
    """

    after_s: float
    spoken: bool
    call: int | None = None
    before: bool = False

    @classmethod
    def of(cls, random: Random) -> Self:
        """Draw one: while the store opens, while it works, or at a call."""
        kinds = (
            cls(random.uniform(0, _OPENING_S), spoken=False),
            cls(random.uniform(0, _WORKING_S), spoken=True),
            cls(_WORKING_S, spoken=True, call=random.randint(1, _CALLS), before=random.random() < 0.5),
        )
        return random.choice(kinds)


@dataclass(frozen=True, slots=True)
class Life:
    """What a worker had said when its end came, and how it failed before."""

    lines: tuple[str, ...]
    failures: tuple[str, ...]


def live(work: Work, moment: Moment, *, niche: Callable[[], None], end: Callable[[], None]) -> Life:
    """Let a worker live until ``moment``, then call ``end`` and kill it.

    What it says later is not heard: a sync that is under way while its journal is aborted may return as if it had been
    done, and nobody could have relied on it yet.

    Args:
        work: what it does, for ever.
        moment: when it ends.
        niche: what is done to the code in its process before.
        end: cuts the power of its disk, or nothing: then it is only killed.
    """

    def work_until(say: Say) -> None:
        def end_here() -> None:
            say(OVER)
            end()

        niche()
        if moment.call is not None:
            end_at(moment.call, end_here, before=moment.before)
        work(say)

    with Worker(work_until) as worker:
        if moment.spoken:
            worker.listen(PATIENCE_S)
        said = worker.said(moment.after_s)
        end()
    lines = [*takewhile(lambda line: line != OVER, said)]
    failures = tuple(line for line in lines if line.startswith(FAILED))
    return Life(tuple(line for line in lines if line not in failures), failures)


def end_at(number: int, end: Callable[[], None], *, before: bool) -> None:
    """Have the ``number``-th call of CALLS in this process be its last."""
    left = number

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 (it stands for several functions)
            nonlocal left
            left -= 1
            result = None if left == 0 and before else call(*arguments, **named)
            if left == 0:
                end()
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return called

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
