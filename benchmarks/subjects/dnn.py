"""OpenCV's own network engine on the same file and video, one thread: MODEL.onnx VIDEO SIZE FRAMES."""

import sys

import cv2
import numpy as np
from figures import Run

FLOOR = 0.25


def main() -> None:
    """Decode, letterbox, run and suppress as OpenCV's documentation does it."""
    file, video, size, frames = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    cv2.setNumThreads(1)
    net = cv2.dnn.readNetFromONNX(file)
    wanted = cv2.dnn.Image2BlobParams()
    wanted.scalefactor = (1 / 255,) * 4
    wanted.size = (size, size)
    wanted.swapRB = True
    wanted.paddingmode = cv2.dnn.DNN_PMODE_LETTERBOX
    wanted.borderValue = (114.0,) * 4
    capture = cv2.VideoCapture(video)
    run = Run(frames)
    for number in range(1, frames + 1):
        done, image = capture.read()
        if not done:
            raise SystemExit(f"{video} has fewer than {frames} frames")
        net.setInput(cv2.dnn.blobFromImageWithParams(image, wanted))
        table = np.asarray(net.forward())[0]
        best = table[4:].max(axis=0)
        hot = np.flatnonzero(best >= FLOOR)
        boxes = table[:4, hot].T
        boxes[:, :2] -= boxes[:, 2:] / 2
        classes = table[4:, hot].argmax(axis=0)
        if len(hot):
            cv2.dnn.NMSBoxesBatched(boxes.tolist(), best[hot].tolist(), classes.tolist(), FLOOR, 0.7)
        run.frame(number)


if __name__ == "__main__":
    main()
