"""What nobody tells is not known."""

from askance.edge.rules.facts import FrameFacts
from support_scenes import SHARP


def test_a_frame_that_nothing_is_known_of_beside_the_picture_is_new_and_nobody_asked_for_it() -> None:
    facts = FrameFacts(signals={}, quality=SHARP, draw=0.5, elapsed_ns=0)

    assert (facts.local, facts.readings, facts.asked, facts.novelty, facts.held_ns) == (None, {}, None, 1.0, {})
