"""What a bench run chose, as the agent's configuration and as a record beside the model."""

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from askance.errors import ModelError
from askance.models.bench import Timing

FIGURES: Final = "bench.json"
_CPUINFO: Final = Path("/proc/cpuinfo")


def section(chosen: Timing) -> dict[str, object]:
    """Return the keys of ``detector:`` that run a variant."""
    package = chosen.variant.package
    path = (
        package.file if package.card.file.endswith(".onnx") and not (package.folder / "card.yaml").is_file() else None
    )
    name, folder = (path.name, path.parent) if path is not None else (package.folder.name, package.folder.parent)
    return {"model": name, "models": str(folder.resolve()), "threads": chosen.variant.threads}


def table(timings: Sequence[Timing], chosen: Timing) -> list[dict[str, object]]:
    """Return the timings as data; ratios are to the first."""
    return [
        {
            "model": each.variant.package.card.name,
            "threads": each.variant.threads,
            "square": each.variant.square,
            "wall_ms": round(each.wall, 3),
            "spread_ms": round(each.spread, 3),
            "cpu_ms": round(each.cpu, 3),
            "ratio": round(each.wall / timings[0].wall, 3),
            "faults": list(each.faults),
            "chosen": each is chosen,
        }
        for each in timings
    ]


def write_figures(timings: Sequence[Timing], chosen: Timing, *, size: tuple[int, int]) -> Path:
    """Write what was measured beside the chosen model.

    Raises:
        ModelError: the folder cannot be written.
    """
    path = chosen.variant.package.folder / FIGURES
    data = {"cpu": _cpu(), "frame": list(size), "timings": table(timings, chosen), "detector": section(chosen)}
    try:
        path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ModelError(f"cannot write {path}: {error.strerror}", hint="leave --write out") from error
    return path


def _cpu() -> str:
    text = _CPUINFO.read_text(encoding="utf-8", errors="replace") if _CPUINFO.is_file() else ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
