"""Whether a model file fits into this machine's memory, asked before it is opened."""

import re
from pathlib import Path
from typing import Final

from askance.errors import ModelError

MEMINFO: Final = Path("/proc/meminfo")
_TIMES: Final = 2  # the file itself, and the weights as the runtime lays them out for this CPU
_GRAPH_MOST: Final = 2**31  # what one message of protobuf may have


def check_memory(file: Path, *, meminfo: Path = MEMINFO) -> None:
    """Refuse a file that this machine cannot hold; one that is missing is for others to complain about.

    Args:
        file: the ONNX file; weights in a file of their own beside it count too.
        meminfo: what the kernel says about memory; a machine without it is asked nothing.

    Raises:
        ModelError: it is too large.
    """
    beside = file.with_name(f"{file.name}.data")
    sizes = [each.stat().st_size if each.is_file() else 0 for each in (file, beside)]
    if sizes[0] >= _GRAPH_MOST:
        raise ModelError(
            f"{file}: {sizes[0] / 1e9:.1f} GB are more than an ONNX file may have, 2.1 GB",
            hint="is it the right file? see which models there are: askance models ls",
        )
    free = _free(meminfo)
    if free is not None and sum(sizes) * _TIMES > free:
        raise ModelError(
            f"{file}: loading its {sum(sizes) / 1e6:.0f} MB takes twice the memory, and {free / 1e6:.0f} MB are free",
            hint="use a smaller model, or its 8-bit file: askance models quantize",
        )


def _free(meminfo: Path) -> int | None:
    text = meminfo.read_text(encoding="ascii") if meminfo.is_file() else ""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
