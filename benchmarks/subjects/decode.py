"""Bare decoding of a video as OpenCV does it, every frame: VIDEO FRAMES."""

import sys

import cv2
from figures import Run


def main() -> None:
    """Read it."""
    cv2.setNumThreads(1)
    capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_FFMPEG)
    run = Run(int(sys.argv[2]))
    for number in range(1, run.frames + 1):
        if not capture.read()[0]:
            raise SystemExit(f"{sys.argv[1]} has fewer than {run.frames} frames")
        run.frame(number)


if __name__ == "__main__":
    main()
