"""Rule files, written for a test."""

from pathlib import Path


def write(folder: Path, text: str, name: str = "rules.yaml") -> Path:
    """Write a rule file."""
    path = folder / name
    path.write_text(text)
    return path


def many(prefix: str, count: int) -> str:
    """The text of a file with so many rules."""
    lots = "when: {random: {rate: 1/h}}"
    return "version: 1\nrules:\n" + "".join(f"  - {{id: {prefix}{number}, {lots}}}\n" for number in range(count))
