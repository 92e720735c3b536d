"""The error model of a detector: the one beside its card, or one that is fitted on the train photos and kept."""

import sys
from hashlib import sha256
from pathlib import Path

from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.score.error_model import ERRORS, ErrorModel, load_errors
from askance.labels import LabelMap
from askance.models import errors as fitting
from askance.models.photos import find_photos
from askance.models.sightings import gather


def fitted(
    detector: Detector, second: SecondLook | None, *, names: LabelMap, photos: Path, labels: Path, kept: Path
) -> ErrorModel:
    """Return an error model for exactly these looks.

    Args:
        detector: it looks first.
        second: it looks again; None: nobody does.
        names: the label map.
        photos: to fit on, where neither the card nor ``kept`` has such a model.
        labels: theirs.
        kept: folder of the models that were fitted before.
    """
    package = detector.model.package
    looks = {} if second is None else dict(second.looks)
    mark = sha256(repr(sorted(looks.items())).encode()).hexdigest()[:8]
    file = kept / f"{package.card.name}-{package.card.sha256[:12]}-{mark}.yaml"
    for path in (package.folder / ERRORS, file):
        if path.is_file():
            model = load_errors(path, sha256=package.card.sha256)
            if not looks or (model.again is not None and model.again.looks == looks):
                return model
    kept.mkdir(parents=True, exist_ok=True)
    seen = gather(
        detector,
        find_photos(photos),
        labels=labels,
        names=names,
        variants=fitting.VARIANTS,
        progress=lambda done, total: print(f"\rfitting: {done} of {total} photos", end="", file=sys.stderr),
        second=second,
    )
    fitting.write(fitting.make(seen, detector), file)
    return load_errors(file, sha256=package.card.sha256)
