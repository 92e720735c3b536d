"""The folder that a replay leaves: a contact sheet, a time line, and the figures."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from askance.central.export import sheet
from askance.drawing import Look
from askance.edge.store import Store
from askance.replay.reel import Played, locate
from askance.replay.report import Report
from askance.wire.codec import Envelope, unpack
from askance.wire.identity import Sha256

SHEET: Final = "sheet.html"
TIMELINE: Final = "timeline.svg"
FIGURES: Final = "report.json"
MOST: Final = 500
"""Frames on a contact sheet: a page of more is more than a browser shows with ease."""


def make(folder: Path) -> None:
    """Make the folder where it is not there.

    Raises:
        OSError: it cannot be made, or nothing can be written into it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder):
        pass


def write_sheet(folder: Path, store: Store, *, look: Look, figures: Report, played: Sequence[Played]) -> None:
    """Write the contact sheet.

    Args:
        folder: where.
        store: the frames that were kept; the most valuable ones are shown, and those around them.
        look: colours and skeletons of the labels.
        figures: of the replay.
        played: the recordings, in which each frame has its time.

    Raises:
        OSError: the folder cannot be written.
    """
    envelopes = {due.sha256: (due.frame_id, due.size) for due in store.due(MOST, exclude=())}

    def read(sha256: Sha256) -> Envelope:
        frame_id, size = envelopes[sha256]
        raw = store.read(frame_id, 0, length=size)
        if raw is None:
            raise OSError(f"the frame {frame_id} has vanished from the temporary store")
        return unpack(raw)

    manifests = {sha256: read(sha256).manifest for sha256 in envelopes}
    shown = [
        sheet.Shown(manifest, sha256, taken=locate(manifest.taken.monotonic_ns, played))
        for sha256, manifest in manifests.items()
    ]
    stored = sum(store.usage().counts.values())
    counts = {
        "frames": {"kept": figures.kept, "around them": stored - figures.kept},
        "kept by rule": {rule.rule: rule.kept for rule in figures.rules},
    }
    head = sheet.Head(counts, notes=figures.notes)
    sheet.write(folder / SHEET, shown, head=head, look=look, jpeg=lambda sha256: read(sha256).jpeg)


def write_figures(folder: Path, *, timeline: str, told: Mapping[str, object]) -> None:
    """Write the time line, an SVG, and the figures, which JSON can hold.

    Raises:
        OSError: the folder cannot be written.
    """
    (folder / TIMELINE).write_text(timeline, encoding="utf-8")
    (folder / FIGURES).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
