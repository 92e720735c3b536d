"""Finds the model that a command was given: a name, a folder, or an ONNX file."""

from pathlib import Path

from askance.edge.detect.bare import open_package
from askance.edge.detect.package import CARD, Package, load_package, read_card, sha256_of
from askance.edge.detect.session import Session
from askance.errors import ModelError


def locate(target: str, *, models: Path, card: Path | None) -> Package:
    """Find a model.

    Args:
        target: a folder under ``models``, the path of a folder with a card, or that of an ONNX file.
        models: folder of models.
        card: describes the file, whatever hash it has; None: the card beside it, or its own metadata.

    Raises:
        ModelError: there is none, its card is wrong, or the file says nothing of itself.
    """
    path = Path(target)
    if not path.is_file():
        if card is not None:
            raise ModelError(f"no such model file: {path}", hint="--card describes an ONNX file; a folder has its own")
        return load_package(path if path.is_dir() else models / target)
    if card is not None:
        read = read_card(card)
        try:
            digest = sha256_of(path)
        except OSError as error:
            raise ModelError(f"cannot read {path}: {error.strerror}", hint=f"chmod a+r {path}") from error
        return Package(read.model_copy(update={"file": path.name, "sha256": digest}), path.parent)
    beside = path.with_name(CARD)
    if beside.is_file() and read_card(beside).file == path.name:
        return load_package(path.parent)
    Session(path, threads=1)  # what is no ONNX file is refused in these words, whatever it is called
    return open_package(path)
