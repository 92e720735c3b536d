"""Opens what the centre's commands work on: configuration, catalog, queue, blobs, label map."""

import os
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:  # a command imports what it needs when it runs
    import sqlite3

    from askance.central.blobs import Blobs
    from askance.central.config import CentralConfig
    from askance.central.queue import Queue
    from askance.central.tasks import Filter
    from askance.labels import LabelMap

STATES: Final = ("open", "leased", "done", "skipped", "parked")

CONFIG: Final = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The centre's configuration; without it the defaults and ASKANCE__... variables alone.",
)


def configured(config_path: Path | None) -> "CentralConfig":
    """Read the centre's configuration.

    Raises:
        ConfigError: it is wrong.
    """
    from askance import settings
    from askance.central.config import CentralConfig

    return settings.load(CentralConfig, config_path)


@contextmanager
def opened(config_path: Path | None) -> "Generator[tuple[CentralConfig, sqlite3.Connection], None, None]":
    """Open the catalog to look at it.

    Raises:
        ConfigError: the configuration is wrong.
        StoreError: the catalog cannot be used, or breaks while it is.
    """
    config = configured(config_path)
    with _catalog(config.storage.path, readonly=True) as connection:
        yield config, connection


@contextmanager
def working(config_path: Path | None) -> "Generator[Queue, None, None]":
    """Open the catalog to change it.

    Raises:
        ConfigError: the configuration is wrong.
        StoreError: the catalog cannot be used, or breaks while it is.
    """
    import secrets
    import time

    from askance.central.queue import Queue

    config = configured(config_path)
    with _catalog(config.storage.path, readonly=False) as connection:
        yield Queue(connection, config.queue, clock=time.time, mint=lambda: secrets.token_hex(12))


@contextmanager
def _catalog(folder: Path, *, readonly: bool) -> "Generator[sqlite3.Connection, None, None]":
    """Open the catalog, and say in our words what goes wrong with it in the block."""
    import sqlite3

    from askance.central.schema import CATALOG, WAY_BACK, open_catalog
    from askance.database import expect_begun
    from askance.errors import StoreError, StoreLockedError

    path = folder / CATALOG
    try:
        with closing(open_catalog(folder, readonly=readonly)) as connection:
            expect_begun(connection, path)
            yield connection
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreLockedError(
                f"another program holds the catalog: {path}",
                hint=f"try again; who has it open for so long: fuser {path}",
            ) from error
        raise StoreError(f"cannot use the catalog {path}: {error}", hint=WAY_BACK) from error
    except ValueError as error:  # a row that is not what was written
        first = str(error).partition("\n")[0]
        raise StoreError(f"the catalog is damaged: {path}: {first}", hint=WAY_BACK) from error


@contextmanager
def writing(path: Path, *, option: str) -> Generator[None, None, None]:
    """Say in our words that ``path``, named by ``option``, cannot be written in the block.

    Raises:
        UnwritableError: it cannot.
    """
    try:
        yield
    except BrokenPipeError:  # whoever reads the progress has gone
        raise
    except OSError as error:
        raise UnwritableError(
            f"cannot write {path}: {error.strerror}\nhint: name a place that you may write with `{option}`"
        ) from error


class UnwritableError(click.ClickException):
    """What a command was to make has no place."""

    exit_code = os.EX_CANTCREAT


def blobs(config: "CentralConfig") -> "Blobs":
    """Open the folder of envelopes.

    Raises:
        StoreError: it cannot be used.
    """
    from askance.central.blobs import BLOBS, Blobs
    from askance.errors import StoreError

    folder = config.storage.path / BLOBS
    try:
        return Blobs(folder)
    except OSError as error:
        raise StoreError(
            f"cannot use the images in {folder}: {error.strerror}",
            hint="run it as the user that owns `storage.path`, or bring the folder back from the backup",
        ) from error


def label_map(config: "CentralConfig") -> "LabelMap":
    """Read the label map that the configuration names."""
    from askance.labels import LabelMap
    from askance.shipped import folder

    return LabelMap.load(config.labels or folder("config") / "labels.yaml")


def which(*, state: str | None, at_least: float | None, device: str | None, limit: int | None) -> "Filter":
    """Read a choice of tasks."""
    from askance.central.lifecycle import State
    from askance.central.tasks import Filter
    from askance.wire.identity import DeviceId

    return Filter(
        state=None if state is None else State(state),
        at_least=at_least,
        device=None if device is None else DeviceId(device),
        limit=limit,
    )
