"""R10: cameras that freeze, go dark, stall, die, lie and come back."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from askance.edge.attention import GateSection
from chaos.ailments import AILMENTS, Ailment
from chaos.sufferer import BAR_S, Naive, Outcome, suffer
from chaos.verdict import Verdict
from chaos.visit import Visit
from chaos.ward import Ward
from support_broker import Mosquitto
from support_rtsp import missing

LANES: Final = 6
OPEN: Final = GateSection(motion=0, sharpness=0, darkest=0, contrast=0, structure=0, frozen=None)
LACKING: Final = missing()

pytestmark = [pytest.mark.skipif(LACKING is not None, reason=str(LACKING)), pytest.mark.timeout(600)]


def unsaid(name: str, **changes: Any) -> Ailment:  # noqa: ANN401 (any field of it)
    """Find an ailment of which nothing has to be said."""
    ailment = next(ailment for ailment in AILMENTS if ailment.name == name)
    return replace(ailment, says=None, **changes)


KEPT: Final = "frames kept that show nothing"
AWAY: Final = "not back in time: None"
LEFT_OUT: Final[Mapping[str, tuple[str, Callable[[Random], Outcome]]]] = {
    "no watchdog": (AWAY, lambda random: suffer(unsaid("stranded", silence="1h", lasts_s=3.0), random, within_s=BAR_S)),
    "black pictures, unchecked": (KEPT, lambda random: suffer(unsaid("black, h264"), random, gate=OPEN)),
    "frozen pictures, unchecked": (KEPT, lambda random: suffer(unsaid("frozen, mjpeg"), random, gate=OPEN)),
    "snow, unchecked": (KEPT, lambda random: suffer(unsaid("snow, mjpeg"), random, gate=OPEN)),
    "damaged pictures, wanted": (
        KEPT,
        lambda random: suffer(unsaid("spoilt pictures"), random, camera={"damaged": True}),
    ),
    "no eye on the age of pictures": (
        KEPT,
        lambda random: suffer(unsaid("stalled, h264"), random, opener=lambda section, _: Naive(section), within_s=5.0),
    ),
}
"""What is left out on purpose, and what has to be said against it then."""


def visit(folder: Path, broker: Mosquitto, random: Random) -> Verdict:
    """Look after two cameras on one real agent."""
    with Ward(folder, broker, random=random) as ward:
        round_ = Visit(ward)
        round_.whole()
    return Verdict(
        "R10",
        "two of them on one agent",
        trials=round_.trials,
        wrong=tuple(round_.wrong),
        figures=round_.figures,
        amounts={"losses between two looks at what the agent holds": round_.losses},
        controls={"passwords in plain sight": round_.plain},
    )


def test_cameras_come_back_and_nothing_false_is_kept(
    random: Random, found: Callable[[Verdict], None], mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mosquitto.start()
    chances = [Random(random.random()) for _ in range(len(AILMENTS) + len(LEFT_OUT) + 1)]  # noqa: S311 (no secret)
    with ThreadPoolExecutor(LANES) as lanes:
        visiting = lanes.submit(visit, tmp_path, mosquitto, chances.pop())
        suffering = [lanes.submit(suffer, ailment, chances.pop()) for ailment in AILMENTS]
        missed = {what: lanes.submit(does, chances.pop()) for what, (_, does) in LEFT_OUT.items()}
    outcomes = [each.result() for each in suffering]
    suffered = Verdict(
        "R10",
        "cameras (RTSP with H.264 and H.265, HTTP) that freeze, go dark, stall, die, lie and come back",
        trials=len(outcomes) + len(missed),
        wrong=tuple(complaint for outcome in outcomes for complaint in outcome.complaints),
        figures={
            **{f"back after: {one.ailment.name}, s": round(one.back_s or -1.0, 1) for one in outcomes},
            **{f"torn and kept: {one.ailment.name}": one.false for one in outcomes if one.ailment.unnoticed},
        },
        controls={
            what: any(says in complaint for complaint in missed[what].result().complaints)
            for what, (says, _) in LEFT_OUT.items()
        },
    )
    found(suffered + visiting.result())
