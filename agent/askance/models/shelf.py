"""What stands in a folder of models, and whether each of them could run."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from askance.edge.detect.decode import DECODERS
from askance.edge.detect.package import CARD, ModelCard, no_such_model, read_card
from askance.errors import ModelError
from askance.models.fetch import is_right


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder that has a card.

    Attributes:
        name: the folder's name.
        card: None when it cannot be read.
        bytes: size of the weights; None when they are not here.
        troubles: what keeps it from running, in words; empty: it is ready.
    """

    name: str
    card: ModelCard | None
    bytes: int | None
    troubles: tuple[str, ...]


def entries(models: Path) -> Iterator[Entry]:
    """List the models of a folder by name; a wrong card is a line of the list, not its end."""
    for path in sorted(models.glob(f"*/{CARD}")):
        try:
            yield _entry(path.parent, read_card(path))
        except ModelError as error:
            yield Entry(path.parent.name, None, None, (f"card wrong: {error}",))


def place_card(name: str, *, shelf: Path, into: Path) -> ModelCard:
    """Make sure that the folder of a model has its card and licence, and read the card.

    Args:
        name: the model.
        shelf: the shipped folder of models.
        into: the folder of models that shall have it; may be the shipped one.

    Raises:
        ModelError: there is no card under that name, or the folder cannot be written.
    """
    folder = into / name
    if not (folder / CARD).is_file():
        if not (shelf / name / CARD).is_file():
            raise no_such_model(shelf / name)
        try:
            shutil.copytree(shelf / name, folder, ignore=shutil.ignore_patterns("*.onnx", "*.part"), dirs_exist_ok=True)
        except OSError as error:
            raise ModelError(f"cannot write {folder}: {error}", hint="choose another folder with --models") from error
    return read_card(folder / CARD)


def _entry(folder: Path, card: ModelCard) -> Entry:
    file = folder / card.file
    troubles: list[str] = []
    if not file.is_file():
        troubles.append("not pulled")
    elif not is_right(file, card.sha256):
        troubles.append("sha wrong")
    if card.decoder.family not in DECODERS:
        troubles.append("decoder not in this version")
    return Entry(folder.name, card, file.stat().st_size if file.is_file() else None, tuple(troubles))
