"""A frame is looked at once, however many ask."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from askance.edge.detect.lane import Lane
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_detector
from askance.replay.shared import SharedPanel
from support_pipeline import frame
from support_replay import coco, configured, doubtful_model


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    lane = Lane()
    yield Panel(read_detector(configured(doubtful_model(tmp_path / "model")).detector, coco()), (), lane=lane)
    lane.close()


def test_those_in_step_get_the_same_look_and_the_same_answer(panel: Panel) -> None:
    shared = SharedPanel(panel)
    frames = [frame(np.full((48, 64, 3), grey, np.uint8), grey) for grey in (10, 90)]

    first = [shared.begin(frames[0]) for _ in range(2)]
    second = [shared.begin(frames[1]) for _ in range(2)]
    answers = [[shared.finish(look) for look in looks] for looks in (first, second)]

    assert first[0] is first[1]
    assert second[0] is second[1]
    assert first[0] is not second[0]
    assert answers[0][0] is answers[0][1]
    assert answers[0][0] is not answers[1][0]


def test_it_sees_what_the_panel_sees(panel: Panel) -> None:
    seen = frame(np.full((48, 64, 3), 90, np.uint8), 0)
    expected = panel.finish(panel.begin(seen)).detections

    shared = SharedPanel(panel)

    assert expected.scores.tolist() == shared.finish(shared.begin(seen)).detections.scores.tolist()
    assert (panel.info, panel.signals) == (shared.info, shared.signals)
