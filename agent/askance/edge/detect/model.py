"""A model that is loaded and checked against its card: an image in, candidates with the card's own classes out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode import DECODERS, Candidates, Decoder, Outputs
from askance.edge.detect.fit import Fit
from askance.edge.detect.package import Package
from askance.edge.detect.preprocess import Preprocessor
from askance.edge.detect.session import Port, Session
from askance.edge.values import Image
from askance.errors import ModelError

_DTYPES: Final[Mapping[str, str]] = {"float32": "tensor(float)", "uint8": "tensor(uint8)", "int32": "tensor(int32)"}

_NUMBERS: Final = frozenset(f"tensor({kind})" for kind in ("float", "float16", "double", "uint8", "int32", "int64"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A frame as the model takes it.

    Attributes:
        tensor: of the card's shape and type.
        fit: where the frame lies in it.
    """

    tensor: NDArray[np.generic]
    fit: Fit


class Model:
    """One model, without the fleet's labels; for one thread at a time.

    Args:
        package: the card and its file.
        threads: cores that one forward pass may use.

    Raises:
        ModelError: the file cannot be loaded, is not what its card says, or needs a decoder that this version does not
            have.
    """

    def __init__(self, package: Package, *, threads: int) -> None:
        self.package: Final = package
        self.decoder: Final = _decoder(package)
        self._preprocess = Preprocessor(package.card.input)
        self.session: Final = Session(package.file, threads=threads)
        self._check_ports()

    def prepare(self, image: Image) -> Prepared:
        """Make the input of a forward pass; it is valid until the call after the next.

        Args:
            image: (height, width, 3), uint8, BGR.
        """
        return Prepared(*self._preprocess(image))

    def forget(self) -> None:
        """Let go of the memory that pictures of a trial were prepared in; those of the cameras have other sizes."""
        self._preprocess = Preprocessor(self.package.card.input)

    def forward(self, prepared: Prepared) -> Outputs:
        """Run the model.

        Raises:
            ModelError: the runtime refused the input, or failed on the way.
        """
        return self.session.run(self.package.card.input.name, prepared.tensor)

    def decode(self, outputs: Outputs, *, fit: Fit, floor: float, most: int) -> Candidates:
        """Turn the model's outputs into candidates in pixels of the frame.

        Args:
            outputs: of ``forward``.
            fit: where the frame lies in the input.
            floor: candidates with a lower score are forgotten.
            most: how many to return at most.

        Raises:
            ModelError: an output is not finite, or has another shape than the card says.
        """
        for name, shape in self.decoder.outputs.items():
            if not _fits(outputs[name].shape, shape):  # a graph may leave sizes open until it runs
                raise _mismatch(self.package, f"shape of {name}", expected=_sizes(shape), got=outputs[name].shape)
            if not math.isfinite(float(outputs[name].sum())):
                raise ModelError(
                    f"{self.package.file}: output {name} is not finite",
                    hint=f"the file is ruined or made for another CPU: askance models check {self.package.folder}; "
                    "or pull another one",
                )
        return self.decoder.decode(outputs, fit=fit, floor=floor, most=most)

    def _check_ports(self) -> None:
        card = self.package.card
        inputs = {port.name: port for port in self.session.inputs}
        outputs = {port.name: port for port in self.session.outputs}
        if set(inputs) != {card.input.name}:
            raise _mismatch(self.package, "inputs", expected=card.input.name, got=", ".join(inputs))
        self._check(inputs[card.input.name], card.input.shape, dtypes=frozenset({_DTYPES[card.input.dtype]}))
        for name, shape in self.decoder.outputs.items():
            if name not in outputs:
                raise _mismatch(self.package, "outputs", expected=name, got=", ".join(outputs))
            self._check(outputs[name], shape, dtypes=_NUMBERS)

    def _check(self, port: Port, shape: tuple[int | None, ...], *, dtypes: frozenset[str]) -> None:
        if not _fits(port.shape, shape):
            expected, got = _sizes(shape), _sizes(port.shape)
            raise _mismatch(self.package, f"shape of {port.name}", expected=expected, got=got)
        if port.dtype not in dtypes:
            raise _mismatch(self.package, f"type of {port.name}", expected=", ".join(sorted(dtypes)), got=port.dtype)


def _fits(got: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(got) == len(wanted) and all(None in {a, b} or a == b for a, b in zip(got, wanted, strict=True))


def _sizes(shape: tuple[int | None, ...]) -> tuple[int | str, ...]:
    return tuple("?" if size is None else size for size in shape)


def _decoder(package: Package) -> Decoder:
    family = package.card.decoder.family
    if family not in DECODERS:
        raise ModelError(
            f"the decoder of {package.card.name} is not in this version: {family}",
            hint=f"this version has {', '.join(DECODERS)}; see which models it can run: askance models ls",
        )
    return DECODERS[family](package.card)


def _mismatch(package: Package, what: str, *, expected: object, got: object) -> ModelError:
    return ModelError(
        f"{package.file}: {what}: the card expects {expected}, the file has {got}",
        hint=f"see what the file has: askance models inspect {package.file}; fetch it again: askance models pull NAME",
    )
