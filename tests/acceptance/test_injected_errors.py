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
from askance.units import parse_frame_budget
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


def estimate(wrong: np.ndarray, chances: np.ndarray) -> tuple[float, float]:
    """The interval of the share of wrong frames, from those drawn and the probability each was drawn with.

    The share is Hajek's, and the interval the exact one of as many frames as would vary alike had all had the same
    probability (Korn and Graubard, Confidence Intervals for Proportions with Small Expected Number of Positive
    Counts, 1998).
    """
    weights = 1 / chances
    share = float(weights @ wrong / weights.sum())
    variance = float(((1 - chances) * (weights * (wrong - share)) ** 2).sum() / weights.sum() ** 2)
    n = int(share * (1 - share) / variance) if variance else len(wrong)
    return exact(round(share * n), n)


def six_hours(lottery: Lottery, rng: np.random.Generator) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Two cameras for six hours; the busier an hour, the more often a camera looks, and the more often it errs.

    Returns:
        The share of wrong frames of all; and of those drawn: whether wrong, with what probability, camera and hour.
    """
    wrong, chances, strata, drawn = [], [], [], []
    for stratum in range(12):
        busy = 0.5 + 0.5 * np.sin(np.pi * stratum / 6)
        usual = 30 - 27 * busy
        gaps = usual * rng.uniform(0.5, 1.5, round(3600 / usual))
        elapsed = [round(gap * 1e9) for gap in gaps]
        chances += [inclusion_probability(lottery, elapsed_ns=each) for each in elapsed]
        drawn += [draws(lottery, rng.random(), elapsed_ns=each) for each in elapsed]
        wrong += (rng.random(len(gaps)) < 0.05 + 0.4 * busy).tolist()
        strata += [stratum] * len(gaps)
    taken = np.array(drawn)
    return float(np.mean(wrong)), np.array(wrong, float)[taken], np.array(chances)[taken], np.array(strata)[taken]


def test_the_random_arm_estimates_the_rate_of_errors() -> None:
    def covers(truth: float, interval: tuple[float, float]) -> bool:
        return interval[0] <= truth <= interval[1]

    lottery = Lottery(parse_frame_budget("12/h"))
    runs = [six_hours(lottery, np.random.default_rng(seed)) for seed in range(200)]
    drawn = np.mean([np.bincount(strata, minlength=12) for *_, strata in runs], axis=0)
    assert np.abs(drawn - 12).max() < 1.5, "every camera has its twelve an hour, busy or not"
    assert sum(covers(truth, estimate(wrong, chances)) for truth, wrong, chances, _ in runs) >= 0.95 * 200
    blind = sum(covers(truth, exact(int(wrong.sum()), len(wrong))) for truth, wrong, *_ in runs)
    assert blind < 0.5 * 200, "taken as if every frame had been as likely as any other, it is wrong"
