"""A replay's folder can be looked at without anything else."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from askance.codecs.jpeg import encode
from askance.drawing import Look
from askance.edge.rules import Policy
from askance.replay import folder
from askance.replay.account import Account
from askance.replay.reel import Played, Recording
from askance.replay.report import Report, report
from support_replay import SECOND, STREET
from support_store import make_draft, open_store

PLAYED = [Played(Recording("street", "street.mp4", STREET), 4, 0, SECOND)]


def figures(*, kept: int = 0, notes: tuple[str, ...] = ()) -> Report:
    """Figures of rules that nobody has replayed."""
    return replace(report(Account(Policy(())), {}, seconds=0, notes=notes), kept=kept)


def test_the_sheet_shows_frames_with_their_reasons_the_most_valuable_first(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with open_store(tmp_path / "store") as store:
        for value in (0.25, 0.75):
            store.keep(make_draft(value=value), encode(np.full((480, 640, 3), 90, np.uint8), 90))

        folder.make(out)
        folder.write_sheet(out, store, look=Look(), figures=figures(kept=1, notes=("dusk",)), played=PLAYED)
        folder.write_figures(out, timeline="<svg/>", told={"kept": 2})

    html = (out / folder.SHEET).read_text()
    assert html.index("0.75") < html.index("0.25</span>")
    assert "<span>kept <b>1</b></span> <span>around them <b>1</b></span>" in html
    assert "<li>dusk</li>" in html
    assert 2 == html.count("camera-1 / gate &middot; 0.1 s into street &middot;")
    assert (2, 2) == (html.count("<article"), html.count("person 0.31</li>"))
    assert "<svg/>" == (out / folder.TIMELINE).read_text()
    assert {"kept": 2} == json.loads((out / folder.FIGURES).read_text())


def test_nothing_kept_is_an_empty_sheet(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        folder.make(tmp_path / "out")
        folder.write_sheet(tmp_path / "out", store, look=Look(), figures=figures(), played=[])

    assert "0 frames" in (tmp_path / "out" / folder.SHEET).read_text()


def test_a_frame_that_has_vanished_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        store.keep(make_draft(), b"jpeg")
        for envelope in tmp_path.glob("store/**/*.ask*"):
            envelope.unlink()

        with pytest.raises(OSError, match="has vanished from the temporary store"):
            folder.write_sheet(tmp_path, store, look=Look(), figures=figures(), played=PLAYED)


def test_a_folder_in_which_nothing_can_be_written_is_an_error_at_once() -> None:
    with pytest.raises(OSError, match="/proc"):
        folder.make(Path("/proc/self"))
