"""Times models on this CPU against each other: each with one and more threads, and with square and fitting inputs."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np

from askance.edge.detect.model import Model
from askance.edge.detect.package import Package
from askance.edge.detect.scenes import scene
from askance.edge.detect.trial import examine
from askance.edge.values import Image
from askance.errors import ModelError

Progress: TypeAlias = Callable[[int, int], None]

_WARM: Final = 3
_CLOSE: Final = 1.1


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of running a model.

    Attributes:
        package: the model.
        threads: cores that a forward pass may use.
        square: the whole input is computed although the frame leaves borders free.
    """

    package: Package
    threads: int
    square: bool

    @property
    def name(self) -> str:
        """How people tell it from the others."""
        shape = ", square" if self.square else ""
        return f"{self.package.card.name}, {self.threads} thread{'s'[: self.threads > 1]}{shape}"


@dataclass(frozen=True, slots=True)
class Timing:
    """What a variant took to prepare and run a frame, milliseconds.

    Attributes:
        variant: it.
        wall: median.
        spread: between the quartiles.
        cpu: median over all its threads.
        faults: what the trial said against the file; empty: nothing.
    """

    variant: Variant
    wall: float
    spread: float
    cpu: float
    faults: tuple[str, ...]


def variants(packages: Sequence[Package], *, threads: Sequence[int]) -> list[Variant]:
    """List every way of running the packages; an input with a stride is tried in full as well."""
    return [
        Variant(package, count, square)
        for package in packages
        for count in threads
        for square in ((False, True) if package.card.input.stride is not None else (False,))
    ]


def run(listed: Sequence[Variant], *, size: tuple[int, int], rounds: int, progress: Progress) -> list[Timing]:
    """Time variants in turn, round by round, so that a busy moment of the machine meets all of them.

    Args:
        listed: what to time.
        size: width and height of the frame.
        rounds: how often each looks at it.
        progress: told after each round how many are done, and of how many.

    Raises:
        ModelError: a model cannot be loaded, or its forward pass fails.
    """
    image = _frame(size)
    models = [_load(each) for each in listed]
    taken: list[list[tuple[float, float]]] = [[] for _ in listed]
    for number in range(rounds + _WARM):
        for model, times in zip(models, taken, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            model.forward(model.prepare(image))
            times.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
        progress(number + 1, rounds + _WARM)
    return [
        _timing(model, times[_WARM:], variant=variant)
        for model, times, variant in zip(models, taken, listed, strict=True)
    ]


def choose(timings: Sequence[Timing]) -> Timing:
    """Choose the fastest sound file; of those that are about as fast, the one that takes the least CPU time.

    Raises:
        ModelError: the trial speaks against all of them.
    """
    sound = [timing for timing in timings if not timing.faults and not timing.variant.square]
    if not sound:
        raise ModelError(
            f"none of these may run: {timings[0].variant.package.file}: {'; '.join(timings[0].faults)}",
            hint="see each of them: askance models check NAME",
        )
    fastest = min(timing.wall for timing in sound)
    return min((each for each in sound if each.wall <= fastest * _CLOSE), key=lambda each: each.cpu)


def _load(variant: Variant) -> Model:
    card = variant.package.card
    if variant.square:
        card = card.model_copy(update={"input": card.input.model_copy(update={"stride": None})})
    return Model(Package(card, variant.package.folder), threads=variant.threads)


def _timing(model: Model, times: Sequence[tuple[float, float]], *, variant: Variant) -> Timing:
    walls, cpus = zip(*times, strict=True)
    low, _, high = statistics.quantiles(walls, n=4)
    return Timing(variant, statistics.median(walls), high - low, statistics.median(cpus), examine(model).faults)


def _frame(size: tuple[int, int]) -> Image:
    return cv2.resize(scene(0), size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
