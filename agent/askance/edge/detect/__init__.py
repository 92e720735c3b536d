"""The detector: a frame in, every candidate from the floor up out."""

from askance.edge.detect.detector import Detector

__all__ = ["Detector"]
