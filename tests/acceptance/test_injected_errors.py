"""Errors put into the detections of a real clip are found by the signals made for them, and little else is."""

from collections import Counter
from collections.abc import Callable
from math import comb
from pathlib import Path

import cv2
import numpy as np
import pytest

from askance.edge.detect import Detector
from askance.edge.rules.lottery import Lottery, draws, inclusion_probability
from askance.edge.score import SIGNALS, Lore
from askance.edge.values import Frame, Instant, Measure
from askance.labels import LabelMap
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_injection import Clip, apart, plan, spoil, things, views, whispers

SEEDS = 20
FOUND = 0.2  # value from which on a signal counts as raised
KINDS = ("drop", "flicker", "dip", "switch", "false", "shift")
EXPECTED = {
    "lost_in_middle": {"drop"},
    "flicker": {"flicker", "dip"},  # a score that dips is both: not reported, and whispered of
    "silent": {"dip"},
    "class_switch": {"switch"},
    "isolated": {"false"},
    "jitter": {"shift"},
}


@pytest.fixture(scope="module")
def clips(assets: Path, detector: Detector) -> list[Clip]:
    def clip(frames: list[np.ndarray], step_ns: int) -> Clip:
        taken = Instant(0, None, ClockQuality.NONE)
        found = [detector.detect(Frame(image, CameraId("clip"), taken, 0)) for image in frames]
        height, width = frames[0].shape[:2]
        return Clip(found, step_ns, (width, height))

    crossing = [
        np.asarray(cv2.imread(str(path)), np.uint8) for path in sorted((assets / "video/crossing/img").glob("*"))
    ]
    capture = cv2.VideoCapture(str(assets / "video" / "bikes.mp4"))
    bikes: list[np.ndarray] = []
    while (read := capture.read())[0]:
        bikes.append(np.asarray(read[1], np.uint8))
    return [clip(crossing, 10**9 // 30), clip(bikes, 10**9 // 25)]


def test_every_temporal_signal_finds_its_kind_of_error(clips: list[Clip], labels: LabelMap) -> None:
    lore = Lore({label.id: label.name for label in labels.labels})
    hits, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for clip in clips:
        found = apart(things(clip))
        quiet = whispers(clip, found)
        # where the real detector lost a thing it is right to say so, and no error of ours
        ends = {thing.frames.stop + later for thing in found for later in range(30)}
        for seed in range(SEEDS):
            rng = np.random.default_rng(seed)
            errors = plan(found, KINDS, rng=rng, size=clip.size)
            spoilt = spoil(found, errors, quiet=quiet, clip=clip, rng=rng)
            for number, view in enumerate(views(spoilt, clip=clip)):
                kinds = {error.kind for error in errors if error.frame == number}
                for name, expected in EXPECTED.items():
                    signal = SIGNALS[name](view, Measure(name), lore=lore)
                    assert signal is not None
                    raised, due = signal.value >= FOUND, bool(kinds & expected)
                    hits[name] += raised and due
                    wrong[name] += raised and not due and not (name in {"lost_in_middle", "silent"} and number in ends)
                    missed[name] += due and not raised

    recall = {name: hits[name] / (hits[name] + missed[name]) for name in sorted(EXPECTED)}
    precision = {name: hits[name] / max(1, hits[name] + wrong[name]) for name in sorted(EXPECTED)}
    assert min(hits[name] + missed[name] for name in EXPECTED) >= 12
    assert min(recall.values()) >= 0.9, recall
    assert min(precision.values()) >= 0.9, precision


def exact(hits: int, n: int) -> tuple[float, float]:
    """The interval of a share that holds it at least 95 times in a hundred (Clopper and Pearson, 1934)."""

    def tail(share: float, *, most: int) -> float:
        """The chance of at most so many hits."""
        return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(most + 1))

    def root(rises: Callable[[float], bool]) -> float:
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if rises(middle) else (middle, high)
        return low

    low = root(lambda share: 1 - tail(share, most=hits - 1) > 0.025)
    return low, root(lambda share: tail(share, most=hits) < 0.025)


def test_the_random_arm_estimates_the_rate_of_errors() -> None:
    def covered(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        wrong = rng.random(20_000) < 0.2
        lottery = Lottery(0.02)
        drawn = np.array([draws(lottery, draw, elapsed_ns=0) for draw in rng.random(len(wrong))])
        assert inclusion_probability(lottery, elapsed_ns=0) == 0.02
        low, high = exact(int(wrong[drawn].sum()), int(drawn.sum()))
        return low <= float(wrong.mean()) <= high

    assert sum(map(covered, range(200))) >= 0.95 * 200
