"""Draws the results: each row's rounds as shares of its bar, one mark a round."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from growth import WARM, Reading
from ratios import Result, Verdict

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

COLOURS = {Verdict.MET: "#1a7f5a", Verdict.MISSED: "#c0392b", Verdict.REPORTED: "#5b6770"}
TICKS = (0.1, 0.25, 0.5, 0.8, 1, 1.25, 2, 4, 8)
QUANTITIES = {"resident_mb": "resident MB", "threads": "threads", "descriptors": "descriptors"}


def draw(results: Sequence[Result], file: Path) -> None:
    """Save a picture; rows without a bar are drawn as they are."""
    figure, axes = plt.subplots(figsize=(11, 0.9 + 0.3 * len(results)), layout="constrained")
    for place, result in enumerate(results):
        bar, colour = result.row.bar or 1.0, COLOURS[result.verdict]
        shares = [value / bar for value in result.values]
        axes.plot([min(shares), max(shares)], [place, place], color=colour, linewidth=6, alpha=0.25, zorder=1)
        axes.plot(shares, [place] * len(shares), "|", color=colour, markersize=9, zorder=2)
        axes.plot(result.median / bar, place, ">" if result.row.at_least else "<", color=colour, markersize=7, zorder=3)
        axes.annotate(_said(result), (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    axes.axvline(1.0, color="#222222", linewidth=1)
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    axes.set_xticks([share for share in TICKS if low <= share <= high])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(range(len(results)), [result.row.what for result in results], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("share of the bar: > has to lie right of 1, < left of it; strokes are rounds, triangles medians")
    axes.grid(axis="x", which="both", linewidth=0.3)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    _save(figure, file)


def draw_series(series: Sequence[Reading], file: Path) -> None:
    """Save a picture of the readings of a soak, one quantity under the other."""
    passes = [reading.passes for reading in series]
    figure, rows = plt.subplots(3, sharex=True, figsize=(9, 6), layout="constrained")
    for axes, (quantity, name) in zip(rows, QUANTITIES.items(), strict=True):
        axes.plot(passes, [getattr(reading, quantity) for reading in series], color=COLOURS[Verdict.MET], marker=".")
        axes.axvspan(0, WARM * passes[-1], color="#000000", alpha=0.06)
        axes.set_ylim(0, 1.1 * max(getattr(reading, quantity) for reading in series))
        axes.set_ylabel(name)
    rows[-1].set_xlabel("forward passes; grey: warming up")
    _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=130)
    plt.close(figure)


def _said(result: Result) -> str:
    bar, sign = result.row.bar, ">=" if result.row.at_least else "<="
    value = f"{result.median:.3g}" if result.other is not None else f"{result.median:.3g} {result.row.unit}"
    return f"{value}" if bar is None else f"{value} ({sign} {bar:g}), {result.verdict}"
