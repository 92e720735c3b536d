"""A bare onnxruntime session with the agent's options and nothing else, run in a loop: MODEL.onnx SIZE FRAMES."""

import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnxruntime as ort
from figures import Run


def main() -> None:
    """Run it on noise."""
    file, size, frames = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(file, sess_options=options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: np.random.default_rng(1).random((1, 3, size, size), np.float32)}
    run = Run(frames)
    for number in range(1, frames + 1):
        session.run(None, feed)
        run.frame(number)


if __name__ == "__main__":
    main()
