"""A drift report in words."""

from askance.models.drift import Drift


def lines(drift: Drift) -> list[str]:
    """Say what was measured, a line for each figure."""
    pairs, (before, after) = drift.pairs, drift.bytes
    asked = len(pairs.source)
    said = [
        f"size: {after / 1e6:.2f} of {before / 1e6:.2f} MB",
        f"speed: {drift.ms[1]:.1f} of {drift.ms[0]:.1f} ms a frame, {drift.ratio:.2f} of the time",
        f"boxes kept: {_share(pairs.kept)} by score, of {asked} in {drift.photos} pictures",
        f"mean IoU of those: {_number(pairs.overlap)}",
        f"mean score shift: {_number(pairs.shift)}",
    ]
    if drift.ap50 is not None:
        said.append(f"AP50: {drift.ap50[1]:.3f}, in floating point {drift.ap50[0]:.3f}")
    return said


def document(drift: Drift, *, source: str, on: str) -> dict[str, object]:
    """Return the report as data.

    Args:
        drift: what was measured.
        source: name of the file in floating point.
        on: which pictures, in words.
    """
    return {
        "source": source,
        "on": on,
        "pictures": drift.photos,
        "candidates": len(drift.pairs.source),
        "bytes": {"source": drift.bytes[0], "file": drift.bytes[1]},
        "ms": {"source": round(drift.ms[0], 3), "file": round(drift.ms[1], 3)},
        "speed_ratio": round(drift.ratio, 3),
        **drift.figures(),
        "faults": list(drift.faults),
    }


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
