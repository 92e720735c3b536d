"""What of the rules can never hold on a device: zones of cameras that it has not, classes that its models have not."""

from collections.abc import Iterator, Mapping

from askance.edge.rules.conditions import measures
from askance.edge.rules.policy import Policy, Rule
from askance.settings import nearest
from askance.wire.identity import CameraId


def idle(policy: Policy, poses: Mapping[CameraId, str | None]) -> tuple[str, ...]:
    """Say which zones no camera looks at, in a sentence each.

    Args:
        policy: the rules.
        poses: of each camera, the preset that it stands at.
    """
    return tuple(dict.fromkeys(sentence for rule in policy.rules for sentence in _zones(rule, poses)))


def unseen(policy: Policy, names: Mapping[int, str], *, known: frozenset[int]) -> tuple[str, ...]:
    """Say which classes the rules ask for and no model sees, in a sentence each.

    Args:
        policy: the rules.
        names: of the labels, by id.
        known: ids of the labels that the models see.
    """
    asked = {
        (rule.id, label) for rule in policy.rules for wish in measures(rule.when) for label in wish.label_ids or ()
    }
    return tuple(
        f"rule {rule}: no model sees {names.get(label, str(label))}, its conditions never hold"
        for rule, label in sorted(asked)
        if label not in known
    )


def _zones(rule: Rule, poses: Mapping[CameraId, str | None]) -> Iterator[str]:
    for zone in rule.zones:
        if zone.camera not in poses:
            near = nearest(zone.camera, poses)
            meant = f"did you mean {near}? " if near is not None else ""
            yield f"rule {rule.id}: a zone of camera {zone.camera}, which is not there: {meant}see `cameras.id`"
        elif zone.preset not in {None, poses[zone.camera]}:
            where = poses[zone.camera] or "none"
            yield (
                f"rule {rule.id}: a zone of camera {zone.camera} at pose {zone.preset}, but its pose is {where}: "
                "nothing counts there, see `cameras.pose`"
            )
