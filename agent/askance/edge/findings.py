"""What a start has found that an operator should know, in the log."""

import logging
from contextlib import closing

from askance.edge.config import EdgeConfig
from askance.edge.detect.lane import Lane
from askance.edge.health import Health
from askance.edge.knowledge import read_lore, survey
from askance.edge.parts import read_panel, read_second_look, stands, today
from askance.edge.rules import Policy
from askance.edge.rules.idle import Site, idle
from askance.edge.score import Lore
from askance.edge.store import Recovery
from askance.labels import LabelMap

logger = logging.getLogger(__name__)


def say_findings(policy: Policy, *, lore: Lore, site: Site) -> None:
    """Tell of rules and conditions without effect.

    Args:
        policy: the rules.
        lore: what signals know.
        site: the cameras and models.
    """
    for rule in policy.expired(today()):
        logger.warning("rule %s has expired", rule)
    for found in idle(policy, site, names=lore.names):
        logger.warning("%s", found)


def say_repairs(recovery: Recovery) -> None:
    """Tell of what the store had to put right."""
    repaired = recovery.describe()
    if repaired is not None:
        logger.warning("store: %s", repaired)


def read_site(config: EdgeConfig, labels: LabelMap, *, health: Health) -> Site:
    """Load the models that the configuration names, not putting them on trial, and say what rules can ask for.

    Args:
        config: the device's.
        labels: the label map.
        health: is told of what was fitted and cannot be used.

    Raises:
        ModelError: the main model cannot be loaded.
        ConfigError: a threshold or companion names an unknown label.
    """
    trusting = config.model_copy(
        update={
            "detector": config.detector.model_copy(update={"probe": False}),
            "companions": tuple(each.model_copy(update={"probe": False}) for each in config.companions),
        }
    )
    with closing(Lane()) as lane:
        panel = read_panel(trusting, labels, lane=lane, health=Health())
        second = read_second_look(trusting, labels, panel=panel, lane=lane, health=health)
        lore = read_lore(panel, labels, health=health, second=second, counts=config.label_counts)
        return survey(panel, lore=lore, poses=stands(config))
