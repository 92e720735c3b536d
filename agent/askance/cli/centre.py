"""Opens what the centre's commands work on: configuration, catalog, queue, blobs, label map."""

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
    from askance.labels import Label

STATES: Final = ("open", "leased", "done", "skipped", "parked")

CONFIG: Final = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The centre's configuration; without it the defaults and ASKANCE__... variables alone.",
)


@contextmanager
def opened(config_path: Path | None) -> "Generator[tuple[CentralConfig, sqlite3.Connection], None, None]":
    """Open the catalog to look at it."""
    from askance import settings  # noqa: PLC0415 (heavy imports belong to the command that needs them)
    from askance.central.config import CentralConfig  # noqa: PLC0415 (the same)
    from askance.central.schema import open_catalog  # noqa: PLC0415 (the same)

    config = settings.load(CentralConfig, config_path)
    with closing(open_catalog(config.storage.path, readonly=True)) as connection:
        yield config, connection


@contextmanager
def working(config_path: Path | None) -> "Generator[Queue, None, None]":
    """Open the catalog to change it."""
    import secrets  # noqa: PLC0415 (heavy imports belong to the command that needs them)
    import time  # noqa: PLC0415 (the same)

    from askance import settings  # noqa: PLC0415 (the same)
    from askance.central.config import CentralConfig  # noqa: PLC0415 (the same)
    from askance.central.queue import Queue  # noqa: PLC0415 (the same)
    from askance.central.schema import open_catalog  # noqa: PLC0415 (the same)

    config = settings.load(CentralConfig, config_path)
    with closing(open_catalog(config.storage.path, readonly=False)) as connection:
        yield Queue(connection, config.queue, clock=time.time, mint=lambda: secrets.token_hex(12))


def blobs(config: "CentralConfig") -> "Blobs":
    """Open the folder of envelopes."""
    from askance.central.blobs import BLOBS, Blobs  # noqa: PLC0415 (heavy imports belong to the command that needs them)

    return Blobs(config.storage.path / BLOBS)


def labels(config: "CentralConfig") -> "tuple[Label, ...]":
    """Read the label map."""
    from askance.labels import LabelMap  # noqa: PLC0415 (heavy imports belong to the command that needs them)
    from askance.shipped import folder  # noqa: PLC0415 (the same)

    return LabelMap.load(config.labels or folder("config") / "labels.yaml").labels


def which(*, state: str | None, at_least: float | None, device: str | None, limit: int | None) -> "Filter":
    """Read a choice of tasks."""
    from askance.central.lifecycle import State  # noqa: PLC0415 (heavy imports belong to the command that needs them)
    from askance.central.tasks import Filter  # noqa: PLC0415 (the same)
    from askance.wire.identity import DeviceId  # noqa: PLC0415 (the same)

    return Filter(
        state=None if state is None else State(state),
        at_least=at_least,
        device=None if device is None else DeviceId(device),
        limit=limit,
    )
