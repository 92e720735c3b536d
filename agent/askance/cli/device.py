"""What the commands of `askance edge` share."""

from pathlib import Path
from typing import Final

import click

CONFIG: Final = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file; without it the defaults and ASKANCE__... variables alone.",
)
