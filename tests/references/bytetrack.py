"""Writes the ids that roboflow's ByteTrack gives to detections, for the project's own tracker to be compared with."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker


def tracked(tracker: ByteTrackTracker, frame: dict[str, Any]) -> list[int]:
    """Return the id of each detection of the next frame, -1 for none."""
    boxes = np.array(frame["boxes"], np.float32).reshape(-1, 4)
    rows = np.arange(len(boxes))
    seen = sv.Detections(boxes, confidence=np.array(frame["scores"], np.float32), data={"row": rows})
    found = tracker.update(seen)
    ids = np.full(len(boxes), -1)
    if len(found):
        ids[found.data["row"]] = found.tracker_id
    return ids.tolist()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read frames of boxes and scores as JSON, and write their ids."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("frames", metavar="IN_FILE", type=Path)
    parser.add_argument("ids", metavar="OUT_FILE", type=Path)
    parser.add_argument("--rate", type=float, default=30.0, help="frames a second")
    parser.add_argument("--report", type=float, default=0.5, help="score from which detections begin tracks")
    parser.add_argument("--iou", type=float, default=0.2, help="least overlap of what is paired")
    options = parser.parse_args(arguments)
    tracker = ByteTrackTracker(
        lost_track_buffer=30,
        frame_rate=options.rate,
        track_activation_threshold=options.report,
        high_conf_det_threshold=options.report,
        minimum_consecutive_frames=1,
        minimum_iou_threshold=options.iou,
    )
    frames = json.loads(options.frames.read_text())
    options.ids.write_text(json.dumps([tracked(tracker, frame) for frame in frames]))


if __name__ == "__main__":
    main()
