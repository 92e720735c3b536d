"""Draws the headroom of every strategy at every budget."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from selecting.measures import Figures
from selecting.strategies import OURS

mpl.use("Agg")

from matplotlib import pyplot as plt

MARKS = ("o", "s", "D")
COLOURS = ("#1a7f5a", "#5b6770")


def draw(figures: Mapping[str, Sequence[Figures]], shares: Sequence[float], *, bar: float, file: Path) -> None:
    """Save a picture: one line a strategy, one mark a budget."""
    plot, axes = plt.subplots(figsize=(10, 1.2 + 0.4 * len(figures)), layout="constrained")
    for place, (name, each) in enumerate(figures.items()):
        colour = COLOURS[0] if name.startswith(OURS) else COLOURS[1]
        values = [one.headroom for one in each]
        axes.plot([min(values), max(values)], [place, place], color=colour, linewidth=6, alpha=0.25, zorder=1)
        for value, mark in zip(values, MARKS, strict=False):
            axes.plot(value, place, mark, color=colour, markersize=7, zorder=2)
    for share, mark in zip(shares, MARKS, strict=False):
        axes.plot([], [], mark, color=COLOURS[1], label=f"{100 * share:g} % of the frames")
    axes.axvline(bar, color="#222222", linewidth=1)
    axes.axvline(0.0, color="#222222", linewidth=0.5, linestyle=":")
    axes.set_yticks(range(len(figures)), list(figures), fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("headroom: 0 is chance, 1 is an oracle that knows the errors; the line is the bar")
    axes.grid(axis="x", linewidth=0.3)
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    file.parent.mkdir(parents=True, exist_ok=True)
    plot.savefig(file, dpi=130)
    plt.close(plot)
