"""Errors put into the detections of a real clip are found by the signals made for them, and little else is."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import comb
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from askance.edge.detect import Detector
from askance.edge.detections import Detections
from askance.edge.rules.lottery import Lottery, draws, inclusion_probability
from askance.edge.score import SIGNALS, Lore
from askance.edge.values import Frame, Instant, Measure
from askance.labels import LabelMap
from askance.units import parse_frame_budget
from askance.wire.capture import ClockQuality
from askance.wire.identity import CameraId
from support_injection import Clip, apart, plan, spoil, things, views, whispers

SEEDS = 20
STREET = (1280, 720)
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
PACES = {
    1.0: {"lost_in_middle", "flicker", "silent", "class_switch", "isolated"},
    0.5: {"flicker", "silent", "class_switch", "isolated"},
    0.1: {"flicker", "silent", "class_switch"},
}
"""Frames a second at which a clip in which little moves is shown, and who can still tell an error there."""


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


class Passer(NamedTuple):
    """An object that moves evenly: from when on, its box at first, pixels a second to the right, and its label."""

    begin: float
    box: np.ndarray
    pace: float
    label: int


class Told:
    """How often each signal spoke rightly, wrongly and not where it should have."""

    def __init__(self) -> None:
        self.hits, self.wrong, self.missed = Counter[str](), Counter[str](), Counter[str]()

    def recall(self, names: Sequence[str]) -> Mapping[str, float]:
        return {name: self.hits[name] / (self.hits[name] + self.missed[name]) for name in names}

    def precision(self, names: Sequence[str]) -> Mapping[str, float]:
        return {name: self.hits[name] / max(1, self.hits[name] + self.wrong[name]) for name in names}


def tell(clip: Clip, told: Told, *, step_ns: int, kinds: Sequence[str], seeds: int, labels: LabelMap) -> None:
    """Spoil a clip at its own pace, so that its objects are what they are, and show it at another."""
    lore = Lore({label.id: label.name for label in labels.labels})
    found = apart(things(clip))
    quiet = whispers(clip, found)
    shown = replace(clip, step_ns=step_ns)
    # where the real detector lost a thing it is right to say so, and no error of ours
    ends = {thing.frames.stop + later for thing in found for later in range(30)}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        errors = plan(found, kinds, rng=rng, clip=shown)
        spoilt = spoil(found, errors, quiet=quiet, clip=shown, rng=rng)
        for number, view in enumerate(views(spoilt, clip=shown)):
            here = {error.kind for error in errors if error.frame == number}
            for name, expected in EXPECTED.items():
                signal = SIGNALS[name](view, Measure(name), lore=lore)
                assert signal is not None
                raised, due = signal.value >= FOUND, bool(here & expected)
                told.hits[name] += raised and due
                told.wrong[name] += raised and not due and not (name in {"lost_in_middle", "silent"} and number in ends)
                told.missed[name] += due and not raised


def test_every_temporal_signal_finds_its_kind_of_error(clips: list[Clip], labels: LabelMap) -> None:
    told, names = Told(), sorted(EXPECTED)
    for clip in clips:
        tell(clip, told, step_ns=clip.step_ns, kinds=KINDS, seeds=SEEDS, labels=labels)

    assert min(told.hits[name] + told.missed[name] for name in names) >= 12
    assert min(told.recall(names).values()) >= 0.9, told.recall(names)
    assert min(told.precision(names).values()) >= 0.9, told.precision(names)


@pytest.mark.parametrize("fps", PACES)
def test_where_frames_are_rare_those_that_can_tell_do_and_the_others_say_nothing_false(
    clips: list[Clip], labels: LabelMap, fps: float
) -> None:
    told, names = Told(), sorted(PACES[fps])
    # what is gone may have left the picture, where a step is so long
    kinds = [kind for kind in KINDS if kind != "drop" or "lost_in_middle" in names]
    tell(clips[0], told, step_ns=round(1e9 / fps), kinds=kinds, seeds=2 * SEEDS, labels=labels)

    assert min(told.hits[name] + told.missed[name] for name in names) >= 12
    assert min(told.recall(names).values()) >= 0.9, told.recall(names)
    assert min(told.precision(names).values()) >= 0.9, told.precision(names)
    assert {name: told.wrong[name] for name in EXPECTED if name not in names and told.wrong[name]} == {}


def street(rng: np.random.Generator, seconds: float, *, gap: float) -> list[Passer]:
    """What stands in a picture of 1280 x 720, and who passes through it: one in so many seconds, at any pace."""
    found: list[Passer] = []
    for _ in range(int(rng.integers(1, 9))):
        side, corner = rng.uniform(20, 150, 2), rng.uniform(0, 1, 2)
        place = corner * (np.array(STREET) - side)
        found.append(Passer(0.0, np.concatenate([place, place + side]), 0.0, int(rng.choice([1, 3]))))
    begin = float(rng.exponential(gap))
    while begin < seconds:
        label = 1 if rng.random() < 0.6 else 3
        width = rng.uniform(16, 80) if label == 1 else rng.uniform(60, 300)
        height = width * 2.5 if label == 1 else width / 2
        pace = height * rng.uniform(0.3, 1.2) if label == 1 else width * rng.uniform(0.5, 3)
        rightwards, top = rng.random() < 0.5, rng.uniform(0, STREET[1] - height)
        left = -width if rightwards else STREET[0]
        box = np.array([left, top, left + width, top + height])
        found.append(Passer(begin, box, pace if rightwards else -pace, label))
        begin += float(rng.exponential(gap))
    return found


def seen(passers: Sequence[Passer], at: float, *, rng: np.random.Generator) -> Detections:
    """What a detector without an error reports: everything of which a third is in the picture, and boxes tremble."""
    boxes, labels = list[np.ndarray](), list[int]()
    for passer in passers:
        box = passer.box + np.array([1, 0, 1, 0]) * passer.pace * (at - passer.begin)
        side = np.tile(box[2:] - box[:2], 2)
        cut = np.clip(box + rng.normal(0, 0.02, 4) * side, 0, STREET * 2)
        if passer.begin <= at and float(np.prod(cut[2:] - cut[:2])) > 0.3 * side[0] * side[1]:
            boxes.append(cut)
            labels.append(passer.label)
    scores = np.full(len(boxes), 0.75, np.float32)
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(found, scores, np.array(labels, np.int32), None, scores >= 0.5)


@pytest.mark.parametrize("gap", [4.0, 1.3])
@pytest.mark.parametrize("fps", [5.0, 3.0, 2.0, 1.0, 0.8, 0.5, 0.2, 0.1])
def test_of_a_street_without_errors_nothing_is_said_where_frames_are_rare(
    labels: LabelMap, fps: float, gap: float
) -> None:
    lore, said, frames = Lore({label.id: label.name for label in labels.labels}), Counter[str](), 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        number = max(60, round(60 * fps))
        passers = street(rng, number / fps, gap=gap)
        clip = Clip([seen(passers, step / fps, rng=rng) for step in range(number)], round(1e9 / fps), STREET)
        for view in views(clip.frames, clip=clip):
            values = {name: SIGNALS[name](view, Measure(name), lore=lore) for name in EXPECTED}
            said.update(name for name, signal in values.items() if signal is not None and signal.value >= FOUND)
            frames += 1

    assert sum(said.values()) <= 0.005 * frames, said


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
