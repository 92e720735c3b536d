"""What a start has found that an operator should know, in the log."""

import logging
from collections.abc import Sequence
from typing import Protocol

from askance.edge.config import CameraSection
from askance.edge.parts import today
from askance.edge.rules import Policy
from askance.edge.rules.idle import idle, unseen
from askance.edge.score import Lore, answered
from askance.edge.store import Recovery

logger = logging.getLogger(__name__)


class Sight(Protocol):
    """What models can see and say; a panel is one."""

    @property
    def signals(self) -> frozenset[str]:
        """Signals that they give the evidence for."""
        ...

    @property
    def labels(self) -> frozenset[int]:
        """Ids of the labels that they see."""
        ...


def say_findings(policy: Policy, *, lore: Lore, panel: Sight, cameras: Sequence[CameraSection]) -> None:
    """Tell of rules and conditions without effect.

    Args:
        policy: the rules.
        lore: what signals know.
        panel: the models.
        cameras: the device's.
    """
    for rule in policy.expired(today()):
        logger.warning("rule %s has expired", rule)
    for wish in sorted({measure.signal for measure in policy.measures} - answered(panel.signals, lore=lore)):
        logger.warning("no model gives evidence for %s: conditions of that name never hold", wish)
    for sentence in (
        *unseen(policy, lore.names, known=panel.labels),
        *idle(policy, {camera.id: camera.pose for camera in cameras}),
    ):
        logger.warning("%s", sentence)


def say_repairs(recovery: Recovery) -> None:
    """Tell of what the store had to put right."""
    repaired = recovery.describe()
    if repaired is not None:
        logger.warning("store: %s", repaired)
