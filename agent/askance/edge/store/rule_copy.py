"""A copy of the last good rules in the store's folder, for a start that finds the rule files broken."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from askance.edge.store.envelopes import write_new
from askance.folders import sync_folder

NAME: Final = "rules.json"

_TEXTS: Final = TypeAdapter(dict[str, str])


def save_rules(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace the copy: a power cut leaves the old one or the new one, whole.

    Args:
        folder: the store's, which this process holds.
        texts: of each rule file, by its path.

    Raises:
        OSError: whatever the disk says; the old copy stands.
    """
    if saved_rules(folder) == texts:
        return
    unfinished = folder / f".tmp-{NAME}"
    unfinished.unlink(missing_ok=True)
    write_new(unfinished, json.dumps(texts).encode())
    unfinished.rename(folder / NAME)
    sync_folder(folder)


def saved_rules(folder: Path) -> Mapping[str, str]:
    """Return the text of each rule file by its path; nothing where there is no copy that can be read."""
    try:
        return _TEXTS.validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return {}
