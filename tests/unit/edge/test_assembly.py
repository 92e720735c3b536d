"""The configuration says what a frame passes."""

from pathlib import Path

from askance.edge.assembly import build_stages
from askance.edge.config import CameraSection, EdgeConfig, SecondLookSection, StoreSection
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_policy
from askance.edge.score import Lore
from askance.labels import LabelMap
from askance.wire.identity import CameraId
from support_store import open_store

GATE = CameraId("gate")


def test_stages_are_as_they_are_configured(panel: Panel, labels: LabelMap, tmp_path: Path) -> None:
    config = EdgeConfig(
        cameras=(CameraSection(id=GATE, url="0", pose="home"),),
        store=StoreSection(jpeg_quality=77, polygons=True),
        second_look=SecondLookSection(share=0.5),
    )
    with open_store(tmp_path) as store:
        made = build_stages(
            config,
            panel,
            policy=read_policy(config, labels),
            lore=Lore({}),
            second=None,
            store=store,
            labels=labels,
        )

    assert ({GATE: "home"}, 77, True, 0.5) == (made.poses, made.jpeg_quality, made.polygons, made.share)
    assert frozenset() == made.live
    assert {} == made.main_streams
    assert {} == made.lenses
