"""What the rules may look at, gathered for a frame: signals, time, readings, and who has asked for it."""

from askance.edge.local_time import local_time
from askance.edge.rules import FrameContext, Policy
from askance.edge.score import measure
from askance.edge.stages import Begun, Stages
from askance.edge.view import View


def frame_context(view: View, begun: Begun, *, stages: Stages, policy: Policy, draw: float) -> FrameContext:
    """Gather what the rules may look at.

    Args:
        view: the frame between those around it.
        begun: its way so far.
        stages: what measures.
        policy: the rules that will be asked.
        draw: a random number, uniform in [0, 1), of this frame alone.
    """
    return FrameContext(
        camera=begun.frame.camera,
        taken_ns=begun.frame.taken.monotonic_ns,
        now_ns=begun.now_ns,
        signals=measure(view, policy.at(begun.where).measures, lore=stages.lore),
        quality=begun.quality,
        view=view,
        draw=draw,
        cameras=max(1, len(stages.poses)),
        pose=begun.pose,
        local=local_time(begun.frame.taken),
        readings=begun.readings,
        asked=None if begun.asked is None else begun.asked.note,
    )
