"""Finds the folders that travel with the program: models, config, systemd."""

from pathlib import Path
from typing import Final, Literal, TypeAlias

from askance.errors import MissingPartError

Part: TypeAlias = Literal["models", "config", "systemd"]

_PACKAGE: Final = Path(__file__).parent


def folder(name: Part, *, package: Path = _PACKAGE) -> Path:
    """Find a shipped folder: inside an installed wheel, or at the root of a checkout.

    Args:
        name: which one.
        package: the folder of the import package.

    Raises:
        MissingPartError: it is in neither place.
    """
    places = (package / "shipped" / name, package.parents[1] / name)
    for place in places:
        if place.is_dir():
            return place
    raise MissingPartError(
        f"the folder {name} did not come with the program: looked for {places[0]} and {places[1]}",
        hint="install askance again: python -m pip install --force-reinstall askance",
    )
