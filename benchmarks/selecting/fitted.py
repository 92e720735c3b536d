"""The error model of a detector: the one beside its card, or one that is fitted on the train photos and kept."""

import sys
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from askance.edge.detect import Detector
from askance.edge.detect.again import SecondLook
from askance.edge.score.error_model import ErrorModel, load_errors
from askance.labels import LabelMap
from askance.models import errors as fitting
from askance.models.photos import find_photos
from askance.models.sightings import gather

_OTHERS = "give others with --train-photos and --train-labels"


def fitted(
    detector: Detector,
    second: SecondLook | None,
    *,
    names: LabelMap,
    photos: Path,
    labels: Path,
    ready: Path | None,
    scored: Collection[Path],
    kept: Path,
) -> ErrorModel:
    """Return an error model for exactly these looks, and of none of the photos that are scored.

    Args:
        detector: it looks first.
        second: it looks again; None: nobody does.
        names: the label map.
        photos: to fit on, where ``ready`` is no such model.
        labels: theirs.
        ready: a file that is taken where it is there, and was fitted after these looks; None: none is.
        scored: the photos that are scored.
        kept: folder of the models that were fitted before, each on its photos and labels.
    """
    package = detector.model.package
    looks = {} if second is None else dict(second.looks)
    if ready is not None and ready.is_file():
        model = load_errors(ready, sha256=package.card.sha256)
        if not looks or (model.again is not None and model.again.looks == looks):
            return keep_apart(model, scored, file=ready)
    train = find_photos(photos)
    if {_content(photo) for photo in train} & {_content(photo) for photo in scored}:
        raise SystemExit(f"some of the photos in {photos} are scored here, and cannot be fitted on: {_OTHERS}")
    file = kept / f"{package.card.name}-{package.card.sha256[:12]}-{_mark(detector, looks, train, labels)}.yaml"
    if file.is_file():
        return load_errors(file, sha256=package.card.sha256)
    kept.mkdir(parents=True, exist_ok=True)
    seen = gather(
        detector,
        train,
        labels=labels,
        names=names,
        variants=fitting.VARIANTS,
        progress=lambda done, total: print(f"\rfitting: {done} of {total} photos", end="", file=sys.stderr),
        second=second,
    )
    fitting.write(fitting.make(seen, detector), file)
    return load_errors(file, sha256=package.card.sha256)


def keep_apart(model: ErrorModel, scored: Collection[Path], *, file: Path) -> ErrorModel:
    """Return a model that was not fitted on what is scored; its file says of those photos the folder and the number."""
    folders = {photo.parent.name for photo in scored}
    if model.fitted_on.startswith(
        tuple(f"{len(scored)} photos of {folder}{end}" for folder in folders for end in ", ")
    ):
        raise SystemExit(f"{file}: it seems to be fitted on what is scored here, {model.fitted_on}: {_OTHERS}")
    return model


def _mark(detector: Detector, looks: Mapping[str, str], photos: Sequence[Path], labels: Path) -> str:
    """Name what a fit depends on: thresholds, looks, and names and contents of photos and labels."""
    info = detector.info
    mark = sha256(repr((info.report, sorted(info.report_by_label.items()), sorted(looks.items()))).encode())
    texts = [labels] if labels.is_file() else [labels / f"{photo.stem}.txt" for photo in photos]
    for file in (*photos, *(text for text in texts if text.is_file())):
        mark.update(f"{file.name}\n".encode() + _content(file))
    return mark.hexdigest()[:8]


def _content(file: Path) -> bytes:
    return sha256(file.read_bytes()).digest()
