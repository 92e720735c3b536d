"""A model by its path: a folder with a card, or a bare ONNX file that says of itself what a card would."""

from pathlib import Path

from askance.edge.detect.memory import check_memory
from askance.edge.detect.metadata import card_of
from askance.edge.detect.package import Package, load_package
from askance.edge.detect.session import Session
from askance.errors import ModelError


def open_package(path: Path) -> Package:
    """Read the card of a model, from its folder or from the metadata of a bare ``.onnx`` file.

    Raises:
        ModelError: no such model, a wrong card, a file that is not the one of its card or too large for this machine,
            or a bare file that is no export of Ultralytics or says what is not so.
    """
    if path.suffix != ".onnx":
        return load_package(path)
    check_memory(path)
    session = Session(path, threads=1)
    card = card_of(path, session.metadata, inputs=session.inputs, outputs=session.outputs)
    if card is None:
        raise ModelError(
            f"{path}: the file does not say how to read it", hint=f"write a card: askance models inspect {path}"
        )
    return Package(card, path.parent)
