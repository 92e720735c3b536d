"""The shipped units as text: their settings, and the drop-ins that their comments propose."""

import re
from pathlib import Path


def settings(unit: Path) -> dict[str, str]:
    """Read the last value of each key."""
    return dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))


def proposal(unit: Path, key: str) -> str:
    """Return the drop-in with that key which the unit's comments propose, as it stands there."""
    proposed = re.findall(r"^#   \[Service\]\n(?:#   .*\n)+", unit.read_text(), re.MULTILINE)
    (found,) = [text for text in proposed if f"#   {key}=" in text]
    return re.sub(r"^#   ", "", found, flags=re.MULTILINE)
