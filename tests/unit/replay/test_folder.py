"""A replay's folder can be looked at without anything else."""

import json
from pathlib import Path

import numpy as np
import pytest

from askance.codecs.jpeg import encode
from askance.drawing import Look
from askance.replay import folder
from support_store import make_draft, open_store


def test_the_sheet_shows_frames_with_their_reasons_the_most_valuable_first(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with open_store(tmp_path / "store") as store:
        for value in (0.25, 0.75):
            store.keep(make_draft(value=value), encode(np.full((480, 640, 3), 90, np.uint8), 90))

        folder.write(out, store, look=Look(), timeline="<svg/>", figures={"kept": 2})

    html = (out / folder.SHEET).read_text()
    assert html.index("0.75") < html.index("0.25</span>")
    assert (2, 2) == (html.count("<article"), html.count("person 0.31</li>"))
    assert "<svg/>" == (out / folder.TIMELINE).read_text()
    assert {"kept": 2} == json.loads((out / folder.FIGURES).read_text())


def test_nothing_kept_is_an_empty_sheet(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        folder.write(tmp_path / "out", store, look=Look(), timeline="", figures={})

    assert "0 frames" in (tmp_path / "out" / folder.SHEET).read_text()


def test_a_frame_that_has_vanished_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        store.keep(make_draft(), b"jpeg")
        for envelope in tmp_path.glob("store/**/*.ask*"):
            envelope.unlink()

        with pytest.raises(OSError, match="has vanished from the temporary store"):
            folder.write(tmp_path / "out", store, look=Look(), timeline="", figures={})
