"""A model on trial before it may look at a camera: it looks at golden frames, or at drawn ones where it has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from askance.edge.detect.decode import Candidates, Outputs
from askance.edge.detect.golden import Golden, candidates, picture, read_golden
from askance.edge.detect.model import Model
from askance.edge.detect.package import BOXED
from askance.edge.detect.probe import Pairs, drift_faults, join, output_faults, pair, score_faults
from askance.edge.detect.scenes import scene
from askance.edge.values import Image
from askance.errors import ModelError

FLOOR: Final = 0.05
MOST: Final = 100
_SCENES: Final = (21, 33)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a trial ended.

    Attributes:
        frames: how many frames the model looked at.
        pairs: what became of the source's candidates; None: the model has no golden record.
        faults: what speaks against it, in words; empty: it may run.
    """

    frames: int
    pairs: Pairs | None
    faults: tuple[str, ...]


def look(model: Model, image: Image, *, floor: float = FLOOR, most: int = MOST) -> tuple[Outputs, Candidates]:
    """Look at one image; the outputs are the runtime's own.

    Raises:
        ModelError: the forward pass failed, or its outputs are not finite.
    """
    prepared = model.prepare(image)
    outputs = model.forward(prepared)
    return outputs, model.decode(outputs, fit=prepared.fit, floor=floor, most=most)


def judge(model: Model, outputs: Sequence[Outputs]) -> tuple[str, ...]:
    """Say what speaks against the outputs of some frames; empty: nothing."""
    read = [{name: each[name] for name in model.decoder.outputs} for each in outputs]
    return output_faults(read, boxes=model.package.card.task in BOXED)


def examine(model: Model, *, record: Golden | None = None, home: Path | None = None) -> Verdict:
    """Put a model on trial; it costs a forward pass a frame.

    Args:
        model: the file in question.
        record: what its source saw; None: the golden record in ``home``, where there is one.
        home: the folder of the record and its frames; None: the model's own.

    Raises:
        ModelError: the golden record is torn, the forward pass failed, or its outputs are not finite.
    """
    card, folder = model.package.card, home or model.package.folder
    golden = record or read_golden(folder)
    frames = [] if golden is None else golden.frames
    images = [picture(frame, folder) for frame in frames] or [scene(seed) for seed in _SCENES]
    outputs: list[Outputs] = []
    best: list[float] = []
    found: list[Candidates] = []
    for image in images:
        prepared = model.prepare(image)
        outputs.append(model.forward(prepared))
        decode = partial(model.decode, outputs[-1], fit=prepared.fit)
        found.append(decode(floor=FLOOR, most=MOST))
        # What every place says is sorted only where nothing is seen, because that costs as much as a forward pass.
        best += (found[-1] if len(found[-1].scores) else decode(floor=0.0, most=1)).scores[:1].tolist()
    faults = judge(model, outputs) + score_faults(best)
    if golden is None:
        return Verdict(len(images), None, faults)
    pairs = join([pair(candidates(frame, card), seen) for frame, seen in zip(golden.frames, found, strict=True)])
    return Verdict(len(images), pairs, faults + drift_faults(pairs))


def prove(model: Model) -> Verdict:
    """Put a model on trial and refuse it when anything speaks against it.

    Raises:
        ModelError: it is ruined; the message says by what one knows.
    """
    verdict = examine(model)
    if verdict.faults:
        raise ModelError(
            f"{model.package.file} is ruined: {'; '.join(verdict.faults)}",
            hint="make it again from floating point: askance models quantize, or use that file itself; "
            f"see the figures: askance models check {model.package.folder}; "
            "to run it all the same: `detector.probe: false`",
        )
    return verdict
