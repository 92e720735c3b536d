"""What docs/brokers.md shows, as a broker of a test takes it."""

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chaos.site import DEVICE

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "brokers.md"
PASSWORD: Final = "secret"  # noqa: S105 (everybody's, in a test)
USERS: Final = (DEVICE, "central")


def shown(make: str, *, change: Mapping[str, str]) -> list[str]:
    """Return the files that docs/brokers.md shows for a make, for our device, our password and what else changes."""
    section = DOCUMENT.read_text().split(f"\n## {make}\n")[1].split("\n## ")[0]
    files = [textwrap.dedent(block) for block in re.findall("(?:    .+\n)+", section)]
    for before, after in {"gate-7": DEVICE, '"..."': f'"{PASSWORD}"', **change}.items():
        assert any(before in file for file in files) or before not in change, f"{make}: not shown: {before}"
        files = [file.replace(before, after) for file in files]
    return files
