"""How many objects of each label the fleet has labelled, as `askance queue counts` writes it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, RootModel

from askance.errors import ConfigError
from askance.labels import LabelMap
from askance.settings import read_document, validate
from askance.wire.annotations import LabelName

_AGAIN: Final = "write it at the centre: askance queue counts --out FILE; see `label_counts`"


class LabelCounts(RootModel[Mapping[LabelName, Annotated[int, Field(ge=0, le=2**53)]]]):
    """Counts by names or aliases of the label map."""


def read_label_counts(path: Path, labels: LabelMap) -> Mapping[int, int]:
    """Read the counts, by label id; those of several names of one label are added up.

    Args:
        path: YAML or JSON, a count under each name.
        labels: the label map that the names are looked up in.

    Raises:
        ConfigError: it cannot be read, holds anything but counts, or names an unknown label; it names file and line.
    """
    document = read_document(path, hint=_AGAIN)
    counts = Counter[int]()
    for name, count in validate(LabelCounts, document).root.items():
        try:
            counts[int(labels.resolve(name).id)] += count
        except ConfigError as error:
            raise ConfigError(f"{document.place((name,))}: {error}", hint=error.hint) from error
    return counts
