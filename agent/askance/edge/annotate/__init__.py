"""Detections of a frame as the annotations that travel with it, as many as its manifest bears."""

from askance.edge.annotate.room import fit, tally
from askance.edge.annotate.writer import annotate

__all__ = ["annotate", "fit", "tally"]
