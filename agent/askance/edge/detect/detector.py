"""A frame in, every candidate from the floor up out, with the labels of the fleet."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from askance.edge.config import DetectorSection
from askance.edge.detect.decode import Candidates, Outputs
from askance.edge.detect.fit import Fit
from askance.edge.detect.model import Model, Prepared
from askance.edge.detect.package import ModelCard, Package
from askance.edge.detect.trial import prove
from askance.edge.detections import Detections
from askance.edge.values import Frame, Image
from askance.errors import ConfigError, ModelError
from askance.labels import LabelMap
from askance.wire.capture import ModelInfo

_REPORT: Final = 0.5


class Detector:
    """One model, loaded and checked against its card; for one thread at a time.

    Args:
        package: the model.
        labels: the fleet's label map; each class of the model has to be in it.
        section: floor, report thresholds, threads, and whether the file is put on trial.

    Attributes:
        label_ids: (classes,), int32: the label of each class column of the model, -1 of those without a name.

    Raises:
        ModelError: the file cannot be loaded, is not what its card says, has a class that the label map does not know,
            needs a decoder that this version does not have, or is ruined.
        ConfigError: a report threshold names an unknown label.
    """

    def __init__(self, package: Package, labels: LabelMap, *, section: DetectorSection) -> None:
        self.model: Final = Model(package, threads=section.threads)
        self._section = section
        card = package.card
        base, by_label = _thresholds(card, section, labels=labels)
        known = {name: _label(name, labels, package=package) for name in card.classes if name is not None}
        names = [None if name is None else known[name] for name in card.classes]
        # Columns without a name never come out of the decoder.
        self.label_ids: Final = np.array([-1 if name is None else labels.resolve(name).id for name in names], np.int32)
        self._report = np.array([by_label.get(name or "", base) for name in names])
        self.labels: Final = frozenset(int(label) for label in self.label_ids if label >= 0)
        if section.probe:
            prove(self.model)
            self.model.forget()
        self.signals: Final = self.model.decoder.signals
        self.info: Final = ModelInfo(
            name=card.name,
            version=card.version,
            sha256=card.sha256,
            quantization=None if card.quantization is None else card.quantization.scheme,
            floor=section.floor,
            report=base,
            report_by_label=by_label,
            label_map=labels.tag,
        )

    def detect(self, frame: Frame) -> Detections:
        """Look at a frame: `prepare`, `forward` and `read` one after the other.

        Raises:
            ModelError: the forward pass failed, or its outputs are not finite.
        """
        prepared = self.prepare(frame.image)
        return self.read(self.forward(prepared), fit=prepared.fit)

    def prepare(self, image: Image) -> Prepared:
        """Make the input of a forward pass; it is valid until the call after the next.

        Args:
            image: (height, width, 3), uint8, BGR.
        """
        return self.model.prepare(image)

    def forward(self, prepared: Prepared) -> Outputs:
        """Run the model; the one step that may be taken in another thread.

        Raises:
            ModelError: the runtime refused the input, or failed on the way.
        """
        return self.model.forward(prepared)

    def read(self, outputs: Outputs, *, fit: Fit) -> Detections:
        """Turn the model's outputs into detections in pixels of the frame.

        Raises:
            ModelError: an output is not finite.
        """
        section = self._section
        found = self.model.decode(outputs, fit=fit, floor=section.floor, most=section.candidates)
        return self._detections(found, fit)

    def _detections(self, found: Candidates, fit: Fit) -> Detections:
        boxes = np.clip(found.boxes, 0.0, (fit.width, fit.height, fit.width, fit.height))
        # What lies in a letterbox's border or wholly outside the picture is no object of this frame.
        inside = np.flatnonzero((boxes[:, 2:] > boxes[:, :2]).all(axis=1))
        scores, columns = found.scores[inside], found.columns[inside]
        classes, support, looks = found.class_scores, found.support, found.embeddings
        return Detections(
            boxes=boxes[inside].astype(np.float32),
            scores=scores.astype(np.float32),
            label_ids=self.label_ids[columns],
            class_scores=None if classes is None else classes[inside].astype(np.float32),
            reported=scores >= self._report[columns],
            shapes=None if found.shapes is None else tuple(found.shapes[index] for index in inside),
            support=None if support is None else support.take(inside),
            embeddings=None if looks is None else looks[inside],
        )


def _thresholds(card: ModelCard, section: DetectorSection, *, labels: LabelMap) -> tuple[float, Mapping[str, float]]:
    """Return the score from which the model is believed, and that of single labels; the configuration comes first."""
    wanted = {**card.report_by_label, **section.report_by_label}
    by_label = {labels.resolve(name).name: score for name, score in wanted.items()}
    base = next(score for score in (section.report, card.report, _REPORT) if score is not None)
    if section.floor > min(base, *by_label.values()) if by_label else section.floor > base:
        raise ConfigError(
            f"the floor is above a report threshold of {card.name}: {section.floor}", hint="lower `detector.floor`"
        )
    return base, by_label


def _label(name: str, labels: LabelMap, *, package: Package) -> str:
    label = labels.find(name)
    if label is None:
        near = labels.nearest(name)
        meant = "" if near is None else f"did you mean {near}? "
        raise ModelError(
            f"{package.folder / 'card.yaml'}: class unknown to label map {labels.tag}: {name}",
            hint=f"{meant}else add it to the label map under the key labels, as a label or as an alias",
        )
    return label.name
