"""How far a quantized file has drifted from the one in floating point: size, speed, boxes, scores, precision."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from askance.edge.detect.decode import Candidates
from askance.edge.detect.model import Model
from askance.edge.detect.probe import Pairs, drift_faults, join, pair
from askance.edge.detect.trial import FLOOR, MOST
from askance.edge.values import Image
from askance.models.photos import read_photo
from askance.models.precision import ap50
from askance.models.truth import Truth, read_truth

Progress: TypeAlias = Callable[[int, int], None]

_AP_FLOOR: Final = 0.01


@dataclass(frozen=True, slots=True)
class Drift:
    """What was measured; of two figures the first is the source's, the second the file's.

    Attributes:
        photos: how many were looked at.
        pairs: the source's candidates with what became of them.
        bytes: size of the files.
        ms: median time of preparing a frame and the forward pass, milliseconds.
        ratio: median over the photos of the file's time / the source's, taken one after the other.
        ap50: mean average precision at an overlap of a half; None: nothing is labelled.
    """

    photos: int
    pairs: Pairs
    bytes: tuple[int, int]
    ms: tuple[float, float]
    ratio: float
    ap50: tuple[float, float] | None

    @property
    def faults(self) -> tuple[str, ...]:
        """What speaks against using the file, in words; empty: nothing."""
        return drift_faults(self.pairs)

    def figures(self) -> dict[str, float]:
        """Return the figures that are the same on every machine by name, as a card records them."""
        pairs = self.pairs
        known = {
            "boxes_kept": pairs.kept,
            "mean_iou": pairs.overlap,
            "score_shift": pairs.shift,
            "ap50_of_source": None if self.ap50 is None else self.ap50[0],
            "ap50": None if self.ap50 is None else self.ap50[1],
        }
        return {name: round(value, 4) for name, value in known.items() if value is not None}


def measure(
    source: Model, file: Model, *, images: Sequence[Path | Image], labels: Path | None, progress: Progress
) -> Drift:
    """Let both look at the same pictures.

    Args:
        source: in floating point.
        file: made from it.
        images: pictures, or photos to be read; at least one.
        labels: where labels lie, see ``read_truth``; None: there are none.
        progress: told after each picture how many are done, and of how many.

    Raises:
        ModelError: a forward pass failed, or an output is not finite.
        SourceError: a photo or label cannot be read.
    """
    found: tuple[list[Candidates], list[Candidates]] = ([], [])
    times: tuple[list[float], list[float]] = ([], [])
    sizes: dict[Path, tuple[int, int]] = {}
    for number, each in enumerate(images, start=1):
        image = read_photo(each) if isinstance(each, Path) else each
        if isinstance(each, Path):
            sizes[each] = (image.shape[1], image.shape[0])
        for model, seen, taken in zip((source, file), found, times, strict=True):
            begun = time.perf_counter()
            prepared = model.prepare(image)
            outputs = model.forward(prepared)
            taken.append(1000 * (time.perf_counter() - begun))
            seen.append(model.decode(outputs, fit=prepared.fit, floor=_AP_FLOOR, most=MOST))
        progress(number, len(images))
    truth = None if labels is None else read_truth(labels, sizes, card=source.package.card)
    return Drift(
        photos=len(images),
        pairs=join([pair(_from_floor(one), _from_floor(other)) for one, other in zip(*found, strict=True)]),
        bytes=(source.package.file.stat().st_size, file.package.file.stat().st_size),
        ms=(statistics.median(times[0]), statistics.median(times[1])),
        ratio=statistics.median(after / before for before, after in zip(*times, strict=True)),
        ap50=None if truth is None else _precision(found, images, truth=truth),
    )


def _precision(
    found: tuple[list[Candidates], list[Candidates]], images: Sequence[Path | Image], *, truth: Truth
) -> tuple[float, float] | None:
    held = [number for number, each in enumerate(images) if isinstance(each, Path) and each in truth]
    before, after = (ap50([seen[number] for number in held], list(truth.values())) for seen in found)
    return None if before is None or after is None else (before, after)


def _from_floor(found: Candidates) -> Candidates:
    """Leave out what an agent would not see; both files are then held to the same."""
    count = int((found.scores >= FLOOR).sum())
    return Candidates(found.boxes[:count], found.scores[:count], found.columns[:count])
