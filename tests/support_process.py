"""What the kernel says of a process."""

from pathlib import Path


def process_status(process: int | str) -> dict[str, str]:
    """Return the fields of a process's status, as proc(5) describes them."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def megabytes(process: int | str, field: str) -> float:
    """Return how much memory a process has: ``VmRSS`` now, ``VmHWM`` at the most."""
    return int(process_status(process)[field].split()[0]) / 1024
