"""What the whole selection costs a frame: following, every signal of the default rules, and the decision.

python benchmarks/cost.py                       at 50 and at 300 candidates
python benchmarks/cost.py --candidates 100 --frames 2000

The decisions are those of a device that has kept frames: it remembers as many as it ever does, some that look like
these and some that do not. Time is processor time of all threads together: what else runs makes it no longer.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from askance import shipped
from askance.edge.detect.package import CARD, read_card
from askance.edge.detections import Detections
from askance.edge.rules import FrameContext, Memory, decide, load_rules
from askance.edge.rules.scenes import MOST_SCENES, Scenes, looks
from askance.edge.score import Lore, measure
from askance.edge.score.error_model import ERRORS, load_errors
from askance.edge.track import TrackMemory, follow
from askance.edge.values import Quality
from askance.edge.view import Moment
from askance.edge.window import AHEAD, Waiting, Window, push
from askance.labels import LabelMap
from askance.wire.identity import CameraId

SIZE = (1920, 1080)
CAMERA = CameraId("cost")
STEP_NS = 10**9 // 5
HOUR_NS = 3600 * 10**9
CLASSES = 80
REPORTED = 0.2  # of the candidates: a street scene
REPORT = 0.5
HASH = "0" * 16
STEPS = ("follow", "measure", "decide", "whole")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print milliseconds: median, 95th percentile and least of each step."""
    parser = argparse.ArgumentParser(description="time the selection on made scenes, on one core")
    parser.add_argument("--candidates", metavar="N", type=int, action="append", help="(default: 50 and 300)")
    parser.add_argument("--frames", metavar="N", type=int, default=600, help="(default: 600)")
    options = parser.parse_args(argv)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(f"{'candidates':>10} {'step':8} {'median':>8} {'95 %':>8} {'least':>8}   ms, n = {options.frames}")
    for candidates in options.candidates or (50, 300):
        for step, taken in zip(STEPS, _measure(candidates, options.frames), strict=True):
            late = sorted(taken)[int(0.95 * len(taken))]
            print(f"{candidates:10} {step:8} {median(taken):8.3f} {late:8.3f} {min(taken):8.3f}")


def _measure(candidates: int, frames: int) -> tuple[list[float], ...]:
    labels = LabelMap.load(shipped.folder("config") / "labels.yaml")
    policy = load_rules([shipped.folder("config") / "rules" / "default.yaml"], labels=labels)
    model = shipped.folder("models") / "ssdlite-mobilenet-v2-coco"
    errors = load_errors(model / ERRORS, sha256=read_card(model / CARD).sha256)
    lore = Lore({label.id: label.name for label in labels.labels}, errors)
    scenes = _scenes(candidates, frames, ids=sorted(lore.names))
    memory, tracks, window = remembered(scenes), TrackMemory(), Window[None]()
    taken: tuple[list[float], ...] = ([], [], [], [])
    for number, scene in enumerate(scenes):
        found = replace(scene)  # what is worked out of it goes with the frame, as it does on a device
        at_ns, times = number * STEP_NS, [time.process_time()]
        tracks, ids = follow(tracks, found, at_ns=at_ns)
        times.append(time.process_time())
        window, ripe = push(window, Waiting(Moment(found, ids, at_ns, tracks.sightings), SIZE, None), ahead=AHEAD)
        signals = [measure(view, policy.measures, lore=lore) for view, _ in ripe]
        times.append(time.process_time())
        for (view, _), answers in zip(ripe, signals, strict=True):
            context = FrameContext(
                camera=CAMERA,
                taken_ns=at_ns,
                now_ns=at_ns,
                signals=answers,
                quality=Quality(0.3, 0.5, 0.1, HASH),
                view=view,
                draw=0.5,
            )
            memory, _ = decide(policy, memory, context=context)
        times.append(time.process_time())
        for column, begun, ended in zip(taken, (*times[:-1], times[0]), (*times[1:], times[-1]), strict=True):
            column.append(1000 * (ended - begun))
    return tuple(column[20:] for column in taken)


def remembered(scenes: Sequence[Detections]) -> Memory:
    """Return the memory of a device that kept some of the scenes an hour ago, each of another difference hash."""
    kept = Scenes()
    for bits in range(MOST_SCENES):
        seen = looks(scenes[bits % len(scenes)], dhash=f"{(1 << bits) - 1:016x}", size=SIZE)
        kept = kept.add(seen, now_ns=-HOUR_NS)
    return Memory(scenes={(CAMERA, None): kept})


def _scenes(candidates: int, frames: int, *, ids: Sequence[int]) -> Sequence[Detections]:
    """Objects that move evenly, with scores that tremble and a box that is missing now and then."""
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 0.8, (candidates, 2)) * SIZE
    sides = rng.uniform(0.02, 0.15, (candidates, 2)) * SIZE
    speeds = rng.normal(0, 8, (candidates, 2))
    high, low = rng.uniform(0.55, 0.95, candidates), rng.beta(1, 6, candidates)
    levels = np.where(rng.random(candidates) < REPORTED, high, low)
    names = rng.choice(ids, candidates).astype(np.int32)
    found: list[Detections] = []
    for number in range(frames + 20):
        scores = np.clip(levels + rng.normal(0, 0.05, candidates), 0.05, 0.99)
        places = (corners + number * speeds) % (0.8 * np.array(SIZE))
        order = np.argsort(-scores)
        found.append(
            Detections(
                boxes=np.concatenate([places, places + sides], axis=1)[order].astype(np.float32),
                scores=scores[order].astype(np.float32),
                label_ids=names[order],
                class_scores=rng.random((candidates, CLASSES), np.float32) * scores[order, None].astype(np.float32),
                reported=scores[order] >= REPORT,
            )
        )
    return found


if __name__ == "__main__":
    main()
