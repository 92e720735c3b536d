"""ultralytics' own predict on the same file and video, in its own environment: MODEL.onnx VIDEO FRAMES [--one].

Its suppression is torchvision's compiled one; where that was built for another torch, OpenCV's compiled one stands in,
so that it is not held against a loop in Python.
"""

import sys

import cv2
import numpy as np
import torch
import ultralytics_predict  # before ultralytics: it sets the environment that is read there
from figures import Run

# isort: split
import onnxruntime
from ultralytics import YOLO


def suppress(boxes: torch.Tensor, scores: torch.Tensor, threshold: float) -> torch.Tensor:
    """Do what torchvision's own kernel does, compiled."""
    corners, ranks = boxes.numpy(), scores.numpy()
    sides = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), ranks.tolist(), 0.0, threshold)
    return torch.as_tensor(np.asarray(kept, np.int64).ravel())


def limit() -> None:
    """Give torch, OpenCV and onnxruntime one thread each."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    load = onnxruntime.InferenceSession

    def limited(path: str, options: object, **others: object) -> onnxruntime.InferenceSession:
        if options is not None:
            raise SystemExit("ultralytics has options of its own now: see where they are limited")
        single = onnxruntime.SessionOptions()
        single.intra_op_num_threads = single.inter_op_num_threads = 1
        return load(path, single, **others)

    onnxruntime.InferenceSession = limited


def main() -> None:
    """Predict frame after frame, with its defaults or one thread each."""
    file, video, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
    ultralytics_predict.suppress = suppress
    ultralytics_predict.load_torchvision()
    if "--one" in sys.argv[4:]:
        limit()
    run = Run(frames)
    model = YOLO(file, task="detect")
    for number, _ in enumerate(model.predict(video, stream=True, device="cpu", verbose=False), start=1):
        if not run.frame(number):
            break


if __name__ == "__main__":
    main()
