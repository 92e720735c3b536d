"""What a frame passes on the way to the store, put together from the configuration."""

from askance.edge.config import EdgeConfig
from askance.edge.detect.again import SecondLook
from askance.edge.detect.panel import Panel
from askance.edge.parts import read_lenses, stands
from askance.edge.rules import Policy
from askance.edge.score import Lore
from askance.edge.stages import Stages
from askance.edge.store import Store
from askance.labels import LabelMap


def build_stages(
    config: EdgeConfig,
    panel: Panel,
    *,
    policy: Policy,
    lore: Lore,
    second: SecondLook | None,
    store: Store,
    labels: LabelMap,
) -> Stages:
    """Put the stages together, for recordings; who has live cameras adds them.

    Args:
        config: its sections cameras, gate, store and second_look are used.
        panel: the models.
        policy: the rules.
        lore: what signals know.
        second: looks again at frames that wait.
        store: where frames are kept.
        labels: the label map.
    """
    return Stages(
        live=frozenset(),
        gate=config.gate,
        panel=panel,
        policy=policy,
        main_streams={},
        store=store,
        lore=lore,
        poses=dict(stands(config)),
        jpeg_quality=config.store.jpeg_quality,
        lenses=read_lenses(config, labels),
        polygons=config.store.polygons,
        second=second,
        share=1.0 if config.second_look is None else config.second_look.share,
    )
