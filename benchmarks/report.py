"""The results as a table for people, and as JSON for whoever draws or compares them."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import cv2
from ratios import Result

TITLES = ("row", "what", "ours", "other", "median", "min .. max", "n", "bar", "")
LIBRARIES = ("askance", "numpy", "onnxruntime")


def table(results: Sequence[Result]) -> str:
    """Write one line a row under titles."""
    return columns([TITLES, *map(_line, results)])


def columns(lines: Sequence[Sequence[str]]) -> str:
    """Put cells under each other."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _line(result: Result) -> tuple[str, ...]:
    row, values = result.row, result.values
    sign = ">=" if row.at_least else "<="
    return (
        row.name,
        row.what,
        f"{_figure(result.ours)} {row.unit}",
        "-" if result.other is None else f"{_figure(result.other)} {row.unit}",
        _figure(result.median),
        f"{_figure(min(values))} .. {_figure(max(values))}",
        str(len(values)),
        "-" if row.bar is None else f"{sign} {_figure(row.bar)}",
        result.verdict,
    )


def _figure(value: float) -> str:
    """Three figures are more than the spread leaves meaning to."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three figures)


def document(results: Sequence[Result]) -> dict[str, object]:
    """Describe results and machine."""
    return {
        "machine": machine(),
        "rows": [
            {
                "row": result.row.name,
                "what": result.row.what,
                "unit": result.row.unit,
                "ours": result.ours,
                "other": result.other,
                "median": result.median,
                "values": result.values,
                "bar": result.row.bar,
                "at_least": result.row.at_least,
                "verdict": result.verdict,
            }
            for result in results
        ],
    }


def machine() -> dict[str, object]:
    """Say what the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    models = [line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "vnni": bool({"avx512_vnni", "avx_vnni"} & set(cpuinfo.split())),
        "load": os.getloadavg()[0],
        "opencv": cv2.__version__,
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
