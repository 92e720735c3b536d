"""A frame in, every candidate from the floor up out, with the labels of the fleet."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.config import DetectorSection
from askance.edge.detect.decode import DECODERS, Candidates, Decoder
from askance.edge.detect.package import Package
from askance.edge.detect.preprocess import Fit, Preprocessor
from askance.edge.detect.session import Port, Session
from askance.edge.values import Detections, Floats, Frame
from askance.errors import ModelError
from askance.labels import LabelMap
from askance.wire.capture import ModelInfo

_DTYPES: Final[Mapping[str, str]] = {"float32": "tensor(float)", "uint8": "tensor(uint8)", "int32": "tensor(int32)"}


class Detector:
    """One model, loaded and checked against its card; for one thread at a time.

    Args:
        package: the model.
        labels: the fleet's label map; each class of the model has to be in it.
        section: floor, report thresholds and threads.

    Raises:
        ModelError: the file cannot be loaded, is not what its card says, has a class that the label map does not know,
            or needs a decoder that this version does not have.
        ConfigError: a report threshold names an unknown label.
    """

    def __init__(self, package: Package, labels: LabelMap, *, section: DetectorSection) -> None:
        self._package = package
        self._section = section
        self._decoder = _decoder(package)
        report_by_label = {labels.resolve(name).name: score for name, score in section.report_by_label.items()}
        named = [name for name in package.card.classes if name is not None]
        known = {name: _label(name, labels, package=package) for name in named}
        # One entry a class column; columns without a name never come out of the decoder.
        names = [None if name is None else known[name] for name in package.card.classes]
        self._label_ids = np.array([-1 if name is None else labels.resolve(name).id for name in names], np.int32)
        self._report = np.array([report_by_label.get(name or "", section.report) for name in names])
        self._preprocess = Preprocessor(package.card.input)
        self._session = Session(package.file, threads=section.threads)
        self._check_ports()
        self.info: Final = ModelInfo(
            name=package.card.name,
            version=package.card.version,
            sha256=package.card.sha256,
            quantization=None if package.card.quantization is None else package.card.quantization.scheme,
            floor=section.floor,
            report=section.report,
            report_by_label=report_by_label,
            label_map=labels.tag,
        )

    def detect(self, frame: Frame) -> Detections:
        """Look at a frame.

        Raises:
            ModelError: the forward pass failed, or its outputs are not finite.
        """
        tensor, fit = self._preprocess(frame.image)
        outputs = self._session.run(self._package.card.input.name, tensor)
        for name in self._decoder.outputs:
            if not math.isfinite(float(outputs[name].sum())):
                raise ModelError(
                    f"{self._package.file}: output {name} is not finite",
                    hint="the file is ruined, or made for another CPU: askance models pull another one",
                )
        found = self._decoder.decode(outputs, floor=self._section.floor, most=self._section.candidates)
        return self._detections(found, fit)

    def _detections(self, found: Candidates, fit: Fit) -> Detections:
        boxes: NDArray[np.float64] = fit.to_frame(found.boxes)
        # What lies in a letterbox's border or wholly outside the picture is no object of this frame.
        inside = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        scores, columns = found.scores[inside], found.columns[inside]
        classes = found.class_scores
        class_scores: Floats | None = None if classes is None else classes[inside].astype(np.float32)
        return Detections(
            boxes=boxes[inside].astype(np.float32),
            scores=scores.astype(np.float32),
            label_ids=self._label_ids[columns],
            class_scores=class_scores,
            reported=scores >= self._report[columns],
        )

    def _check_ports(self) -> None:
        card = self._package.card
        inputs = {port.name: port for port in self._session.inputs}
        outputs = {port.name: port for port in self._session.outputs}
        if set(inputs) != {card.input.name}:
            raise _mismatch(self._package, "inputs", expected=card.input.name, got=", ".join(inputs))
        self._check(inputs[card.input.name], card.input.shape, dtype=_DTYPES[card.input.dtype])
        for name, shape in self._decoder.outputs.items():
            if name not in outputs:
                raise _mismatch(self._package, "outputs", expected=name, got=", ".join(outputs))
            self._check(outputs[name], shape, dtype=_DTYPES["float32"])

    def _check(self, port: Port, shape: tuple[int, ...], *, dtype: str) -> None:
        fits = len(port.shape) == len(shape) and all(
            got is None or got == size for got, size in zip(port.shape, shape, strict=True)
        )
        if not fits:
            got = tuple("?" if size is None else size for size in port.shape)
            raise _mismatch(self._package, f"shape of {port.name}", expected=shape, got=got)
        if port.dtype != dtype:
            raise _mismatch(self._package, f"type of {port.name}", expected=dtype, got=port.dtype)


def _decoder(package: Package) -> Decoder:
    family = package.card.decoder.family
    if family not in DECODERS:
        raise ModelError(
            f"the decoder of {package.card.name} is not in this version: {family}",
            hint=f"this version has {', '.join(DECODERS)}; see which models it can run: askance models ls",
        )
    return DECODERS[family](package.card)


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


def _mismatch(package: Package, what: str, *, expected: object, got: object) -> ModelError:
    return ModelError(
        f"{package.file}: {what}: the card expects {expected}, the file has {got}",
        hint="see the models: askance models ls; fetch one again: askance models pull NAME",
    )
